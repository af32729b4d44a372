import Testing

@testable import Gateways
@testable import Signaling

/// A session with a client that the test plays, and the clock in its hand.
final class EngineHarness {
    var session: EngineSession
    var now = Timestamp(milliseconds: 1_000_000)
    /// Messages that have come out.
    var heard: [EngineSession.Message] = []

    init(_ transport: EngineTransport, maxPayload: Int = 1000) {
        let settings = EngineSettings(pingInterval: 300, pingTimeout: 200, maxPayload: maxPayload, upgradeTimeout: 1000)
        session = EngineSession(sid: "sid", transport: transport, settings: settings, now: now)
    }

    /// What the session wants done since this was last asked.
    func effects() -> [EngineSession.Effect] {
        defer { session.effects = [] }
        return session.effects
    }

    func wait(_ milliseconds: Int64) {
        now = now.adding(milliseconds: milliseconds)
        session.advance(to: now)
    }

    func poll() -> EngineSession.PollOutcome { session.poll(now: now) }

    func post(_ body: String) -> Bool {
        var heard: [EngineSession.Message] = []
        let isTaken = session.post(Array(body.utf8), now: now) { heard.append($0) }
        self.heard += heard
        return isTaken
    }

    func receive(_ text: String) {
        var heard: [EngineSession.Message] = []
        session.receive(.text(Array(text.utf8)), now: now) { heard.append($0) }
        self.heard += heard
    }

    func receive(_ message: WebSocketConnection.Message) {
        var heard: [EngineSession.Message] = []
        session.receive(message, now: now) { heard.append($0) }
        self.heard += heard
    }

    func probe(_ text: String) { session.receiveOnProbe(.text(Array(text.utf8)), now: now) }

    func send(_ text: String) { session.send(.text(Array(text.utf8))) }
}

extension EngineSession.PollOutcome {
    static func text(_ text: String) -> Self { .answer(Array(text.utf8)) }
}

extension EngineSession.Effect {
    static func text(_ text: String) -> Self { .send(.text(Array(text.utf8))) }
    static func answer(_ text: String) -> Self { .answerPoll(Array(text.utf8)) }
}

extension EngineSession.Message {
    static func words(_ text: String) -> Self { .text(Array(text.utf8)) }
}
