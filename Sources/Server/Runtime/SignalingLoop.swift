import Gateways
import Glibc
import Logging
import NIOCore
import Signaling
import Storage

/// The hub's shell: passes it what happens, calls it once in a turn of the event loop, and performs what it wants. Confined
/// to that loop.
final class SignalingLoop {
    /// The loop that the hub, and every connection, lives on.
    let eventLoop: any EventLoop

    private let hub: Hub
    private let store: any Store
    private let hashes: HashPool
    private let log: Logger
    /// Set once, before anything happens; nil where there is no media.
    var media: (any MediaControl)?

    /// Where the sessions' replies and events go, by the slot of their id.
    private var places: [Place] = []
    private var openSessions = 0
    private var effects: [Effect] = []
    /// The connections that have something to write in this turn.
    private var written: [LineChannel] = []
    private var writing: [LineChannel] = []
    private var turnIsScheduled = false
    private var timer: Scheduled<Void>?
    private var timerDeadline = Timestamp(milliseconds: .max)
    private var drained: EventLoopPromise<Void>?

    private struct Place {
        var generation: UInt32 = 0
        var outlet = Outlet.none
    }

    /// Must be made on `eventLoop`.
    init(eventLoop: any EventLoop, hub: Hub, store: any Store, hashes: HashPool, log: Logger) {
        eventLoop.preconditionInEventLoop()
        self.eventLoop = eventLoop
        self.hub = hub
        self.store = store
        self.hashes = hashes
        self.log = log
    }

    /// The time as the hub counts it.
    static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    // What happens

    /// A connection has begun.
    func open(_ origin: Origin, _ outlet: Outlet) -> SessionID {
        let session = hub.open(origin)
        let slot = Int(session.slot)
        while places.count <= slot { places.append(Place()) }
        places[slot] = Place(generation: session.generation, outlet: outlet)
        openSessions += 1
        log.debug("connected", metadata: Self.metadata(session, origin))
        scheduleTurn()
        return session
    }

    /// A command has arrived.
    func submit(_ command: Command, from session: SessionID, tag: Tag) {
        hub.submit(command, from: session, tag: tag)
        scheduleTurn()
    }

    /// A connection has ended. Does nothing for one that the hub has closed.
    func close(_ session: SessionID) {
        guard forget(session) != nil else { return }
        log.debug("disconnected", metadata: Self.metadata(session))
        hub.close(session)
        scheduleTurn()
    }

    /// The media side has something to tell.
    func handle(_ event: MediaEvent) {
        if case .ended(_, let reason) = event { log.info("media ended", metadata: ["reason": "\(reason)"]) }
        hub.handle(event)
        scheduleTurn()
    }

    /// Other settings from now on.
    func replaceSettings(_ settings: Settings) {
        hub.replaceSettings(settings)
        scheduleTurn()
    }

    /// Tells everyone that the server goes; done when everything is stored and nobody is left.
    func shutDown(reason: String) -> EventLoopFuture<Void> {
        let promise = drained ?? eventLoop.makePromise(of: Void.self)
        drained = promise
        hub.shutDown(reason: reason)
        scheduleTurn()
        return promise.futureResult
    }

    /// A connection has something to write at the end of the turn.
    func noteOutput(of channel: LineChannel) {
        written.append(channel)
        scheduleTurn()
    }

    // A turn

