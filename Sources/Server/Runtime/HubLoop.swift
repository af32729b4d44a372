import CLinux
import Gateways
import Glibc
import Logging
import Signaling
import Storage

/// The hub's thread and shell: waits for what happens, calls the hub once in a turn, and performs what it wants.
///
/// Line connections live here with their sockets, so that a message crosses no thread on its way, and each connection costs one
/// read and one write a turn. What lives on a loop of NIO's comes and goes in batches, through a ``SignalingPort``.
///
/// `@unchecked Sendable`: `inbox` and `poll.wake()` are for any thread; all the rest is touched by the thread of the loop only, once
/// ``start()`` has been called.
final class HubLoop: @unchecked Sendable {
    private let inbox = HubInbox()
    private let poll: SocketPoll

    private let hub: Hub
    private let store: any Store
    private let hashes: HashPool
    private let log: Logger
    /// Nil where there is no media.
    var media: (any MediaControl)?

    let sockets: SocketTable
    /// Where the sessions' replies and events go, by the slot of their id.
    private var places: [Place] = []
    private var openSessions = 0
    private var arrivals: [Arrival] = []
    private var effects: [Effect] = []
    /// The connections that have something to write in this turn.
    private var written: [LineSocket] = []
    private var writing: [LineSocket] = []
    private var ports: [SignalingPort] = []
    private var now = SignalingLoop.now()
    private var turnIsWanted = false
    private var drained: (@Sendable () -> Void)?
    private var stopped: (@Sendable () -> Void)?
    /// What the line connections share.
    let line = LineMemory()

    private struct Place {
        var generation: UInt32 = 0
        var outlet = HubOutlet.none
    }

    init(hub: Hub, store: any Store, hashes: HashPool, log: Logger) throws(Errno) {
        self.hub = hub
        self.store = store
        self.hashes = hashes
        self.log = log
        poll = try SocketPoll()
        sockets = SocketTable(poll)
    }

    /// Begins to run, on a thread of its own.
    func start() {
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                clinux_name_thread("hub")
                // Signals are for the program's other threads.
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                Unmanaged<HubLoop>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(result == 0, "the system gives no more threads")
        pthread_detach(thread)
    }

    // From any thread

    /// Brings something to the hub.
    func post(_ arrival: Arrival) {
        if inbox.post(arrival) { poll.wake() }
    }

    /// Runs something on the hub's thread.
    func run(_ body: @escaping @Sendable (HubLoop) -> Void) {
        post(.run(body))
    }

    /// Closes all connections and ends the thread.
    func stop() async {
        await withCheckedContinuation { continuation in
            run { $0.stopped = { continuation.resume() } }
        }
    }

    // What happens

    /// A connection has begun.
    func open(_ origin: Origin, _ outlet: HubOutlet) -> SessionID {
        let session = hub.open(origin)
        let slot = Int(session.slot)
        while places.count <= slot { places.append(Place()) }
        places[slot] = Place(generation: session.generation, outlet: outlet)
        openSessions += 1
        if log.logLevel <= .debug { log.debug("connected", metadata: Self.metadata(session, origin)) }
        turnIsWanted = true
        return session
    }

    /// A command has arrived.
    func submit(_ command: Command, from session: SessionID, tag: Tag) {
        hub.submit(command, from: session, tag: tag)
        turnIsWanted = true
    }

    /// A connection has ended. Does nothing for one that the hub has closed.
    func close(_ session: SessionID) {
        guard forget(session) != nil else { return }
        if log.logLevel <= .debug { log.debug("disconnected", metadata: Self.metadata(session)) }
        hub.close(session)
        turnIsWanted = true
    }

    /// Other settings from now on.
    func replaceSettings(_ settings: Settings) {
        hub.replaceSettings(settings)
        turnIsWanted = true
    }

    /// Tells everyone that the server goes; `done` is called when everything is stored and nobody is left.
    func shutDown(reason: String, _ done: @escaping @Sendable () -> Void) {
        drained = done
        hub.shutDown(reason: reason)
        turnIsWanted = true
    }

    /// A connection has something to write at the end of the turn.
    func noteOutput(of socket: LineSocket) {
        written.append(socket)
    }

