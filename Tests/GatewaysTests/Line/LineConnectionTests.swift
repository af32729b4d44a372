import Signaling
import Testing

@testable import Gateways

@Suite struct LineConnectionTests {
    @Test func asksForALoginFirst() {
        var line = LineHarness()
        #expect(line.ask("#whoami") == "@status 3500\r\n")
        #expect(line.ask("#nonsense") == "@status 3500\r\n")
        #expect(line.ask("#whoami \"unclosed") == "@status 3500\r\n")
        #expect(line.ask("#login anon \"unclosed") == "@status 3500\r\n")
        #expect(line.ask("#whoami surplus") == "@status 3500\r\n")
        #expect(line.ask("#createroom") == "@status 3500\r\n")
        #expect(line.submitted.isEmpty)
    }

    @Test func tellsWrongLinesFromUnknownCommands() {
        var line = LineHarness.signedIn()
        #expect(line.ask("#nonsense") == "@status 3502\r\n")
        #expect(line.ask("#nonsense with five more words here") == "@status 3502\r\n")
        #expect(line.ask("\"\"") == "@status 3502\r\n")
        #expect(line.ask("#nonsense \"unclosed") == "@status -1\r\n")
        #expect(line.ask("#whoami surplus") == "@status -1\r\n")
        #expect(line.ask("#WHOAMI") == "@status 3502\r\n")
        #expect(line.ask("#broadcast a\u{7}b") == "@status -1\r\n")
        line.send(Array("#broadcast ".utf8) + [0xFF, 0x0A])
        #expect(line.sent() == "@status -1\r\n")
        #expect(line.submitted.isEmpty)
    }

    @Test func ignoresEmptyLines() {
        var line = LineHarness()
        line.send("\r\n\n  \t\r\n\n")
        #expect(line.sent().isEmpty)
        #expect(line.connection.wantsInput)
    }

    @Test func answersInTheOrderOfTheLines() {
        var line = LineHarness.signedIn()
        line.send("#createroom a\r\n#nonsense\r\n#createroom b\n#broadcast\r\n#createroom c\r\n")
        #expect(line.submitted.count == 3)
        #expect(line.sent().isEmpty)
        line.answer(.done)
        #expect(line.sent() == "@status 0\r\n@status 3502\r\n")
        line.answer(.refused(Refusal(.nameTaken, "Taken.", cause: .roomNameUsed)))
        #expect(line.sent() == "@status 3102\r\n@status -1\r\n")
        line.answer(.done)
        #expect(line.sent() == "@status 0\r\n")
    }

    @Test func readsNothingBehindALoginUntilItIsAnswered() {
        var line = LineHarness()
        line.send("#login anon bob\r\n#createroom x\r\n#nonsense\r\n#quit\r\n")
        #expect(line.submitted.count == 1)
        #expect(!line.connection.wantsInput)
        line.send("#never read\r\n")
        line.answer(.signedIn(LineHarness.named("bob")))
        #expect(line.submitted.count == 2)
        #expect(line.sent() == "@status 0\r\n")
        line.answer(.done)
        #expect(line.sent() == "@status 0\r\n@status 3502\r\n")
        line.answer(.done)
        #expect(line.sent() == "@status 0\r\n")
        #expect(line.connection.isFinished)
    }

    @Test func judgesTheLinesBehindALoginByItsOutcome() {
        var line = LineHarness()
        line.send("#login regd bob wrong\r\n#createroom x\r\n#nonsense\r\n\"\r\n#login anon")
        line.answer(.refused(Refusal(.badCredentials, "Wrong.", cause: .wrongUserPassword)))
        #expect(line.sent() == "@status 3002\r\n@status 3500\r\n@status 3500\r\n@status 3500\r\n")
        // The line that had begun goes on.
        line.send(" eve\r\n")
        line.answer(.signedIn(LineHarness.named("eve")))
        #expect(line.sent() == "@status 0\r\n")
        #expect(line.connection.user == name("eve"))
    }

