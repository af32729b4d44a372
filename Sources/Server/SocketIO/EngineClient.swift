import Gateways
import Logging
import NIOCore
import NIOHTTP1
import Signaling

/// One Engine.IO session with what runs on it: joins polls or a WebSocket, an ``EngineSession``, the application, and a session of the hub.
final class EngineClient {
    let sid: String

    private let door: EngineDoor
    private let alarm: LoopAlarm
    private let address: IPAddress?
    private var engine: EngineSession
    private var application: Running
    private var session: SessionID?
    private var poll: EventLoopPromise<HTTPResponse>?
    private var socket: WebSocketStream?
    private var probing: WebSocketStream?
    private var isPausedByHub = false
    private var isOver = false
    private var isPerforming = false

    private enum Running {
        case events(EventConnection)
        case conformance(ConformanceConnection)
        case echo
    }

    init(_ door: EngineDoor, sid: String, transport: EngineTransport, address: IPAddress?, now: Timestamp) {
        self.door = door
        self.sid = sid
        self.address = address
        alarm = LoopAlarm(eventLoop: door.signaling.eventLoop)
        engine = EngineSession(sid: sid, transport: transport, settings: door.settings, now: now)
        let deadline = now.adding(milliseconds: door.connectTimeout)
        application =
            switch door.application {
            case .events(let surroundings): .events(EventConnection(deadline: deadline, surroundings: surroundings))
            case .conformance:
                .conformance(
                    ConformanceConnection(deadline: deadline.milliseconds, makeSID: { EngineDoor.makeSID() }))
            case .echo: .echo
            }
    }

    /// The body of the answer that opens the session.
    var handshake: [UInt8] { engine.handshake }

    /// The session begins.
    func start() {
        setAlarm()
    }

    /// The session begins on a WebSocket.
    func begin(_ stream: WebSocketStream) {
        stream.owner = self
        socket = stream
        _ = stream.send(.text(engine.handshake))
    }

    /// A WebSocket wants to take over. False where it may not.
    func probe(_ stream: WebSocketStream, now: Timestamp) -> Bool {
        guard engine.probeOpened(now: now) else {
            perform()
            return false
        }
        stream.owner = self
        probing = stream
        setAlarm()
        return true
    }

    // Polling

    /// Somebody asks for packets.
    func poll(_ request: HTTPRequest, now: Timestamp) -> API.Answer {
        let outcome = engine.poll(now: now)
        defer { perform() }
        switch outcome {
        case .answer(let body): return door.answer(Self.response(body))
        case .refuse: return door.answer(door.refusal(.badRequest))
        case .wait:
            let promise = door.signaling.eventLoop.makePromise(of: HTTPResponse.self)
            poll = promise
            request.onCancel?.value = { [weak self] in self?.pollCancelled() }
            return promise.futureResult.assumeIsolated()
        }
    }

    /// Somebody posts packets. False where they are refused.
    func post(_ body: [UInt8], now: Timestamp) -> Bool {
        var messages: [EngineSession.Message] = []
        let isTaken = engine.post(body, now: now) { messages.append($0) }
        for message in messages { handle(message) }
        perform()
        return isTaken
    }

    private func pollCancelled() {
        poll = nil
        engine.pollEnded(now: SignalingLoop.now())
        perform()
    }

    private static func response(_ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(.ok, contentType: "text/plain; charset=UTF-8", body: body)
    }

    // What runs on the session

    private func handle(_ message: EngineSession.Message) {
        guard !isOver else { return }
        switch application {
        case .echo: engine.send(message)
        case .conformance(var connection):
            connection.receive(message)
            application = .conformance(connection)
        case .events(var connection):
            // The connection is held here alone while it changes.
            application = .echo
            connection.receive(message, submit: submit)
            application = .events(connection)
        }
        takeRequests()
    }

    private func submit(_ tag: Tag, _ command: Command) {
        if session == nil {
            session = door.signaling.open(Origin(door: .socketIO, address: address), .events(self))
        }
        if let session { door.signaling.submit(command, from: session, tag: tag) }
    }

    /// Does what the application asks for.
    private func takeRequests() {
        switch application {
        case .echo: break
        case .conformance(var connection):
            let output = connection.output
            connection.output = []
            application = .conformance(connection)
            for output in output {
                switch output {
                case .text(let text): engine.send(prefixed: text)
                case .binary(let data): engine.send(.binary(data))
                case .close: engine.close(reason: "closed by the application")
                }
            }
        case .events(var connection):
            application = .echo
            for packet in connection.output { engine.send(prefixed: packet) }
            connection.output.removeAll(keepingCapacity: connection.output.capacity <= 8)
            let requests = connection.requests
            connection.requests = []
            application = .events(connection)
            for request in requests {
                switch request {
                case .closeSession: endSession()
                case .close(let reason):
                    // The client may be told later; nobody else waits for that.
                    endSession()
                    engine.close(reason: reason)
                }
            }
        }
    }

