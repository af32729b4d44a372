internal import Synchronization

/// The media side of the program: rooms in which endpoints meet over RTP, on loops and codec threads of its own.
///
/// Calls may come from any thread and return at once; completions and events come on threads of the engine's.
public final class MediaEngine: Sendable {
    private struct Places {
        /// Which loop a room is on, and how many sessions hold it there.
        var rooms: [String: (loop: Int, sessions: Int)] = [:]
        var sessions: [MediaSessionID: String] = [:]
        var isStopped = false
    }

    private let configuration: MediaConfiguration
    private let workers: CodecWorkers
    private let loops: [MediaLoop]
    private let places: Mutex<Places>
    private let ports: PortRange
    private let onEvent: EventRelay

    /// What the loops tell goes through here, since they exist before the engine does.
    private final class EventRelay: Sendable {
        let handler: Mutex<(@Sendable (MediaEngineEvent) -> Void)?> = Mutex(nil)

        func tell(_ event: MediaEngineEvent) {
            let handler = handler.withLock { $0 }
            handler?(event)
        }
    }

    /// Starts the threads.
    ///
    /// - Parameter onEvent: told of what happens by itself, on a thread of the engine's.
    public init(_ configuration: MediaConfiguration, onEvent: @escaping @Sendable (MediaEngineEvent) -> Void) throws {
        self.configuration = configuration
        let relay = EventRelay()
        self.onEvent = relay
        let workers = CodecWorkers(count: configuration.codecThreads)
        self.workers = workers
        ports = PortRange(configuration.rtpPorts)
        places = Mutex(Places())
        loops = try (0..<max(1, configuration.loops)).map { index in
            try MediaLoop(index: index, configuration: configuration, workers: workers) { relay.tell($0) }
        }
        relay.handler.withLock { handler in
            handler = { [weak self] event in
                if case .ended(let session, _) = event { self?.forget(session) }
                onEvent(event)
            }
        }
    }

    /// Opens a session. The completion is given the description for the endpoint: an SDP answer, or what `listen` asked for.
    public func open(
        _ request: MediaOpenRequest, completion: @escaping @Sendable (Result<String, MediaRefusal>) -> Void
    ) {
        let proposal: SessionProposal
        do throws(MediaRefusal) {
            proposal = try SessionProposal(request, configuration: configuration)
        } catch {
            completion(.failure(error))
            return
        }
        guard let loop = place(request) else {
            completion(.failure(.unavailable("The server is shutting down.")))
            return
        }
        let ports = ports
        loop.post(
            .run { [weak self] loop in
                do throws(MediaRefusal) {
                    let (setup, description) = try proposal.open(on: loop, ports: ports)
                    _ = loop.withRouter { $0.open(setup, at: MediaLoop.now()) }
                    completion(.success(description))
                } catch {
                    self?.forget(request.session)
                    completion(.failure(error))
                }
            })
    }

    /// Closes a session; the completion comes when not one more packet of it will leave. A session that is gone already completes at once.
    public func close(_ session: MediaSessionID, completion: @escaping @Sendable () -> Void) {
        guard let loop = loop(of: session) else {
            completion()
            return
        }
        forget(session)
        loop.post(
            .run { loop in
                if loop.withRouter({ $0.close(session, at: MediaLoop.now(), completion: completion) }) == nil {
                    completion()
                }
            })
    }

    /// Keeps a session from sending some kinds of media; the completion comes when nothing of them is on its way any more.
    public func setMuted(
        _ muted: MediaKinds, session: MediaSessionID, completion: @escaping @Sendable () -> Void
    ) {
        guard let loop = loop(of: session) else {
            completion()
            return
        }
        loop.post(
            .run { loop in
                let done: Void? = loop.withRouter {
                    $0.setMuted(muted, session: session, at: MediaLoop.now(), completion: completion)
                }
                if done == nil { completion() }
            })
    }

