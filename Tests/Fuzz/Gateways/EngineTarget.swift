@testable import Gateways
@testable import Signaling

/// A sequence of what a client, the application and the clock do to an Engine.IO session: a byte for each step, with a byte behind it.
///
/// Polls, probes and the end come in the order that a shell relies on, whatever happens.
func fuzzEngine(_ input: [UInt8]) {
    guard let first = input.first else { return }
    var now = Timestamp(milliseconds: 1000)
    let settings = EngineSettings(pingInterval: 300, pingTimeout: 200, maxPayload: 100, upgradeTimeout: 400)
    var session = EngineSession(
        sid: "s", transport: first & 1 == 0 ? .polling : .webSocket, settings: settings, now: now)
    var (isPolled, hasProbe, isOver) = (false, false, false)
    var steps = Array(input.dropFirst())[...]
    while steps.count >= 2 {
        let (step, value) = (steps.removeFirst(), Int(steps.removeFirst()))
        let rest = Array(steps.prefix(value & 15))
        switch step % 11 {
        case 0: if case .wait = session.poll(now: now) { isPolled = true }
        case 1 where isPolled:
            isPolled = false
            session.pollEnded(now: now)
        case 2: _ = session.post(rest, now: now) { _ in }
        case 3: _ = session.post(Array("4a\u{1E}3".utf8), now: now) { _ in }
        case 4:
            if session.probeOpened(now: now) {
                precondition(!hasProbe)
                hasProbe = true
            }
        case 5 where hasProbe:
            let words = ["2probe", "5", "x"]
            session.receiveOnProbe(.text(Array(words[value % 3].utf8)), now: now)
        case 6 where hasProbe:
            hasProbe = false
            session.probeEnded()
        case 7 where session.transport == .webSocket: session.receive(.text(rest), now: now) { _ in }
        case 8: session.send(value & 1 == 0 ? .text(rest) : .binary(rest))
        case 9: if value == 7 { session.close(reason: "over") }
        default:
            now = now.adding(milliseconds: Int64(value))
            session.advance(to: now)
        }
        for effect in session.effects {
            precondition(!isOver)
            switch effect {
            case .answerPoll, .refusePoll:
                precondition(isPolled)
                isPolled = false
            case .send: precondition(session.transport == .webSocket)
            case .sendOnProbe: precondition(hasProbe)
            case .closeProbe, .adoptProbe:
                precondition(hasProbe)
                hasProbe = false
            case .closed: isOver = true
            }
        }
        session.effects = []
        precondition(isOver == session.isClosed)
        if isOver { precondition(!isPolled && !hasProbe && session.queuedBytes == 0) }
    }
}
