import NIOCore
import Signaling

/// A session whose commands are answered one by one to whoever asked, as HTTP and the control socket need it. Confined to
/// the loop of its ``SignalingLoop``.
final class RequestSession {
    private unowned let signaling: SignalingLoop
    private var id: SessionID?
    private var waiting: [UInt64: EventLoopPromise<Reply>] = [:]
    private var nextTag: UInt64 = 0
    /// Called with the events of the session.
    var onEvent: ((Event) -> Void)?
    /// Called when the hub, not ``close()``, has ended the session.
    var onClose: (() -> Void)?

    /// Opens a session.
    init(_ signaling: SignalingLoop, origin: Origin) {
        self.signaling = signaling
        id = signaling.open(origin, .requests(self))
    }

    /// Submits a command; the future fails with a ``Problem`` if the session ends before the answer, and with the
    /// ``Refusal`` where it is refused.
    func perform(_ command: Command) -> EventLoopFuture<Reply>.Isolated {
        guard let id else { return signaling.eventLoop.makeFailedFuture(Problem.unavailable).assumeIsolated() }
        let promise = signaling.eventLoop.makePromise(of: Reply.self)
        nextTag += 1
        waiting[nextTag] = promise
        signaling.submit(command, from: id, tag: Tag(nextTag))
        return promise.futureResult.assumeIsolated()
    }

    /// Ends the session.
    func close() {
        guard let id else { return }
        end()
        signaling.close(id)
    }

    // From the hub

    func reply(_ tag: Tag, _ reply: Reply) {
        let promise = waiting.removeValue(forKey: tag.number)
        if case .refused(let refusal) = reply { promise?.fail(refusal) } else { promise?.succeed(reply) }
    }

    func deliver(_ event: Event) {
        onEvent?(event)
    }

    func closed(reason: String) {
        let onClose = onClose
        end()
        onClose?()
    }

    private func end() {
        id = nil
        onEvent = nil
        onClose = nil
        let abandoned = waiting
        waiting = [:]
        for promise in abandoned.values { promise.fail(Problem.unavailable) }
    }
}