    /// Sets other limits for a session, in both directions; the completion comes when they are in force.
    public func setLimits(
        _ limits: MediaLimits, session: MediaSessionID, completion: @escaping @Sendable () -> Void
    ) {
        guard let loop = loop(of: session) else {
            completion()
            return
        }
        loop.post(
            .run { loop in
                _ = loop.withRouter { $0.setLimits(limits, session: session, at: MediaLoop.now()) }
                completion()
            })
    }

    /// What is known of a room's media now; a room without media has no sessions.
    public func statistics(
        room: String, completion: @escaping @Sendable (MediaRoomStatistics) -> Void
    ) {
        guard let index = places.withLock({ $0.rooms[room]?.loop }) else {
            completion(MediaRoomStatistics())
            return
        }
        loops[index].post(
            .run { loop in
                let statistics = loop.withRouter { $0.statistics(room: room, at: MediaLoop.now()) } ?? nil
                completion(statistics ?? MediaRoomStatistics())
            })
    }

    /// The sums over everything since the start.
    public func totals(completion: @escaping @Sendable (MediaTotals) -> Void) {
        let sum = Mutex((MediaTotals(), loops.count))
        let gathered = Gathered(sum, completion)
        for loop in loops {
            loop.post(.run { gathered.add($0.withRouter { $0.totals(at: MediaLoop.now()) } ?? MediaTotals()) })
        }
    }

    /// The loops' sums as they come in.
    private final class Gathered: Sendable {
        private let state: Mutex<(MediaTotals, Int)>
        private let completion: @Sendable (MediaTotals) -> Void

        init(_ state: consuming Mutex<(MediaTotals, Int)>, _ completion: @escaping @Sendable (MediaTotals) -> Void) {
            self.state = state
            self.completion = completion
        }

        func add(_ totals: MediaTotals) {
            let complete: MediaTotals? = state.withLock { state in
                state.0.add(totals)
                state.1 -= 1
                return state.1 == 0 ? state.0 : nil
            }
            if let complete { completion(complete) }
        }
    }

    /// Says goodbye to everyone and ends the threads.
    public func shutdown(completion: @escaping @Sendable () -> Void) {
        let sessions: [MediaSessionID] = places.withLock { places in
            places.isStopped = true
            return Array(places.sessions.keys)
        }
        let remaining = Atomic(sessions.count + loops.count)
        let counter = Countdown(remaining, completion)
        for session in sessions { close(session) { counter.step() } }
        for loop in loops { loop.post(.stop { counter.step() }) }
        workers.stop()
    }

    /// Calls something once, after so many steps.
    private final class Countdown: Sendable {
        private let remaining: Atomic<Int>
        private let completion: @Sendable () -> Void

        init(_ remaining: consuming Atomic<Int>, _ completion: @escaping @Sendable () -> Void) {
            self.remaining = remaining
            self.completion = completion
        }

        func step() {
            if remaining.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { completion() }
        }
    }

    // MARK: - Which loop

    /// A room stays on the loop that its first session was given: the one with the fewest sessions then.
    private func place(_ request: MediaOpenRequest) -> MediaLoop? {
        let index: Int? = places.withLock { places in
            guard !places.isStopped else { return nil }
            places.sessions[request.session] = request.room
            if let known = places.rooms[request.room] {
                places.rooms[request.room] = (known.loop, known.sessions + 1)
                return known.loop
            }
            var load = [Int](repeating: 0, count: loops.count)
            for room in places.rooms.values { load[room.loop] += room.sessions }
            let least = load.indices.min { load[$0] < load[$1] } ?? 0
            places.rooms[request.room] = (least, 1)
            return least
        }
        return index.map { loops[$0] }
    }

    private func loop(of session: MediaSessionID) -> MediaLoop? {
        let index: Int? = places.withLock { places in
            places.sessions[session].flatMap { places.rooms[$0]?.loop }
        }
        return index.map { loops[$0] }
    }

    private func forget(_ session: MediaSessionID) {
        places.withLock { places in
            guard let room = places.sessions.removeValue(forKey: session), let known = places.rooms[room] else {
                return
            }
            places.rooms[room] = known.sessions > 1 ? (known.loop, known.sessions - 1) : nil
        }
    }
}