    private func endSession() {
        guard let session else { return }
        self.session = nil
        door.signaling.close(session)
    }

    // What the engine wants

    private func perform() {
        guard !isPerforming else { return }
        isPerforming = true
        defer { isPerforming = false }
        while !engine.effects.isEmpty {
            let effects = engine.effects
            engine.effects = []
            for effect in effects { perform(effect) }
        }
        if engine.queuedBytes > door.messageQueue { overflow() }
        if !isOver { setAlarm() }
    }

    private func perform(_ effect: EngineSession.Effect) {
        switch effect {
        case .answerPoll(let body):
            poll?.succeed(Self.response(body))
            poll = nil
        case .refusePoll:
            poll?.succeed(door.refusal(.badRequest))
            poll = nil
        case .send(let packet):
            if let socket, !socket.send(packet) { overflow() }
        case .sendOnProbe(let packet): _ = probing?.send(packet)
        case .closeProbe:
            probing?.close(code: 1000)
            probing = nil
        case .adoptProbe:
            socket = probing
            probing = nil
        case .closed(let reason): end(reason)
        }
    }

    /// The client reads too slowly.
    private func overflow() {
        guard !isOver else { return }
        socket?.abort()
        end("message queue overflow")
    }

    private func end(_ reason: String) {
        guard !isOver else { return }
        isOver = true
        door.log.debug("engine session over", metadata: ["reason": "\(reason)"])
        alarm.stop()
        poll?.succeed(door.refusal(.badRequest))
        poll = nil
        socket?.close(code: 1000)
        socket = nil
        endSession()
        door.remove(sid)
    }

    // Time

    private func setAlarm() {
        let connectBy: Timestamp? =
            switch application {
            case .events(let connection): connection.deadline
            case .conformance(let connection): connection.deadline.map { Timestamp(milliseconds: $0) }
            case .echo: nil
            }
        let moment = connectBy.map { min($0, engine.deadline) } ?? engine.deadline
        alarm.set(moment) { [weak self] in self?.ring() }
    }

    private func ring() {
        guard !isOver else { return }
        let now = SignalingLoop.now()
        engine.advance(to: now)
        switch application {
        case .echo: break
        case .conformance(var connection):
            connection.advance(to: now.milliseconds)
            application = .conformance(connection)
        case .events(var connection):
            connection.advance(to: now)
            application = .events(connection)
        }
        takeRequests()
        perform()
    }
}

// From the hub.
extension EngineClient {
    func reply(_ tag: Tag, _ reply: Reply, now: Timestamp) {
        guard case .events(var connection) = application else { return }
        application = .echo
        connection.reply(tag, reply, now: now)
        application = .events(connection)
        takeRequests()
        perform()
        readIfWanted()
    }

    func deliver(_ packet: EventPacket) {
        if packet.isTransient, let socket, !socket.isWritable { return }
        if packet.isTransient, engine.queuedBytes > door.messageQueue / 2 { return }
        guard case .events(var connection) = application else { return }
        application = .echo
        connection.deliver(packet)
        application = .events(connection)
        takeRequests()
        perform()
    }

    func closed(reason: String) {
        session = nil
        guard case .events(var connection) = application else { return }
        connection.close(reason: reason)
        application = .events(connection)
        takeRequests()
        perform()
    }

    func setReading(_ reads: Bool) {
        isPausedByHub = !reads
        readIfWanted()
    }

    private func readIfWanted() {
        if wantsInput { socket?.readIfWanted() }
    }
}

extension EngineClient: WebSocketOwner {
    func receive(_ message: WebSocketConnection.Message, from stream: WebSocketStream) {
        let now = SignalingLoop.now()
        if stream === probing {
            if case .closed = message { return }
            engine.receiveOnProbe(message, now: now)
        } else if stream === socket {
            var messages: [EngineSession.Message] = []
            engine.receive(message, now: now) { messages.append($0) }
            for message in messages { handle(message) }
        }
        perform()
    }

    var wantsInput: Bool {
        if isPausedByHub { return false }
        if case .events(let connection) = application { return connection.wantsInput }
        return true
    }

    func ended(_ stream: WebSocketStream) {
        if stream === probing {
            probing = nil
            engine.probeEnded()
        } else if stream === socket {
            socket = nil
            engine.socketEnded()
            perform()
        }
    }
}
