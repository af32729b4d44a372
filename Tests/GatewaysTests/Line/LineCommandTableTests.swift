import Signaling
import Testing

@testable import Gateways

@Suite struct LineCommandTableTests {
    private let table = LineCommandTable.standard

    /// The specification's commands, each with a line of words that it takes.
    private static let examples: [(name: String, arguments: String)] = [
        ("#login", "anon bob"), ("#challenge", ""), ("#quit", ""), ("#createlogin", "a b c d"),
        ("#changepass", "new old"),
        ("#rmlogin", ""), ("#whoami", ""), ("#listrooms", ""), ("#listusers", ""), ("#createroom", "a b anon"),
        ("#rmroom", "a b"), ("#changeroom", "a b regd"), ("#broadcast", "a"), ("#sendto", "a b"),
        ("#peer2peer", "a 1 127.0.0.1"), ("#archstatus", ""), ("#roomstatus", ""), ("#userstatus", ""),
        ("#listgroups", ""),
        ("#creategroup", "a b anon 60"), ("#joingroup", "a b"), ("#changegroup", "a b"), ("#leavegroup", ""),
        ("#listmessages", "0"), ("#getmessage", "1"), ("#postmessage", "a 0 1 60"), ("#messagestatus", ""),
        ("#groupstatus", ""), ("#ignore", "a"), ("#unignore", "a"), ("#listignored", ""), ("#typing", "a"),
        ("#history", "5"),
    ]

    private func words(_ line: String) -> LineWords {
        var words = LineWords()
        words.bytes = Array(line.utf8)
        let isRight = words.split()
        #expect(isRight)
        return words
    }

    private func row(_ name: String) -> LineCommand? {
        table.index(of: name.utf8.span).map { table.rows[$0] }
    }

    @Test func hasTheCommandsOfTheSpecification() {
        #expect(Set(table.rows.map { $0.name.description }) == Set(Self.examples.map(\.name)))
        #expect(table.rows.count == Self.examples.count)
        for example in Self.examples { #expect(row(example.name)?.name.description == example.name) }
        for unknown in ["#", "", "#whoam", "#whoamix", "whoami", "#listroomz", "#Whoami", "#broadcast "] {
            #expect(row(unknown) == nil, "\(unknown)")
        }
    }

    @Test func allowsThreeBeforeALogin() {
        #expect(
            Set(table.rows.filter(\.isAllowedBeforeLogin).map { $0.name.description }) == [
                "#login", "#challenge", "#quit",
            ])
    }

    @Test func everyCommandNamesTheActThatTheDomainAsksFor() throws {
        for example in Self.examples {
            let found = try #require(row(example.name))
            switch found.kind {
            case .plain(let build):
                #expect(try build(words("\(example.name) \(example.arguments)")).act == found.act, "\(example.name)")
            case .login: #expect(found.act == Command.session(.signIn(.guest(nil))).act)
            case .post:
                let post = Command.board(.create(.joined, NewPost(name: name("a"), parts: [""])))
                #expect(found.act == post.act)
            case .quit: #expect(found.act == .connect)
            }
        }
    }

    @Test func takesAsManyWordsAsTheSpecificationSays() throws {
        for example in Self.examples {
            let most = try #require(row(example.name)).arguments.upperBound
            var line = LineHarness.signedIn()
            let surplus = String(repeating: " x", count: most + 1)
            #expect(line.ask(example.name + surplus) == "@status -1\r\n", "\(example.name)")
        }
    }