    /// Decides a message of a line connection and delivers it, all at once; false where it has to be submitted like any command.
    /// A receiver of no bytes is the sender's room.
    func send(_ text: Span<UInt8>, to receiver: Span<UInt8>, from sender: LineSocket, _ session: SessionID) -> Bool {
        let sent: DirectMessage?
        if receiver.isEmpty {
            sent = hub.sendToRoom(textOf: text.count, from: session)
        } else {
            sent = hub.sendToMember(receiver, textOf: text.count, from: session)
        }
        guard let sent else { return false }
        sender.confirm()
        switch sent.receivers {
        case .one(let receiver): deliver(sent, text, to: receiver, from: sender)
        case .room(let receivers): deliver(sent, text, to: receivers, from: sender)
        }
        return true
    }

    // A turn

    private func work() {
        while stopped == nil {
            poll.wait(milliseconds: patience()) { token, readiness in
                if !hasTime { takeTime() }
                sockets.handle(token, readiness)
            }
            takeTime()
            takeArrivals()
            turn()
            hasTime = false
        }
        sockets.closeAll()
        stopped?()
    }

    /// Whether `now` is of this turn.
    private var hasTime = false

    private func takeTime() {
        hasTime = true
        now = SignalingLoop.now()
        hub.note(now)
    }

    /// How long to wait, in milliseconds: until the next thing falls due.
    private func patience() -> Int32 {
        if turnIsWanted { return 0 }
        var next = sockets.nextDeadline
        // While a commit is at the store nothing is decided; its completion brings the next turn.
        if !hub.isBusy, let due = hub.nextDeadline { next = min(next ?? due, due) }
        guard let next else { return -1 }
        return Int32(clamping: min(max(0, next.milliseconds - now.milliseconds), 86_400_000))
    }

    private func takeArrivals() {
        inbox.takeAll(into: &arrivals)
        if arrivals.isEmpty { return }
        turnIsWanted = true
        for arrival in arrivals {
            switch arrival {
            case .port(let port, let requests): take(requests, from: port)
            case .completed(let completion): hub.complete(completion)
            case .media(let event):
                if case .ended(_, let reason) = event { log.info("media ended", metadata: ["reason": "\(reason)"]) }
                hub.handle(event)
            case .run(let body): body(self)
            }
        }
        arrivals.removeAll(keepingCapacity: true)
    }

    private func take(_ requests: [PortRequest], from port: SignalingPort) {
        for request in requests {
            switch request {
            case .open(let own, let origin): port.set(own, open(origin, .port(port, own)))
            case .submit(let own, let tag, let command):
                if let session = port.hubSession(own) { hub.submit(command, from: session, tag: tag) }
            case .close(let own):
                if let session = port.hubSession(own) { close(session) }
                port.set(own, nil)
            }
        }
    }

    private func turn() {
        turnIsWanted = false
        hub.advance(to: now)
        hub.takeEffects(into: &effects)
        for effect in effects { perform(effect) }
        effects.removeAll(keepingCapacity: true)
        // Writing may bring other connections to the list: they have their turn next.
        swap(&written, &writing)
        for socket in writing { socket.endTurn() }
        writing.removeAll(keepingCapacity: true)
        if !written.isEmpty { turnIsWanted = true }
        sockets.closeOverdue(now)
        for port in ports { port.cross() }
        ports.removeAll(keepingCapacity: true)
        if let drained, openSessions == 0, hub.isSettled, !turnIsWanted {
            self.drained = nil
            drained()
        }
    }

    // What the hub wants

    private func perform(_ effect: Effect) {
        switch effect {
        case .reply(let session, let tag, let reply):
            if case .signedIn(let person) = reply { noteSignIn(person, session) }
            switch outlet(of: session) {
            case .none: break
            case .line(let socket): socket.reply(tag, reply, now: now)
            case .port(let port, let own): add(.reply(own, tag, reply, now), to: port)
            }
        case .deliver(let delivery): deliver(delivery)
        case .close(let session, let reason):
            if log.logLevel <= .debug {
                log.debug("closed", metadata: Self.metadata(session).merging(["reason": "\(reason)"]) { $1 })
            }
            switch forget(session) {
            case nil, .some(.none): break
            case .line(let socket): socket.closed(reason: reason)
            case .port(let port, let own):
                add(.close(own, reason: reason), to: port)
                port.set(own, nil)
            }
        case .pauseReading(let session): setReading(session, false)
        case .resumeReading(let session): setReading(session, true)
        case .hash(let id, let job): hashes.run(job) { [self] in post(.completed(.hashed(id, $0))) }
        case .commit(let batch):
            store.commit(batch) { [self] result in
                if case .failure(let error) = result { log.error("cannot store", metadata: ["reason": "\(error)"]) }
                post(.completed(.committed(result)))
            }
        case .query(let id, let query):
            store.query(query) { [self] result in
                if case .failure(let error) = result { log.error("cannot read", metadata: ["reason": "\(error)"]) }
                post(.completed(.queried(id, result)))
            }
        case .media(let id, let request):
            guard let media else {
                return post(.completed(.media(id, .failed(Refusal(.unavailable, "This server has no media.")))))
            }
            media.perform(request) { [self] in post(.completed(.media(id, $0))) }
        }
    }

