import Testing

@testable import Gateways
@testable import Signaling

@Suite struct LineRepliesTests {
    private func ask(_ line: String, answer reply: Reply) -> String {
        var harness = LineHarness.signedIn()
        return harness.ask(line, answer: reply)
    }

    private func room(
        _ text: String, owner: String? = nil, users: Int = 0, expires: Timestamp? = nil, hasPassword: Bool = false,
        access: RoomAccess = .anyone
    ) -> RoomSummary {
        RoomSummary(
            name: name(text), kind: .text, owner: owner.map { name($0) }, users: users, capacity: 0, expires: expires,
            hasPassword: hasPassword, access: access, expiry: .empty, topic: "")
    }

    @Test func whoAmI() {
        let plain = WhoAmI(name: name("bob"), role: .guest, rooms: [.home], users: 3, group: nil)
        #expect(ask("#whoami", answer: .whoAmI(plain)) == "@ret #whoami bob Home 3 - 0\r\n")
        let full = WhoAmI(
            name: name("b o b"), role: .user, rooms: [name("a\"b")], users: 1, group: (name: name("news"), number: 7))
        #expect(ask("#whoami", answer: .whoAmI(full)) == "@ret #whoami \"b o b\" \"a\\\"b\" 1 news 7\r\n")
    }

    @Test func rooms() {
        // The time is 1,000,000 s: what is left is rounded up, and never negative.
        let rooms = [
            room("Home", users: 2),
            room("two words", owner: "bob", expires: Timestamp(milliseconds: 1_000_599_001), hasPassword: true),
            room("club", owner: "c d", expires: Timestamp(seconds: 999_999), access: .registered),
            room("party", owner: "eve", users: 1, access: .invited),
        ]
        #expect(
            ask("#listrooms", answer: .rooms(rooms)) == """
                @ret #listrooms 4\r
                Home - 2 0 pub anon\r
                "two words" bob 0 600 priv anon\r
                club "c d" 0 0 pub regd\r
                party eve 1 0 priv anon\r

                """)
        #expect(ask("#listrooms", answer: .rooms([])) == "@ret #listrooms 0\r\n")
    }

    @Test func users() {
        func member(_ text: String?, _ role: Role) -> Member {
            Member(name: text.map { name($0) }, role: role, roomRole: .none, media: .text)
        }
        let members = [
            member("bob", .guest), member("carol", .user), member("a d", .admin), member("root", .superAdmin),
            member(nil, .guest),
        ]
        #expect(
            ask("#listusers", answer: .members(members))
                == "@ret #listusers 5\r\nbob anon\r\ncarol regd\r\n\"a d\" regd\r\nroot regd\r\n- none\r\n")
    }

    @Test func statusNumbers() {
        let numbers = StatusNumbers(rooms: 11, movements: 12, ownRoom: 13, groups: 14, posts: 15)
        for (command, number) in [
            ("#archstatus", 11), ("#roomstatus", 12), ("#userstatus", 13), ("#groupstatus", 14), ("#messagestatus", 15),
        ] {
            #expect(ask(command, answer: .status(numbers)) == "@ret \(command) \(number)\r\n")
        }
        let ungrouped = StatusNumbers(rooms: 1, movements: 2, ownRoom: 3, groups: 4, posts: nil)
        #expect(ask("#messagestatus", answer: .status(ungrouped)) == "@status 3200\r\n")
    }

    @Test func groups() {
        let groups = [
            GroupSummary(
                name: name("news"), number: 1, owner: name("bob"), messages: 4, users: 2,
                expires: Timestamp(seconds: 1_000_060),
                hasPassword: false, openToGuests: true),
            GroupSummary(
                name: name("old news"), number: 2, owner: nil, messages: 0, users: 0, expires: nil, hasPassword: true,
                openToGuests: false),
        ]
        #expect(
            ask("#listgroups", answer: .groups(groups))
                == "@ret #listgroups 2\r\nnews bob 1 4 2 60 pub anon\r\n\"old news\" - 2 0 0 0 priv regd\r\n")
    }

    private func post(_ text: String, id: Int64, parent: Int64 = 0, parts: Int = 1, expires: Timestamp? = nil)
        -> PostSummary
    {
        PostSummary(
            name: name(text), author: name("bob"), id: id, parent: parent, replies: 2, parts: parts,
            at: Timestamp(seconds: 1), expires: expires)
    }

    @Test func posts() {
        let posts = [
            post("first post", id: 1, expires: Timestamp(seconds: 1_000_100)), post("re", id: 2, parent: 1),
        ]
        #expect(
            ask("#listmessages", answer: .posts(posts))
                == "@ret #listmessages 2\r\n\"first post\" bob 1 0 2 100\r\nre bob 2 1 2 0\r\n")
    }

    @Test func aPostsTextIsGivenBackAsItWas() {
        let parts = ["plain \"quoted\" \\ text", "", "#quit", "bell\u{7} and \r return", "@mess"]
        #expect(
            ask(
                "#getmessage 1",
                answer: .post(post("p", id: 1, parts: 5, expires: Timestamp(seconds: 1_000_001)), parts: parts))
                == "@ret #getmessage p 5 1 0 2 1\r\n" + parts.map { $0 + "\r\n" }.joined())
    }

    @Test func aPostOfAnotherProtocolIsCutIntoLines() {
        #expect(
            ask("#getmessage 1", answer: .post(post("p", id: 1), parts: ["one\ntwo\r\nthree\n", "four"]))
                == "@ret #getmessage p 4 1 0 2 0\r\none\r\ntwo\r\nthree\r\nfour\r\n")
    }

    @Test func ignoredNames() {
        #expect(
            ask("#listignored", answer: .names([name("a b"), name("c")])) == "@ret #listignored 2\r\n\"a b\"\r\nc\r\n")
        #expect(ask("#listignored", answer: .names([])) == "@ret #listignored 0\r\n")
    }

    @Test func history() {
        func message(_ text: String, at seconds: Int64) -> Message {
            Message(
                id: MessageID(sequence: 1, server: 1), number: 1, from: name("b b"), place: .room(.home), text: text,
                at: Timestamp(milliseconds: seconds * 1_000 + 999))
        }
        #expect(
            ask("#history", answer: .history([message("hi", at: 5), message("two\nlines", at: 6), message("", at: 7)]))
                == "@ret #history 4\r\n\"b b\" 5 \"hi\"\r\n\"b b\" 6 \"two\"\r\n\"b b\" 6 \"lines\"\r\n\"b b\" 7 \"\"\r\n"
        )
    }

    @Test func refusalsAreStatusesForEveryCommand() {
        let refusal = Reply.refused(Refusal(.notFound, "No.", cause: .noGroupJoined))
        for command in ["#listmessages", "#getmessage 1", "#listrooms", "#whoami", "#broadcast x", "#history"] {
            #expect(ask(command, answer: refusal) == "@status 3200\r\n")
        }
    }

    @Test func anyOtherReplyIsSuccess() {
        let sent = Sent(id: MessageID(sequence: 1, server: 1), at: Timestamp(seconds: 1), delivered: true)
        #expect(ask("#broadcast hi", answer: .sent(sent)) == "@status 0\r\n")
        let entered = Entered(
            room: .home, kind: .text, topic: "t", members: [], history: [], limits: MediaLimits())
        #expect(ask("#changeroom Home", answer: .entered(entered)) == "@status 0\r\n")
        // A reply that does not belong to the command is the server's fault.
        #expect(ask("#whoami", answer: .done) == "@status -1\r\n")
    }
}
