import Gateways
import Glibc
import Logging
import NIOCore
import Signaling

/// The way to the hub for what lives on a loop of NIO's: HTTP, the control socket, connections under TLS. What happens in one turn
/// of the loop crosses to the hub's thread in one piece, and so do replies and events back. Confined to its loop.
final class SignalingLoop {
    /// The loop that the connections live on.
    let eventLoop: any EventLoop

    private let hub: HubLoop
    private lazy var port = SignalingPort(NIOLoopBound(self, eventLoop: eventLoop))

    /// Where the sessions' replies and events go, by the slot of their id.
    private var places: [Place] = []
    private var free: [UInt32] = []
    private var requests: [PortRequest] = []
    /// The connections that have something to write in this turn.
    private var written: [LineChannel] = []
    private var writing: [LineChannel] = []
    private var turnIsScheduled = false

    private struct Place {
        var generation: UInt32 = 0
        var outlet = Outlet.none
    }

    /// Must be made on `eventLoop`.
    init(eventLoop: any EventLoop, hub: HubLoop) {
        eventLoop.preconditionInEventLoop()
        self.eventLoop = eventLoop
        self.hub = hub
    }

    /// The time as the hub counts it.
    static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    // What happens

    /// A connection has begun. The id is this loop's own name for its session.
    func open(_ origin: Origin, _ outlet: Outlet) -> SessionID {
        let slot: UInt32
        if let used = free.popLast() {
            slot = used
        } else {
            slot = UInt32(places.count)
            places.append(Place())
        }
        places[Int(slot)].generation += 1
        places[Int(slot)].outlet = outlet
        let session = SessionID(slot: slot, generation: places[Int(slot)].generation)
        request(.open(session, origin))
        return session
    }

    /// A command has arrived.
    func submit(_ command: Command, from session: SessionID, tag: Tag) {
        request(.submit(session, tag, command))
    }

    /// A connection has ended. Does nothing for one that the hub has closed.
    func close(_ session: SessionID) {
        guard forget(session) != nil else { return }
        request(.close(session))
    }

    /// Other settings from now on.
    func replaceSettings(_ settings: Settings) {
        hub.run { $0.replaceSettings(settings) }
    }

    /// Tells everyone that the server goes; done when everything is stored and nobody is left.
    func shutDown(reason: String) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        let port = port
        // What has happened before goes first, and what the hub has said before is performed first.
        turn()
        hub.run { $0.shutDown(reason: reason) { port.run { _ in promise.succeed() } } }
        return promise.futureResult
    }

    /// A connection has something to write at the end of the turn.
    func noteOutput(of channel: LineChannel) {
        written.append(channel)
        scheduleTurn()
    }

    // A turn

    private func request(_ request: PortRequest) {
        requests.append(request)
        scheduleTurn()
    }

    private func scheduleTurn() {
        guard !turnIsScheduled else { return }
        turnIsScheduled = true
        // Runs after everything that is readable in this turn has been read.
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.turn() }
    }

    private func turn() {
        turnIsScheduled = false
        if !requests.isEmpty {
            hub.post(.port(port, requests))
            requests.removeAll()
        }
        // Writing may bring other connections to the list: they have their turn next.
        swap(&written, &writing)
        for channel in writing { channel.endTurn() }
        writing.removeAll(keepingCapacity: true)
    }

    // What the hub wants

    /// Performs what has crossed.
    func perform(_ effects: [PortEffect]) {
        for effect in effects { perform(effect) }
    }

    private func perform(_ effect: PortEffect) {
        switch effect {
        case .reply(let session, let tag, let reply, let now): outlet(of: session).reply(tag, reply, now: now)
        case .deliver(let event, let sessions): deliver(event, sessions)
        case .close(let session, let reason): forget(session)?.close(reason: reason)
        case .setReading(let session, let reads): outlet(of: session).setReading(reads)
        }
    }

    private func deliver(_ event: Event, _ sessions: [SessionID]) {
        // Encoded when the first connection of the protocol hears it, then shared by all.
        var line: LineEvent??
        var xml: XMLEvent??
        var packet: EventPacket??
        for session in sessions {
            switch outlet(of: session) {
            case .none: break
            case .requests(let session): session.deliver(event)
            case .line(let channel):
                let encoded = line ?? LineEvent(event)
                line = .some(encoded)
                if let encoded { channel.deliver(encoded) }
            case .xml(let client):
                let encoded = xml ?? XMLEvent(event)
                xml = .some(encoded)
                if let encoded { client.deliver(encoded) }
            case .events(let client):
                let encoded = packet ?? EventPacket(event)
                packet = .some(encoded)
                if let encoded { client.deliver(encoded) }
            case .mim(let client): client.deliver(event)
            case .roster(let door): door.hear(event)
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
        let outlet = outlet(of: session)
        if case .none = outlet { return nil }
        places[Int(session.slot)].outlet = .none
        free.append(session.slot)
        return outlet
    }
}
