public import Signaling

/// One Engine.IO session as a state machine: polls, frames, packets to send and the time in; answers, frames and messages out.
///
/// The shell performs what `effects` holds after each call (and empties it), calls `advance` when the time is at `deadline`, and before
/// anything else that happens to the session: a heartbeat that is missed ends it at its moment, however late that is noticed.
public struct EngineSession: Sendable {
    /// What a client sends.
    public enum Message: Hashable, Sendable {
        /// A text, valid UTF-8.
        case text([UInt8])
        /// Any bytes.
        case binary([UInt8])
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// The poll that waits is answered with this body.
        case answerPoll([UInt8])
        /// The poll that waits is refused.
        case refusePoll
        /// A packet goes out on the session's WebSocket.
        case send(EnginePacket)
        /// A packet goes out on the WebSocket that wants to take over.
        case sendOnProbe(EnginePacket)
        /// The WebSocket that wanted to take over is closed.
        case closeProbe
        /// The WebSocket that wanted to take over is the session's now.
        case adoptProbe
        /// The session is over: its WebSocket, if it has one, is closed.
        case closed(reason: String)
    }

    /// What becomes of a poll.
    public enum PollOutcome: Hashable, Sendable {
        /// It is answered with this body.
        case answer([UInt8])
        /// It waits for an `answerPoll`.
        case wait
        /// It is refused.
        case refuse
    }

    /// The session's id.
    public let sid: String
    /// What is to be done; the shell empties it.
    public var effects: [Effect] = []
    /// Bytes that wait for the next poll.
    public private(set) var queuedBytes = 0
    /// How packets travel now.
    public private(set) var transport: EngineTransport
    /// Whether the session is over.
    public private(set) var isClosed = false

    private let settings: EngineSettings
    private var queue: [EnginePacket] = []
    private var isPolled = false
    private var probe = Probe.none
    private var heartbeat: Heartbeat
    private var upgradeDeadline: Timestamp?
    /// Why the session is closed, from when it is until the client has been told.
    private var farewell: String?

    private enum Probe: Hashable {
        /// No WebSocket is there, or the session has it.
        case none
        /// One is there and has said nothing.
        case opened
        /// It has been answered, and may take over.
        case answered
    }

    private enum Heartbeat: Hashable {
        /// A ping is sent then.
        case pingAt(Timestamp)
        /// The answer to a ping is due then.
        case pongBy(Timestamp)
    }

    /// A session that has just been opened.
    public init(sid: String, transport: EngineTransport, settings: EngineSettings, now: Timestamp) {
        self.sid = sid
        self.transport = transport
        self.settings = settings
        heartbeat = .pingAt(now.adding(milliseconds: settings.pingInterval))
    }

    /// The first packet of the session: the body of the answer that opens it, or its first frame.
    public var handshake: [UInt8] {
        var writer = JSONWriter(after: [EnginePacket.Kind.open])
        writer.object {
            $0.member("sid", sid)
            $0.name("upgrades")
            $0.array { if transport == .polling { $0.string("websocket") } }
            $0.member("pingInterval", settings.pingInterval)
            $0.member("pingTimeout", settings.pingTimeout)
            $0.member("maxPayload", settings.maxPayload)
        }
        return writer.bytes
    }

    /// When `advance` is to be called next.
    public var deadline: Timestamp {
        let beat =
            switch heartbeat {
            case .pingAt(let moment), .pongBy(let moment): moment
            }
        return upgradeDeadline.map { min($0, beat) } ?? beat
    }

    /// The time is `now`.
    public mutating func advance(to now: Timestamp) {
        guard !isClosed else { return }
        if let moment = upgradeDeadline, now >= moment { dropProbe() }
        if farewell != nil, now >= deadline { return end(farewell ?? "") }
        switch heartbeat {
        case .pingAt(let moment) where now >= moment:
            let due = moment.adding(milliseconds: settings.pingTimeout)
            // The deadline is absolute: a ping that is sent late leaves less time, and none where it is too late altogether.
            guard now < due else { return fail("ping timeout") }
            heartbeat = .pongBy(due)
            enqueue(.bare(EnginePacket.Kind.ping))
        case .pongBy(let moment) where now >= moment: fail("ping timeout")
        default: break
        }
    }

    /// Sends a text message. The bytes begin with the digit of the type, 4, so that what many are sent is put together once.
    public mutating func send(prefixed text: [UInt8]) {
        enqueue(.text(text))
    }

    /// Sends a message.
    public mutating func send(_ message: Message) {
        switch message {
        case .text(let text): enqueue(.text([EnginePacket.Kind.message] + text))
        case .binary(let data): enqueue(.binary(data))
        }
    }

    /// Closes the session. Over polling it tells the client once everything before that is told: with the poll that waits, or else with the
    /// next, for which it waits as long as for the answer to a ping.
    public mutating func close(reason: String) {
        guard !isClosed, farewell == nil else { return }
        guard transport == .polling, probe == .none else { return end(reason) }
        queue.append(.bare(EnginePacket.Kind.close))
        if isPolled {
            answerPoll()
            if !queue.isEmpty { farewell = reason }
        } else {
            farewell = reason
        }
        if farewell == nil { end(reason) }
    }

    /// Ends the session for something that the client did, or did not: it is told only where a poll waits.
    private mutating func fail(_ reason: String) {
        guard !isClosed else { return }
        if transport == .polling, isPolled {
            queue.append(.bare(EnginePacket.Kind.close))
            answerPoll()
        }
        end(reason)
    }

    private mutating func end(_ reason: String) {
        isClosed = true
        if isPolled { effects.append(.refusePoll) }
        isPolled = false
        if probe != .none { dropProbe() }
        queue = []
        queuedBytes = 0
        effects.append(.closed(reason: reason))
    }

