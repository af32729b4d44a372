import Testing

@testable import Gateways
@testable import Signaling

@Suite struct LineEventTests {
    private func message(_ text: String, _ place: Place, wasOffline: Bool = false) -> Event {
        .message(
            Message(
                id: MessageID(sequence: 1, server: 1), number: 1, from: name("al"), place: place, text: text,
                at: Timestamp(milliseconds: 1_234_567_890_999), wasOffline: wasOffline))
    }

    private func line(_ event: Event) -> String? {
        LineEvent(event).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    private let toBob = Place.user(from: name("al"), to: name("bob"))

    @Test func messages() {
        #expect(line(message("hi", .room(.home))) == "@mess #broadcast al \"hi\"\r\n")
        #expect(line(message("say \"x\\y\"", toBob)) == "@mess #sendto al \"say \\\"x\\\\y\\\"\"\r\n")
        #expect(line(message("later", toBob, wasOffline: true)) == "@mess #offline al 1234567890 \"later\"\r\n")
    }

    @Test func aMessageWithLineBreaksIsALineForEach() {
        #expect(
            line(message("one\r\ntwo\n\nfour", .room(.home)))
                == "@mess #broadcast al \"one\"\r\n@mess #broadcast al \"two\"\r\n@mess #broadcast al \"\"\r\n"
                + "@mess #broadcast al \"four\"\r\n")
        #expect(line(message("a\rb\u{7}c", toBob)) == "@mess #sendto al \"a\"\r\n@mess #sendto al \"b c\"\r\n")
        // Nothing that somebody writes becomes a line of the protocol's own.
        #expect(
            line(message("x\"\r\n@status 0", .room(.home)))
                == "@mess #broadcast al \"x\\\"\"\r\n@mess #broadcast al \"@status 0\"\r\n")
    }

    @Test func otherEvents() throws {
        let address = try #require(IPAddress("192.0.2.7"))
        let sanction = Sanction(user: name("bob"), room: name("a b"), by: name("eve"), reason: "say\nno", seconds: 60)
        let everywhere = Sanction(user: name("bob"), room: nil, by: nil, reason: "", seconds: nil)
        let cases: [(Event, String)] = [
            (.typing(name("al"), .room(.home), true), "@mess #typing al\r\n"),
            (
                .peerToPeer(from: name("al"), port: 6501, address: address),
                "@mess #peer2peer al \" 6501 192.0.2.7\"\r\n"
            ),
            (.invited(room: name("a b"), by: name("eve")), "@mess #invite \"a b\" eve\r\n"),
            (.kicked(sanction), "@mess #kicked \"a b\" eve \"say no\"\r\n"),
            (.muted(sanction, .all), "@mess #muted \"a b\" eve 60 \"say no\"\r\n"),
            (.banned(sanction), "@mess #banned \"a b\" eve 60 \"say no\"\r\n"),
            (.banned(everywhere), "@mess #banned - - 0 \"\"\r\n"),
            (.roomDeleted(room: name("a b")), "@mess #roomdeleted \"a b\"\r\n"),
            (.notice("tea\ntime"), "@mess #server \"tea\"\r\n@mess #server \"time\"\r\n"),
            (.signedOut(reason: "bye"), "@mess #server \"bye\"\r\n"),
        ]
        for (event, wire) in cases { #expect(line(event) == wire) }
    }

    @Test func hasNoWordsForTheRest() {
        let sanction = Sanction(user: name("bob"), room: nil, by: nil, reason: "", seconds: nil)
        let presence = PresenceChange(user: name("al"), presence: .away, lastSeen: nil)
        let events: [Event] = [
            .typing(name("al"), .room(.home), false), .presence(presence), .entered(room: .home, user: name("al")),
            .left(room: .home, user: name("al")), .roomCount(room: .home, users: 1), .contactRequest(from: name("al")),
            .unmuted(sanction, .text), .speaking(room: .home, users: []),
            .roleChanged(user: name("al"), room: nil, role: "admin"),
        ]
        for event in events { #expect(LineEvent(event) == nil) }
    }

    private func heard(_ event: Event, by user: String) -> Bool {
        var harness = LineHarness.signedIn(user)
        harness.deliver(event)
        return !harness.sent().isEmpty
    }

    @Test func nobodyGetsTheirOwnPrivateMessagesBack() {
        #expect(heard(message("hi", toBob), by: "bob"))
        #expect(!heard(message("hi", toBob), by: "al"))
        #expect(heard(message("hi", .user(from: name("al"), to: name("al"))), by: "al"))
        #expect(heard(message("hi", .room(.home)), by: "al"))
        #expect(!heard(.typing(name("al"), toBob, true), by: "al"))
    }

    @Test func whatHappenedToSomebodyIsToldToThem() {
        let sanction = Sanction(user: name("bob"), room: .home, by: name("eve"), reason: "", seconds: 1)
        for event in [Event.kicked(sanction), .muted(sanction, .text), .banned(sanction)] {
            #expect(heard(event, by: "bob"))
            #expect(!heard(event, by: "al"))
        }
    }

    @Test func knowsWhatASlowReaderCanDoWithout() {
        #expect(LineEvent(.typing(name("al"), .room(.home), true))?.isTransient == true)
        #expect(LineEvent(.notice("x"))?.isTransient == false)
    }
}
