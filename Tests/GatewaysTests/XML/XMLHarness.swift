import Testing

@testable import Gateways
@testable import Signaling

/// A connection of the XML protocol with a domain that answers when the test says so.
final class XMLHarness {
    var now = Timestamp(seconds: 1_000_000)
    var connection: XMLConnection
    var submitted: [(tag: Signaling.Tag, command: Command)] = []

    static let pass = "5F4DCC3B5AA765D61D8327DEB882CF99"

    init() {
        connection = XMLConnection(timeout: 15_000, now: now)
    }

    /// Somebody who is signed in.
    static func signedIn(as user: String = "ann") -> XMLHarness {
        let client = XMLHarness()
        client.send("<LOGIN user=\"\(user)\" pass=\"\(pass)\"/>")
        client.answer(.signedIn(EventHarness.signedIn(user)))
        _ = client.sent()
        return client
    }

    func send(_ bytes: [UInt8]) {
        var commands: [(tag: Signaling.Tag, command: Command)] = []
        connection.receive(bytes.span, now: now) { commands.append((tag: $0, command: $1)) }
        submitted += commands
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Answers the oldest unanswered command.
    func answer(_ reply: Reply) {
        guard !submitted.isEmpty else {
            Issue.record("nothing was submitted")
            return
        }
        let tag = submitted.removeFirst().tag
        var commands: [(tag: Signaling.Tag, command: Command)] = []
        connection.reply(tag, reply, now: now) { commands.append((tag: $0, command: $1)) }
        submitted += commands
    }

    func deliver(_ event: Event) {
        if let event = XMLEvent(event) { connection.deliver(event) }
    }

    func sent() -> String {
        defer { connection.output = [] }
        return String(decoding: connection.output, as: UTF8.self)
    }

    /// Sends a document that becomes a command, answers that, and gives what comes behind the echo.
    func ask(_ document: String, _ reply: Reply) -> String {
        send(document)
        let echo = sent()
        #expect(echo == document)
        answer(reply)
        return sent()
    }

    /// Sends a document that is answered at once, and gives what comes behind the echo.
    func ask(_ document: String) -> String {
        send(document)
        #expect(submitted.isEmpty)
        let text = sent()
        #expect(text.hasPrefix(document))
        return String(text.dropFirst(document.count))
    }
}