    @Test(arguments: [
        ("#createlogin", -4), ("#createlogin a", -1), ("#createlogin a b", -1), ("#createlogin a b c", -1),
        ("#createlogin \"\" b c d", -4), ("#createlogin 1234567890123456789012345678901 b c d", -4),
        ("#changepass", -1),
        ("#changepass new", -1), ("#createroom", -4), ("#createroom \"\"", -4), ("#createroom \"a\tb\"", -4),
        ("#createroom a \"\" both", -1), ("#createroom a \"\" \"\"", -1), ("#createroom a \"\" Anon", -1),
        ("#rmroom", -4),
        ("#changeroom", -4), ("#changeroom a b c", -1), ("#changeroom ööööööööööööööööö", -4), ("#broadcast", -1),
        ("#sendto", -4), ("#sendto a", -1), ("#sendto \"\" text", -4), ("#peer2peer", -4), ("#peer2peer a", -1),
        ("#peer2peer a 1", -1), ("#peer2peer a 0 127.0.0.1", -1), ("#peer2peer a 65536 127.0.0.1", -1),
        ("#peer2peer a -1 127.0.0.1", -1), ("#peer2peer a 1x 127.0.0.1", -1), ("#peer2peer a 1 127.0.0", -1),
        ("#peer2peer a 1 localhost", -1), ("#peer2peer a \"\" 127.0.0.1", -1), ("#creategroup", -4),
        ("#creategroup a b both", -1), ("#creategroup a b anon x", -1), ("#creategroup a b anon -5", -1),
        ("#joingroup", -4),
        ("#changegroup", -4), ("#listmessages x", -1), ("#listmessages -1", -1), ("#getmessage", -1),
        ("#getmessage x", -1),
        ("#getmessage 1234567890123456789", -1), ("#ignore", -4), ("#unignore", -4), ("#typing", -4),
        ("#history x", -1),
        ("#history 1.5", -1),
    ])
    func refusesMissingAndWrongWords(line: String, status: Int) {
        var harness = LineHarness.signedIn()
        #expect(harness.ask(line) == "@status \(status)\r\n")
        #expect(harness.submitted.isEmpty)
    }

    @Test(arguments: [
        ("#login", 3000), ("#login bob", 3000), ("#login ANON bob", 3000), ("#login \"\" bob", 3000),
        ("#login anon", -4),
        ("#login anon \"\"", -4), ("#login anon 1234567890123456789012345678901", -4), ("#login anon bob pw", -1),
        ("#login regd", -4), ("#login regd \"a\tb\"", -4), ("#login regd bob", -1), ("#login regd bob pw more", -1),
    ])
    func refusesWrongLogins(line: String, status: Int) {
        var harness = LineHarness()
        #expect(harness.ask(line) == "@status \(status)\r\n")
        #expect(harness.submitted.isEmpty)
    }

    @Test func readsWhatRoomsAreMadeWith() throws {
        func room(_ line: String) throws -> NewRoom? {
            guard case .plain(let build)? = row("#createroom")?.kind,
                case .room(.create(let room)) = try build(words(line))
            else { return nil }
            return room
        }
        let plain = try #require(try room("#createroom a"))
        #expect(plain.name == name("a"))
        #expect(plain.password == nil)
        #expect(plain.access == .anyone)
        #expect(plain.kind == .text)
        #expect(plain.expiry == .empty)
        let full = try #require(try room("#createroom \"a b\" \"p w\" regd"))
        #expect(full.name == name("a b"))
        #expect(full.password?.bytes == Array("p w".utf8))
        #expect(full.access == .registered)
        let open = try #require(try room("#createroom a \"\" anon"))
        #expect(open.password == nil)
        #expect(open.access == .anyone)
    }

    @Test func groupsAreForRegisteredUsersUnlessTheySayOtherwise() throws {
        func group(_ line: String) throws -> (Secret?, Bool, Int64?)? {
            guard case .plain(let build)? = row("#creategroup")?.kind,
                case .board(.createGroup(_, let password, let isOpen, let seconds)) = try build(words(line))
            else { return nil }
            return (password, isOpen, seconds)
        }
        let plain = try #require(try group("#creategroup g"))
        #expect(plain.0 == nil && !plain.1 && plain.2 == nil)
        let open = try #require(try group("#creategroup g \"\" anon"))
        #expect(open.0 == nil && open.1 && open.2 == nil)
        let full = try #require(try group("#creategroup g pw regd 60"))
        #expect(full.0?.bytes == Array("pw".utf8) && !full.1 && full.2 == 60)
        #expect(try #require(try group("#creategroup g pw regd 0")).2 == nil)
    }

    @Test func historyIsBounded() throws {
        for (line, expected) in [("#history", 50), ("#history 3", 3), ("#history 0", 0), ("#history 999999", 200)] {
            guard case .plain(let build)? = row("#history")?.kind,
                case .message(.history(.room(.current), nil, let limit)) = try build(words(line))
            else {
                Issue.record("no history command")
                return
            }
            #expect(limit == expected)
        }
    }
}
