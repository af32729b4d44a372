import Testing

@testable import Gateways
@testable import Signaling

/// A client of the event API with a domain that answers when the test says so.
final class EventHarness {
    var connection: EventConnection
    /// What was submitted and has not been answered.
    var submitted: [(tag: Signaling.Tag, command: Command)] = []
    var now = Timestamp(milliseconds: 1_767_225_600_000)

    init(urls: String = "{}") {
        let claims = TokenClaims(identity: .guest(GuestID(7)), name: Self.name("tom"), stamp: 1)
        connection = EventConnection(
            deadline: now.adding(milliseconds: 1000),
            surroundings: EventConnection.Surroundings(
                verify: { $0 == "good" ? claims : nil }, makeSID: { "abc" }, urls: Array(urls.utf8)))
    }

    /// Somebody who is signed in.
    static func connected(as user: String = "ann") -> EventHarness {
        let client = EventHarness()
        client.send(#"0{"user":"ann","password":"x"}"#)
        client.answer(.signedIn(signedIn(user)))
        _ = client.sent()
        return client
    }

    static func name(_ text: String) -> Name { Name(text) ?? .control }

    static func signedIn(_ user: String) -> SignedIn {
        let identity = Identity.account(AccountID(1))
        return SignedIn(
            identity: identity, name: name(user), role: .user,
            claims: TokenClaims(identity: identity, name: name(user), stamp: 1), room: nil)
    }

    func send(_ text: String) { take(.text(Array(text.utf8))) }

    func take(_ message: EngineSession.Message) {
        var commands: [(tag: Signaling.Tag, command: Command)] = []
        connection.receive(message) { commands.append((tag: $0, command: $1)) }
        submitted += commands
    }

    /// Answers the oldest unanswered command.
    func answer(_ reply: Reply) {
        guard !submitted.isEmpty else {
            Issue.record("nothing was submitted")
            return
        }
        connection.reply(submitted.removeFirst().tag, reply, now: now)
    }

    func deliver(_ event: Event) {
        if let packet = EventPacket(event) { connection.deliver(packet) }
    }

    /// What was sent since this was last asked.
    func sent() -> [String] {
        defer { connection.output = [] }
        return connection.output.map { String(decoding: $0, as: UTF8.self) }
    }

    func requests() -> [EventConnection.Request] {
        defer { connection.requests = [] }
        return connection.requests
    }

    /// Sends an event, answers its command and gives the acknowledgement's object.
    func ask(_ event: String, _ fields: String, _ reply: Reply) throws -> JSONValue {
        send("29[\"\(event)\",\(fields)]")
        if !submitted.isEmpty { answer(reply) }
        let sent = sent()
        let text = try #require(sent.first)
        #expect(sent.count == 1)
        #expect(text.hasPrefix("439["))
        return try #require(try JSONDocument(Array(text.utf8.dropFirst(3))).root.elements.first)
    }
}
