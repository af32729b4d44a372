import Testing

@testable import Gateways
@testable import Signaling

@Suite struct XMLConnectionTests {
    private static let refusal = Reply.refused(Refusal(.notFound, "No."))

    private static func presence(_ presence: Presence) -> Reply {
        .presence(PresenceChange(user: EventHarness.name("ann"), presence: presence))
    }

    private static func sent(_ isDelivered: Bool) -> Reply {
        .sent(Sent(id: MessageID(sequence: 1, server: 1), at: Timestamp(milliseconds: 1), delivered: isDelivered))
    }

    // Signing in

    @Test func signsInWithTheHashInEitherCase() {
        let client = XMLHarness()
        client.send("<LOGIN user=\"ann\" pass=\"\(XMLHarness.pass)\"/>")
        guard case .session(.signIn(.md5(let name, let secret)))? = client.submitted.first?.command else {
            Issue.record("no sign-in")
            return
        }
        #expect(name.text == "ann")
        #expect(secret.bytes == Array(XMLHarness.pass.lowercased().utf8))
        #expect(!client.connection.wantsInput)
        client.answer(.signedIn(EventHarness.signedIn("ann")))
        #expect(client.sent().hasSuffix("<LOGIN user=\"ann\" result=\"1\"/>"))
        #expect(client.connection.wantsInput)
    }

    @Test func refusedSignIns() {
        for (reply, result) in [
            (Reply.refused(Refusal(.badCredentials, "No.")), "0"), (.refused(Refusal(.unsupported, "No.")), "0"),
            (.refused(Refusal(.banned, "Out.")), "2"),
        ] {
            let client = XMLHarness()
            let answer = client.ask("<LOGIN user=\"a&lt;b\" pass=\"\(XMLHarness.pass)\"/>", reply)
            #expect(answer == "<LOGIN user=\"a&lt;b\" result=\"\(result)\"/>")
            #expect(client.connection.signInRefusal != nil)
            // Another try is welcome.
            client.send("<LOGIN user=\"ann\" pass=\"\(XMLHarness.pass)\"/>")
            #expect(client.submitted.count == 1)
        }
    }

    @Test(arguments: ["<LOGIN/>", "<LOGIN user=\"ann\"/>", "<LOGIN user=\"ann\" pass=\"x\"/>", "<LOGIN pass=\"x\"/>"])
    func whatCannotBeRightIsZeroAtOnce(_ document: String) {
        let client = XMLHarness()
        #expect(client.ask(document).hasSuffix(" result=\"0\"/>"))
    }

    @Test func aSecondLoginIsZero() {
        let client = XMLHarness.signedIn()
        #expect(client.ask("<LOGIN user=\"eve\" pass=\"\(XMLHarness.pass)\"/>") == "<LOGIN user=\"eve\" result=\"0\"/>")
    }