    @Test func mustLogInAgainAfterTheAccountIsGone() {
        var line = LineHarness.signedIn("carol", role: .user)
        line.send("#rmlogin\r\n#whoami\r\n")
        #expect(line.submitted.count == 1)
        line.answer(.done)
        #expect(line.sent() == "@status 0\r\n@status 3500\r\n")
        #expect(line.connection.user == nil)

        var guest = LineHarness.signedIn()
        #expect(
            guest.ask("#rmlogin", answer: .refused(Refusal(.forbidden, "No.", cause: .guest))) == "@status 3501\r\n")
        #expect(guest.connection.user == name("bob"))
    }

    @Test func refusesASecondLogin() {
        var line = LineHarness.signedIn()
        for login in ["#login anon eve", "#login regd eve pw", "#login", "#login nonsense", "#login anon a b c d"] {
            #expect(line.ask(login) == "@status -1\r\n")
        }
    }

    @Test func closesAfterTheOverflowAndAfterWhatCameBefore() {
        var line = LineHarness.signedIn()
        line.send("#createroom x\r\n" + String(repeating: "y", count: 1_000))
        #expect(line.sent().isEmpty)
        #expect(!line.connection.wantsInput)
        #expect(!line.connection.isFinished)
        line.send("#createroom z\r\n")
        #expect(line.submitted.count == 1)
        line.answer(.done)
        #expect(line.sent() == "@status 0\r\n@mess #server \"input buffer exceeded\"\r\n")
        #expect(line.connection.isFinished)
    }

    @Test func countsTheBytesOfOneLineAcrossReads() {
        var line = LineHarness()
        for _ in 0..<999 { line.send("y") }
        #expect(line.sent().isEmpty)
        line.send("y")
        #expect(line.sent() == "@mess #server \"input buffer exceeded\"\r\n")
        #expect(line.connection.isFinished)
    }

    @Test func stopsReadingWhenTooMuchIsUnanswered() {
        var line = LineHarness.signedIn()
        let count = LineConnection.mostPending + 50
        line.send(String(repeating: "#whoami\r\n", count: count))
        #expect(line.submitted.count == LineConnection.mostPending)
        #expect(!line.connection.wantsInput)
        var answered = 0
        while !line.submitted.isEmpty {
            line.answer(.refused(Refusal(.unavailable, "Later.")))
            answered += 1
        }
        #expect(answered == count)
        #expect(line.connection.wantsInput)
        #expect(line.sent() == String(repeating: "@status -1\r\n", count: count))
    }

    @Test func doesNotDependOnHowTheStreamIsCut() {
        let stream = Array(
            "#login anon bob\r\n#createroom \"two words\"\n#postmessage p 0 2\r\n#a\r\n\"b\r\n#nonsense\r\n#quit\r\n"
                .utf8)
        func run(_ size: Int) -> (String, [String]) {
            var line = LineHarness()
            var commands: [String] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                line.send(Array(stream[start..<min(start + size, stream.count)]))
                while let next = line.submitted.first {
                    commands.append("\(next.command)")
                    if case .session = next.command {
                        line.answer(.signedIn(LineHarness.named("bob")))
                    } else {
                        line.answer(.done)
                    }
                }
            }
            return (line.sent(), commands)
        }
        let whole = run(stream.count)
        #expect(whole.0 == "@status 0\r\n@status 0\r\n@status 0\r\n@status 3502\r\n@status 0\r\n")
        #expect(whole.1.count == 4)
        for size in 1..<stream.count { #expect(run(size) == whole, "pieces of \(size)") }
    }

    @Test func putsEventsBetweenReplies() {
        var line = LineHarness.signedIn()
        line.send("#createroom a\r\n#nonsense\r\n")
        line.deliver(.notice("hello"))
        line.answer(.done)
        line.deliver(.roomDeleted(room: name("a")))
        #expect(
            line.sent() == "@mess #server \"hello\"\r\n@status 0\r\n@status 3502\r\n@mess #roomdeleted a\r\n")
    }

    @Test func saysWhyItIsClosedOnce() {
        var line = LineHarness.signedIn()
        line.deliver(.signedOut(reason: "banned"))
        line.connection.close(reason: "banned")
        #expect(line.sent() == "@mess #server \"banned\"\r\n")
        #expect(line.connection.isFinished)
        line.deliver(.notice("too late"))
        line.send("#whoami\r\n")
        #expect(line.sent().isEmpty)
        #expect(line.submitted.isEmpty)

        var other = LineHarness()
        other.connection.close(reason: "The server is shutting down.")
        #expect(other.sent() == "@mess #server \"The server is shutting down.\"\r\n")
        #expect(other.connection.isFinished)
    }

    @Test func quitsAfterAllThatIsStillToBeSaid() {
        var line = LineHarness.signedIn()
        line.send("#createroom a\r\n#quit\r\n#createroom b\r\n")
        #expect(line.submitted.count == 2)
        guard case .session(.signOut)? = line.submitted.last?.command else {
            Issue.record("a sign-out was expected")
            return
        }
        line.answer(.done)
        line.deliver(.notice("bye"))
        #expect(!line.connection.isFinished)
        line.answer(.refused(Refusal(.unavailable, "Not now.")))
        #expect(line.sent() == "@status 0\r\n@mess #server \"bye\"\r\n@status 0\r\n")
        #expect(line.connection.isFinished)
    }

    @Test func quitsBeforeALoginToo() {
        var line = LineHarness()
        line.send("#quit\r\n#whoami\r\n")
        #expect(line.sent() == "@status 0\r\n")
        #expect(line.connection.isFinished)
        #expect(!line.connection.wantsInput)
    }

    @Test func answersWhatCameBeforeTheEndOfTheInput() {
        var line = LineHarness()
        line.send("#login anon bob\r\n#createroom x\r\n#nonsense\r\n#who")
        line.endInput()
        #expect(!line.connection.isFinished)
        line.answer(.signedIn(LineHarness.named("bob")))
        #expect(!line.connection.isFinished)
        line.answer(.done)
        #expect(!line.connection.isFinished)
        line.answer(.done)
        #expect(line.sent() == "@status 0\r\n@status 0\r\n@status 3502\r\n")
        #expect(line.connection.isFinished)
    }

    @Test func isFinishedAtOnceWhereNobodyIsSignedIn() {
        var line = LineHarness()
        line.endInput()
        #expect(line.connection.isFinished)
        #expect(line.sent().isEmpty)
        line.endInput()
        line.connection.close(reason: "late")
        #expect(line.sent().isEmpty)
    }

    @Test func answersAChallengeOnlyWhenOneWasMade() {
        let digest = "0123456789ABCDEF0123456789abcdef"
        var line = LineHarness()
        line.send("#login regd bob md5:\(digest)\r\n")
        guard case .session(.signIn(.password(_, let secret)))? = line.submitted.first?.command else {
            Issue.record("a password was expected")
            return
        }
        #expect(secret.bytes == Array("md5:\(digest)".utf8))
        line.answer(.refused(Refusal(.badCredentials, "Wrong.", cause: .wrongUserPassword)))
        _ = line.sent()
        #expect(line.ask("#challenge", answer: .challenge("n0nce")) == "@ret #challenge n0nce\r\n")
        line.send("#login regd bob md5:\(digest)\r\n")
        guard case .session(.signIn(.response(let user, let answer)))? = line.submitted.first?.command else {
            Issue.record("a response was expected")
            return
        }
        #expect(user == name("bob"))
        #expect(answer == digest.lowercased())
    }

    @Test func challengeIsNoCommandWhileItIsOff() {
        var line = LineHarness()
        #expect(line.ask("#challenge", answer: .refused(Refusal(.unsupported, "Off."))) == "@status 3502\r\n")
        #expect(line.ask("#challenge x") == "@status -1\r\n")
    }
}