    private func setReading(_ session: SessionID, _ reads: Bool) {
        switch outlet(of: session) {
        case .none: break
        case .line(let socket): socket.setReading(reads)
        case .port(let port, let own): add(.setReading(own, reads), to: port)
        }
    }

    private func deliver(_ delivery: Delivery) {
        // Encoded when the first connection of the protocol hears it, then shared by all.
        var line: LineEvent??
        var others = PortReceivers()
        for session in delivery.sessions {
            switch outlet(of: session) {
            case .none: break
            case .line(let socket):
                let encoded = line ?? LineEvent(delivery.event)
                line = .some(encoded)
                if let encoded { socket.deliver(encoded) }
            case .port(let port, let own): others.add(own, of: port)
            }
        }
        cross(delivery.event, to: others)
    }

    private func deliver(
        _ sent: DirectMessage, _ text: Span<UInt8>, to receiver: SessionID, from sender: LineSocket
    ) {
        switch outlet(of: receiver) {
        case .none: break
        case .line(let socket): socket.deliver(prefix: sender.connection.privatePrefix, text)
        case .port(let port, let own):
            var others = PortReceivers()
            others.add(own, of: port)
            if let message = hub.message(sent, text) { cross(.message(message), to: others) }
        }
    }

    private func deliver(
        _ sent: DirectMessage, _ text: Span<UInt8>, to receivers: [SessionID], from sender: LineSocket
    ) {
        line.encode(prefix: sender.connection.roomPrefix, text)
        var others = PortReceivers()
        for receiver in receivers {
            switch outlet(of: receiver) {
            case .none: break
            case .line(let socket): socket.deliver(line.message)
            case .port(let port, let own): others.add(own, of: port)
            }
        }
        if !others.isEmpty, let message = hub.message(sent, text) { cross(.message(message), to: others) }
    }

    private func cross(_ event: Event, to receivers: PortReceivers) {
        for (port, sessions) in receivers.all { add(.deliver(event, sessions), to: port) }
    }

    private func add(_ effect: PortEffect, to port: SignalingPort) {
        if port.outgoing.isEmpty { ports.append(port) }
        port.outgoing.append(effect)
    }

    private func outlet(of session: SessionID) -> HubOutlet {
        let slot = Int(session.slot)
        guard slot < places.count, places[slot].generation == session.generation else { return .none }
        return places[slot].outlet
    }

    /// Takes a session out of the table; nil where it is not in it.
    private func forget(_ session: SessionID) -> HubOutlet? {
        let outlet = outlet(of: session)
        if case .none = outlet { return nil }
        places[Int(session.slot)].outlet = .none
        openSessions -= 1
        return outlet
    }

    private func noteSignIn(_ person: SignedIn, _ session: SessionID) {
        guard log.logLevel <= .info else { return }
        log.info(
            "signed in",
            metadata: Self.metadata(session).merging(["user": "\(person.name)", "role": "\(person.role.text)"]) { $1 })
    }

    private static func metadata(_ session: SessionID, _ origin: Origin? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["session": "\(session.slot).\(session.generation)"]
        if let origin { metadata["door"] = "\(origin.door)" }
        if let address = origin?.address { metadata["address"] = "\(address)" }
        return metadata
    }
}

/// Where the replies and events of a session go: an enumeration, so that nothing is looked up for each message.
enum HubOutlet {
    /// The session is gone.
    case none
    /// A line connection of the hub's own thread.
    case line(LineSocket)
    /// A session of a port, by the port's own id.
    case port(SignalingPort, SessionID)
}

/// Those who hear an event and live on other loops, by their port: there are few ports.
struct PortReceivers {
    private(set) var all: [(port: SignalingPort, sessions: [SessionID])] = []

    var isEmpty: Bool { all.isEmpty }

    mutating func add(_ session: SessionID, of port: SignalingPort) {
        if let index = all.firstIndex(where: { $0.port === port }) {
            all[index].sessions.append(session)
        } else {
            all.append((port, [session]))
        }
    }
}