    @Test func beforeALoginTheEchoIsAll() {
        let client = XMLHarness()
        for document in [
            "<ALIVE/>", "<NOPE/>", "<MESSAGE to=\"a\" from=\"b\">x</MESSAGE>", "<STATUS user=\"a\" type=\"list\"/>",
            "<LOGOUT user=\"a\"/>", "<FRIEND/>",
        ] { #expect(client.ask(document).isEmpty) }
        #expect(!client.connection.isFinished)
    }

    // The echo

    @Test func theEchoIsByteForByte() {
        let client = XMLHarness.signedIn()
        for document in [
            "<ALIVE />", "<ALIVE\n></ALIVE>", "<?xml version='1.0'?>\n <ALIVE a = 'b'/>",
            "<ALIVE>&#65;<!-- x --></ALIVE>",
        ] { #expect(client.ask(document).isEmpty) }
        client.send(" \r\n\t<ALIVE/>  \n ")
        #expect(client.sent() == "<ALIVE/>")
    }

    @Test func answersStandInTheOrderOfTheDocuments() {
        let client = XMLHarness.signedIn()
        let set = "<STATUS user=\"ann\" type=\"set\" code=\"1\"/>"
        let list = "<STATUS user=\"eve\" type=\"list\"/>"
        client.send(set + list + "<NOPE/>" + set + "<ALIVE/>")
        #expect(client.sent() == set)
        client.answer(.done)
        #expect(
            client.sent() == "<STATUS type=\"set\" result=\"1\"/>\(list)<STATUSLIST></STATUSLIST><NOPE/>"
                + "<ERROR reason=\"No such element is known here.\"/>\(set)")
        client.answer(Self.refusal)
        #expect(client.sent() == "<STATUS type=\"set\" result=\"0\"/><ALIVE/>")
    }

    @Test func byteAtATime() {
        let client = XMLHarness()
        let login = "<LOGIN user=\"ann\" pass=\"\(XMLHarness.pass)\"/>"
        let message = "<MESSAGE to=\"bob\" from=\"ann\">h&amp;i é</MESSAGE>"
        for byte in Array((login + " " + message + "<ALIVE/>").utf8) { client.send([byte]) }
        #expect(client.sent() == login)
        #expect(client.submitted.count == 1)
        client.answer(.signedIn(EventHarness.signedIn("ann")))
        #expect(client.sent() == "<LOGIN user=\"ann\" result=\"1\"/>" + message)
        guard case .message(.toUsers(let names, let outgoing))? = client.submitted.first?.command else {
            Issue.record("no message")
            return
        }
        #expect(names.map(\.text) == ["bob"])
        #expect(outgoing.text == "h&i é")
        client.answer(Self.sent(true))
        #expect(client.sent() == "<MESSAGE result=\"1\"/><ALIVE/>")
    }

    // The documents

    @Test func messages() {
        let client = XMLHarness.signedIn()
        let document = "<MESSAGE to=\"bob\" from=\"ann\">x</MESSAGE>"
        #expect(client.ask(document, Self.sent(true)) == "<MESSAGE result=\"1\"/>")
        #expect(client.ask(document, Self.sent(false)) == "<MESSAGE result=\"-1\"/>")
        #expect(client.ask(document, Self.refusal) == "<MESSAGE result=\"0\"/>")
        for wrong in [
            "<MESSAGE to=\"bob\" from=\"eve\">x</MESSAGE>", "<MESSAGE to=\"bob\">x</MESSAGE>",
            "<MESSAGE from=\"ann\">x</MESSAGE>", "<MESSAGE to=\"\" from=\"ann\">x</MESSAGE>",
        ] { #expect(client.ask(wrong) == "<MESSAGE result=\"0\"/>") }
    }

    @Test func statuses() {
        let client = XMLHarness.signedIn()
        for (presence, code) in [(Presence.online, 0), (.away, 1), (.busy, 2), (.hidden, 3)] {
            #expect(
                client.ask("<STATUS user=\"ann\" type=\"GeT\"/>", Self.presence(presence))
                    == "<STATUS type=\"get\" result=\"\(code)\"/>")
        }
        #expect(
            client.ask("<STATUS user=\"ann\" type=\"get\"/>", Self.refusal) == "<STATUS type=\"get\" result=\"-1\"/>")
        #expect(client.ask("<STATUS user=\"eve\" type=\"get\"/>") == "<STATUS type=\"get\" result=\"-1\"/>")
        #expect(client.ask("<STATUS type=\"get\"/>") == "<STATUS type=\"get\" result=\"-1\"/>")
        for wrong in ["code=\"4\"", "code=\"-1\"", "code=\"x\"", ""] {
            #expect(
                client.ask("<STATUS user=\"ann\" type=\"set\" \(wrong)/>") == "<STATUS type=\"set\" result=\"0\"/>")
        }
        #expect(
            client.ask("<STATUS user=\"eve\" type=\"set\" code=\"1\"/>") == "<STATUS type=\"set\" result=\"0\"/>")
        #expect(
            client.ask("<STATUS user=\"ann\" type=\"LIST\"/>")
                == "<STATUSLIST><STATUS id=\"0\">Online</STATUS><STATUS id=\"1\">Away</STATUS>"
                + "<STATUS id=\"2\">Busy</STATUS><STATUS id=\"3\">Hidden</STATUS></STATUSLIST>")
        #expect(client.ask("<STATUS user=\"eve\" type=\"list\"/>") == "<STATUSLIST></STATUSLIST>")
        #expect(client.ask("<STATUS user=\"ann\" type=\"x\"/>").hasPrefix("<ERROR reason="))
        #expect(client.ask("<STATUS user=\"ann\"/>").hasPrefix("<ERROR reason="))
    }

    @Test func friends() {
        let client = XMLHarness.signedIn()
        for (type, field) in [("add", "friend"), ("delete", "friend"), ("accept", "other"), ("deny", "other")] {
            let document = "<FRIEND user=\"ann\" type=\"\(type.uppercased())\" \(field)=\"bob\"/>"
            #expect(client.ask(document, .done) == "<FRIEND type=\"\(type)\" result=\"1\"/>")
            #expect(client.ask(document, Self.refusal) == "<FRIEND type=\"\(type)\" result=\"0\"/>")
            for wrong in ["user=\"eve\" \(field)=\"bob\"", "user=\"ann\"", "\(field)=\"bob\""] {
                #expect(
                    client.ask("<FRIEND type=\"\(type)\" \(wrong)/>") == "<FRIEND type=\"\(type)\" result=\"0\"/>")
            }
        }
        #expect(client.ask("<FRIEND user=\"ann\"/>").hasPrefix("<ERROR reason="))
        #expect(client.ask("<FRIEND user=\"ann\" type=\"marry\" friend=\"bob\"/>").hasPrefix("<ERROR reason="))
        #expect(client.ask("<FRIEND user=\"eve\" type=\"request\"/>") == "<FRIENDS></FRIENDS>")
        #expect(client.ask("<FRIEND user=\"ann\" type=\"request\"/>", Self.refusal) == "<FRIENDS></FRIENDS>")
    }

    @Test func theListOfFriends() {
        func contact(_ name: String, _ presence: Presence, isFriend: Bool = true) -> Contact {
            Contact(name: EventHarness.name(name), presence: presence, isWatched: false, isFriend: isFriend)
        }
        let client = XMLHarness.signedIn()
        let groups = [
            ContactGroup(name: "a", contacts: [contact("bob", .busy), contact("eve", .online, isFriend: false)]),
            ContactGroup(name: "b", contacts: [contact("t&m", .offline)]),
        ]
        #expect(
            client.ask("<FRIEND user=\"ann\" type=\"request\"/>", .contacts(groups))
                == "<FRIENDS><USER status=\"2\">bob</USER><USER status=\"-1\">t&amp;m</USER></FRIENDS>")
    }

    @Test func loggingOut() {
        let client = XMLHarness.signedIn()
        #expect(client.ask("<LOGOUT user=\"eve\"/>") == "<LOGOUT result=\"0\"/>")
        #expect(client.ask("<LOGOUT/>") == "<LOGOUT result=\"0\"/>")
        client.send("<LOGOUT user=\"ann\"/><ALIVE/><MESSAGE to=\"bob\" from=\"ann\">never</MESSAGE>")
        #expect(client.sent() == "<LOGOUT user=\"ann\"/>")
        #expect(client.submitted.count == 1)
        #expect(!client.connection.wantsInput)
        client.answer(.done)
        #expect(client.sent() == "<LOGOUT result=\"1\"/>")
        #expect(client.connection.isFinished)
        client.send("<ALIVE/>")
        #expect(client.sent().isEmpty)
    }

    // What the server says

    @Test func events() {
        let client = XMLHarness.signedIn()
        let (ann, bob) = (EventHarness.name("ann"), EventHarness.name("bob"))
        func message(_ from: Name, _ to: Name) -> Event {
            .message(
                Message(
                    id: MessageID(sequence: 1, server: 1), number: 1, from: from, place: .user(from: from, to: to),
                    text: "<&>", at: Timestamp(milliseconds: 1)))
        }
        client.deliver(message(bob, ann))
        #expect(client.sent() == "<MESSAGE from=\"bob\" to=\"ann\">&lt;&amp;&gt;</MESSAGE>")
        // One's own, said elsewhere, is not a message to oneself; one to oneself is.
        client.deliver(message(ann, bob))
        #expect(client.sent().isEmpty)
        client.deliver(message(ann, ann))
        #expect(client.sent() == "<MESSAGE from=\"ann\" to=\"ann\">&lt;&amp;&gt;</MESSAGE>")
        client.deliver(.contactRequest(from: bob))
        #expect(client.sent() == "<FRIEND type=\"invite\" to=\"ann\" from=\"bob\"/>")
        client.deliver(.notice("x"))
        client.deliver(.entered(room: bob, user: bob))
        #expect(client.sent().isEmpty)
        client.deliver(.signedOut(reason: "x"))
        #expect(client.sent() == "<LOGOUT user=\"ann\" result=\"1\"/>")
        #expect(client.connection.isFinished)
    }

    // Ends

    @Test func aConnectionWithoutDocumentsEnds() {
        let client = XMLHarness.signedIn()
        client.now = client.now.adding(milliseconds: 14_999)
        client.connection.advance(to: client.now)
        #expect(!client.connection.isFinished)
        client.send("<ALI")
        client.now = client.now.adding(milliseconds: 1)
        client.connection.advance(to: client.now)
        // Half a document is none.
        #expect(client.connection.isFinished)
        #expect(client.sent().isEmpty)
    }

    @Test func aDocumentBringsAnotherFifteenSeconds() {
        let client = XMLHarness()
        client.now = client.now.adding(milliseconds: 14_999)
        client.send("<ALIVE/>")
        #expect(client.connection.deadline == client.now.adding(milliseconds: 15_000))
    }

    @Test func whatIsMalformedIsNotEchoedAndEndsTheConnection() {
        let client = XMLHarness.signedIn()
        client.send("<ALIVE/><A></B><ALIVE/>")
        let sent = client.sent()
        #expect(sent.hasPrefix("<ALIVE/><ERROR reason="))
        #expect(!sent.contains("<A>"))
        #expect(client.connection.isFinished)
    }

    @Test func anErrorWaitsForTheAnswersBeforeIt() {
        let client = XMLHarness.signedIn()
        let set = "<STATUS user=\"ann\" type=\"set\" code=\"1\"/>"
        client.send(set + "<!DOCTYPE x>")
        #expect(client.sent() == set)
        #expect(!client.connection.isFinished)
        client.answer(.done)
        #expect(client.sent().hasPrefix("<STATUS type=\"set\" result=\"1\"/><ERROR reason="))
        #expect(client.connection.isFinished)
    }

    @Test func manyUnansweredDocumentsStopReading() {
        let client = XMLHarness.signedIn()
        let set = "<STATUS user=\"ann\" type=\"set\" code=\"1\"/>"
        client.send(String(repeating: set, count: 1000))
        #expect(!client.connection.wantsInput)
        #expect(client.submitted.count <= XMLConnection.mostPending)
        var answered = 0
        while !client.submitted.isEmpty {
            client.answer(.done)
            answered += 1
        }
        #expect(answered == 1000)
        #expect(client.connection.wantsInput)
        let echoes = client.sent()
        #expect(echoes == String(repeating: set + "<STATUS type=\"set\" result=\"1\"/>", count: 1000))
    }
}