    private func scheduleTurn() {
        guard !turnIsScheduled else { return }
        turnIsScheduled = true
        // Runs after everything that is readable in this turn has been read.
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.turn() }
    }

    private func turn() {
        turnIsScheduled = false
        let now = Self.now()
        hub.advance(to: now)
        hub.takeEffects(into: &effects)
        for effect in effects { perform(effect, now) }
        effects.removeAll(keepingCapacity: true)
        // Writing may bring other connections to the list: they have their turn next.
        swap(&written, &writing)
        for channel in writing { channel.endTurn() }
        writing.removeAll(keepingCapacity: true)
        setTimer()
        if let drained, openSessions == 0, hub.isSettled, !turnIsScheduled { drained.succeed() }
    }

    /// One timer runs at a time. It may fire before the next deadline, where that has moved away, but never after it.
    private func setTimer() {
        // While a commit is at the store nothing is decided; its completion brings the next turn.
        guard !hub.isBusy, let next = hub.nextDeadline, next < timerDeadline else { return }
        timer?.cancel()
        timerDeadline = next
        let delay = max(0, next.milliseconds - Self.now().milliseconds)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(in: .milliseconds(min(delay, 86_400_000))) {
            let signaling = bound.value
            signaling.timer = nil
            signaling.timerDeadline = Timestamp(milliseconds: .max)
            signaling.turn()
        }
    }

    // What the hub wants

    private func perform(_ effect: Effect, _ now: Timestamp) {
        switch effect {
        case .reply(let session, let tag, let reply):
            if case .signedIn(let person) = reply { noteSignIn(person, session) }
            outlet(of: session).reply(tag, reply, now: now)
        case .deliver(let delivery): deliver(delivery)
        case .close(let session, let reason):
            log.debug("closed", metadata: Self.metadata(session).merging(["reason": "\(reason)"]) { $1 })
            forget(session)?.close(reason: reason)
        case .pauseReading(let session): outlet(of: session).setReading(false)
        case .resumeReading(let session): outlet(of: session).setReading(true)
        case .hash(let id, let job):
            let complete = completion()
            hashes.run(job) { complete(.hashed(id, $0)) }
        case .commit(let batch):
            let complete = completion()
            store.commit(batch) { [log] result in
                if case .failure(let error) = result { log.error("cannot store", metadata: ["reason": "\(error)"]) }
                complete(.committed(result))
            }
        case .query(let id, let query):
            let complete = completion()
            store.query(query) { [log] result in
                if case .failure(let error) = result { log.error("cannot read", metadata: ["reason": "\(error)"]) }
                complete(.queried(id, result))
            }
        case .media(let id, let request):
            let complete = completion()
            guard let media else {
                return complete(.media(id, .failed(Refusal(.unavailable, "This server has no media."))))
            }
            media.perform(request) { complete(.media(id, $0)) }
        }
    }

    private func deliver(_ delivery: Delivery) {
        // Encoded when the first connection of the protocol hears it, then shared by all.
        var line: LineEvent??
        var xml: XMLEvent??
        var packet: EventPacket??
        for session in delivery.sessions {
            switch outlet(of: session) {
            case .none: break
            case .requests(let session): session.deliver(delivery.event)
            case .line(let channel):
                let encoded = line ?? LineEvent(delivery.event)
                line = .some(encoded)
                if let encoded { channel.deliver(encoded) }
            case .xml(let client):
                let encoded = xml ?? XMLEvent(delivery.event)
                xml = .some(encoded)
                if let encoded { client.deliver(encoded) }
            case .events(let client):
                let encoded = packet ?? EventPacket(delivery.event)
                packet = .some(encoded)
                if let encoded { client.deliver(encoded) }
            case .mim(let client): client.deliver(delivery.event)
            case .roster(let door): door.hear(delivery.event)
            }
        }
    }

    /// Brings what another thread has done back to the hub.
    private func completion() -> @Sendable (Completion) -> Void {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let eventLoop = eventLoop
        return { completion in
            eventLoop.execute {
                bound.value.hub.complete(completion)
                bound.value.scheduleTurn()
            }
        }
    }

    private func outlet(of session: SessionID) -> Outlet {
        let slot = Int(session.slot)
        guard slot < places.count, places[slot].generation == session.generation else { return .none }
        return places[slot].outlet
    }

    /// Takes a session out of the table; nil where it is not in it.
    @discardableResult
    private func forget(_ session: SessionID) -> Outlet? {
        let slot = Int(session.slot)
        guard slot < places.count, places[slot].generation == session.generation else { return nil }
        let outlet = places[slot].outlet
        if case .none = outlet { return nil }
        places[slot].outlet = .none
        openSessions -= 1
        return outlet
    }

    private func noteSignIn(_ person: SignedIn, _ session: SessionID) {
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
