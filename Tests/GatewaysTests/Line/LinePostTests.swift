import Signaling
import Testing

@testable import Gateways

@Suite struct LinePostTests {
    /// The post that a connection submitted.
    private func post(_ harness: LineHarness) -> NewPost? {
        guard case .board(.create(.joined, let post))? = harness.submitted.first?.command else { return nil }
        return post
    }

    @Test func readsOnePartByDefault() {
        var line = LineHarness.signedIn()
        line.send("#postmessage hello\r\n")
        #expect(line.submitted.isEmpty)
        line.send("the text\r\n")
        let submitted = post(line)
        #expect(submitted?.name == name("hello"))
        #expect(submitted?.parent == 0)
        #expect(submitted?.parts == ["the text"])
        #expect(submitted?.seconds == nil)
        line.answer(.posted(1))
        #expect(line.sent() == "@status 0\r\n")
        #expect(line.ask("#nonsense") == "@status 3502\r\n")
    }

    @Test func keepsThePartsAsTheyAre() {
        var line = LineHarness.signedIn()
        let parts = ["#quit", "", "  \"unclosed", "bell\u{7}", "a\\b", "\u{85}", String(repeating: "x", count: 998)]
        line.send("#postmessage \"a name\" 4 \(parts.count) 60\r\n" + parts.map { $0 + "\r\n" }.joined())
        #expect(post(line)?.parts == parts)
        #expect(post(line)?.parent == 4)
        #expect(post(line)?.seconds == 60)
    }

    @Test func takesAHundredParts() {
        var line = LineHarness.signedIn()
        line.send("#postmessage p 0 100\n" + String(repeating: "x\n", count: 100))
        #expect(post(line)?.parts.count == 100)
    }

    @Test(arguments: [
        ("#postmessage", -4), ("#postmessage p 0 0", -1), ("#postmessage p 0 101", -1), ("#postmessage p 0 x", -1),
        ("#postmessage p 0 -1", -1), ("#postmessage p 0 1 60 surplus", -1), ("#postmessage p 0 \"\"", -1),
        ("#postmessage \"p", -1),
    ])
    func readsNoLineWhereTheirNumberIsWrong(command: String, status: Int) {
        var line = LineHarness.signedIn()
        line.send(command + "\r\n#nonsense\r\n")
        #expect(line.sent() == "@status \(status)\r\n@status 3502\r\n")
        #expect(line.submitted.isEmpty)
    }

    @Test(arguments: [
        ("#postmessage \"\" 0 2", -4), ("#postmessage 1234567890123456789012345678901 0 2", -4),
        ("#postmessage p x 2", -1), ("#postmessage p 0 2 soon", -1),
    ])
    func readsTheLinesOfARefusedPost(command: String, status: Int) {
        var line = LineHarness.signedIn()
        line.send(command + "\r\n#quit\r\n#quit\r\n#nonsense\r\n")
        #expect(line.sent() == "@status \(status)\r\n@status 3502\r\n")
        #expect(line.submitted.isEmpty)
    }

    @Test func readsThemBeforeALoginToo() {
        var line = LineHarness()
        line.send("#postmessage p 0 2\r\n#login anon eve\r\n#login anon eve\r\n#whoami\r\n")
        #expect(line.sent() == "@status 3500\r\n@status 3500\r\n")
        line.send("#postmessage p 0 101\r\n#postmessage\r\n#postmessage a b c d e f\r\n")
        #expect(line.sent() == "@status 3500\r\n@status 3500\r\n@status 3500\r\n")
        #expect(line.submitted.isEmpty)
    }

    @Test func refusesWhatIsNotUTF8AndReadsOn() {
        var line = LineHarness.signedIn()
        line.send(Array("#postmessage p 0 3\nfine\n".utf8) + [0xC3, 0x28, 0x0A] + Array("fine\n#nonsense\n".utf8))
        #expect(line.sent() == "@status -1\r\n@status 3502\r\n")
        #expect(line.submitted.isEmpty)
    }

    @Test func aPartThatIsTooLongClosesTheConnection() {
        var line = LineHarness.signedIn()
        line.send("#postmessage p\n" + String(repeating: "x", count: 1_000))
        #expect(line.sent() == "@mess #server \"input buffer exceeded\"\r\n")
        #expect(line.connection.isFinished)
    }

    @Test func aRefusalByTheDomainIsAnsweredOnce() {
        var line = LineHarness.signedIn()
        line.send("#postmessage p\nx\n")
        line.answer(.refused(Refusal(.notFound, "No.", cause: .noGroupJoined)))
        #expect(line.sent() == "@status 3200\r\n")
    }
}