    private mutating func enqueue(_ packet: EnginePacket) {
        guard !isClosed, farewell == nil else { return }
        if transport == .webSocket { return effects.append(.send(packet)) }
        queue.append(packet)
        queuedBytes += packet.pollingCount
        if isPolled { answerPoll() }
    }
}

// Polling.
extension EngineSession {
    /// Somebody asks for packets.
    public mutating func poll(now: Timestamp) -> PollOutcome {
        advance(to: now)
        guard !isClosed, transport == .polling else { return .refuse }
        guard !isPolled else {
            // Two polls at once: nobody could tell which of them gets what.
            fail("two polls at once")
            return .refuse
        }
        if queue.isEmpty, probe == .answered { return .answer([EnginePacket.Kind.noop]) }
        guard queue.isEmpty else {
            let body = takeQueue()
            if let farewell, queue.isEmpty { end(farewell) }
            return .answer(body)
        }
        isPolled = true
        return .wait
    }

    /// The connection of the poll that waited is gone.
    public mutating func pollEnded(now: Timestamp) {
        guard isPolled else { return }
        isPolled = false
        end("transport error")
    }

    /// Somebody posts packets.
    ///
    /// - Parameter handle: takes the messages in them.
    /// - Returns: false where the body is refused; the session is over then.
    public mutating func post(_ body: [UInt8], now: Timestamp, handle: (Message) -> Void) -> Bool {
        advance(to: now)
        guard !isClosed, transport == .polling else { return false }
        if farewell != nil { return true }
        guard let packets = EnginePayload.decode(body) else {
            fail("parse error")
            return false
        }
        for packet in packets {
            guard take(packet, now: now, handle) else { return false }
            guard !isClosed else { return true }
        }
        return true
    }

    private mutating func answerPoll() {
        isPolled = false
        effects.append(.answerPoll(takeQueue()))
    }

    /// As many packets as one body may hold, at least one.
    private mutating func takeQueue() -> [UInt8] {
        var (count, bytes) = (0, 0)
        for packet in queue {
            let next = bytes + packet.pollingCount + 1
            guard count == 0 || next <= settings.maxPayload else { break }
            (count, bytes) = (count + 1, next)
        }
        let body = EnginePayload.encode(queue[..<count])
        for packet in queue[..<count] { queuedBytes -= packet.pollingCount }
        queue.removeFirst(count)
        return body
    }
}

// WebSocket.
extension EngineSession {
    /// A WebSocket wants to take over. False where it is to be closed: the session has one, or another was first.
    public mutating func probeOpened(now: Timestamp) -> Bool {
        advance(to: now)
        guard !isClosed, farewell == nil, transport == .polling, probe == .none else { return false }
        probe = .opened
        upgradeDeadline = now.adding(milliseconds: settings.upgradeTimeout)
        return true
    }

    /// The WebSocket that wants to take over says something.
    public mutating func receiveOnProbe(_ message: WebSocketConnection.Message, now: Timestamp) {
        advance(to: now)
        guard !isClosed, probe != .none else { return }
        switch (probe, message) {
        case (.opened, .text(let text)) where text == Array("2probe".utf8):
            probe = .answered
            effects.append(.sendOnProbe(.text(Array("3probe".utf8))))
            if isPolled {
                isPolled = false
                effects.append(.answerPoll([EnginePacket.Kind.noop]))
            }
        case (.answered, .text([EnginePacket.Kind.upgrade])):
            probe = .none
            upgradeDeadline = nil
            transport = .webSocket
            if isPolled {
                isPolled = false
                effects.append(.answerPoll([EnginePacket.Kind.noop]))
            }
            effects.append(.adoptProbe)
            let waiting = queue
            queue = []
            queuedBytes = 0
            for packet in waiting { effects.append(.send(packet)) }
        default: dropProbe()
        }
    }

    /// The WebSocket that wanted to take over is gone.
    public mutating func probeEnded() {
        probe = .none
        upgradeDeadline = nil
    }

    /// The session's WebSocket says something.
    public mutating func receive(
        _ message: WebSocketConnection.Message, now: Timestamp, handle: (Message) -> Void
    ) {
        advance(to: now)
        guard !isClosed else { return }
        switch message {
        case .text(let bytes):
            if !take(.text(bytes), now: now, handle) { fail("parse error") }
        case .binary(let bytes): handle(.binary(bytes))
        case .closed: end("transport close")
        }
    }

    /// The session's WebSocket is gone.
    public mutating func socketEnded() {
        guard !isClosed else { return }
        end("transport close")
    }

    private mutating func dropProbe() {
        probe = .none
        upgradeDeadline = nil
        effects.append(.closeProbe)
    }

    /// Takes a packet; false where it is none.
    private mutating func take(_ packet: EnginePacket, now: Timestamp, _ handle: (Message) -> Void) -> Bool {
        guard case .text(let bytes) = packet else {
            if case .binary(let data) = packet { handle(.binary(data)) }
            return true
        }
        switch bytes.first {
        case EnginePacket.Kind.message: handle(.text(Array(bytes.dropFirst())))
        case EnginePacket.Kind.pong where bytes.count == 1:
            guard case .pongBy = heartbeat else { return true }
            heartbeat = .pingAt(now.adding(milliseconds: settings.pingInterval))
        case EnginePacket.Kind.close where bytes.count == 1:
            if isPolled {
                isPolled = false
                effects.append(.answerPoll([EnginePacket.Kind.noop]))
            }
            end("transport close")
        default:
            fail("parse error")
            return false
        }
        return true
    }
}
