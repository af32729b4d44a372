import Testing

@testable import Gateways
@testable import Signaling

/// A connection with a domain that answers when the test says so.
struct LineHarness {
    let connection = LineConnection()
    var scratch = LineWords()
    /// What was submitted and has not been answered.
    var submitted: [(tag: Signaling.Tag, command: Command)] = []
    var now = Timestamp(seconds: 1_000_000)

    /// Sends bytes to the connection.
    mutating func send(_ bytes: [UInt8]) {
        var commands: [(tag: Signaling.Tag, command: Command)] = []
        connection.receive(bytes.span, scratch: &scratch) { commands.append((tag: $0, command: $1)) }
        submitted += commands
    }

    /// Ends the input.
    mutating func endInput() {
        var commands: [(tag: Signaling.Tag, command: Command)] = []
        connection.endInput { commands.append((tag: $0, command: $1)) }
        submitted += commands
    }

    /// Sends text as it is.
    mutating func send(_ text: String) { send(Array(text.utf8)) }

    /// Answers the oldest unanswered command.
    mutating func answer(_ reply: Reply) {
        guard !submitted.isEmpty else {
            Issue.record("nothing was submitted")
            return
        }
        let first = submitted.removeFirst()
        var commands: [(tag: Signaling.Tag, command: Command)] = []
        connection.reply(first.tag, reply, now: now, scratch: &scratch) { commands.append((tag: $0, command: $1)) }
        submitted += commands
    }

    /// Hands an event to the connection.
    mutating func deliver(_ event: Event) {
        if let line = LineEvent(event) { connection.deliver(line) }
    }

    /// What the connection has sent since this was last asked.
    mutating func sent() -> String {
        defer { connection.output = [] }
        return String(decoding: connection.output, as: UTF8.self)
    }

    /// Sends a line and gives what comes at once.
    mutating func ask(_ line: String) -> String {
        send(line + "\r\n")
        return sent()
    }

    /// Sends a line, answers the command that it became and gives what comes.
    mutating func ask(_ line: String, answer reply: Reply) -> String {
        send(line + "\r\n")
        answer(reply)
        return sent()
    }

    /// A connection on which somebody is signed in.
    static func signedIn(_ name: String = "bob", role: Role = .guest) -> LineHarness {
        var harness = LineHarness()
        harness.send("#login anon \"\(name)\"\r\n")
        harness.answer(.signedIn(named(name, role: role)))
        _ = harness.sent()
        return harness
    }

    /// The reply to a sign-in.
    static func named(_ text: String, role: Role = .guest) -> SignedIn {
        let identity = Identity.guest(GuestID(1))
        let name = Name(text) ?? .home
        return SignedIn(
            identity: identity, name: name, role: role, claims: TokenClaims(identity: identity, name: name, stamp: 0),
            room: .home)
    }
}

/// A name that a test knows to be one.
func name(_ text: String) -> Name {
    guard let name = Name(text) else {
        Issue.record("\(text) is no name")
        return .home
    }
    return name
}
