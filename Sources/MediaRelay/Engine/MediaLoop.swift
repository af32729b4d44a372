internal import Glibc

/// One media loop: a thread with its sockets, around a router. All that it does is read, write, wait and carry messages.
///
/// `@unchecked Sendable`: other threads only post to the mailbox and wake the poll; the router, the sockets and the memory belong to the loop's own thread.
final class MediaLoop: MediaOutput, @unchecked Sendable {
    /// What other threads ask of the loop.
    enum Message: Sendable {
        case run(@Sendable (MediaLoop) -> Void)
        case mixed(MixDelivery)
        case converted(ConversionDelivery)
        case stop(@Sendable () -> Void)
    }

    /// A batch on its way back from a codec worker.
    ///
    /// `@unchecked Sendable`: the worker lets go of the batch when it posts it.
    struct MixDelivery: @unchecked Sendable {
        let batch: MixBatch
        let room: Slab<MediaRoom>.Key
    }

    /// The same for a video track.
    ///
    /// `@unchecked Sendable`: the worker lets go of the batch when it posts it.
    struct ConversionDelivery: @unchecked Sendable {
        let batch: VideoBatch
        let track: Slab<VideoTrack>.Key
    }

    /// Reads of one socket before the others get their turn.
    private static let readsPerTurn = 4

    private let mailbox = Mailbox<Message>()
    private let poll: EventPoll
    private let workers: CodecWorkers
    private let onEvent: @Sendable (MediaEngineEvent) -> Void

    private var router: MediaRouter<MediaLoop>?
    private var freePlaces: [Int] = []
    private let receiveBatch = ReceiveBatch()
    private var messages: [Message] = []
    private var stopped: (@Sendable () -> Void)?

    /// Where a socket is kept; a class, since sockets cannot be copied into an array.
    private final class SocketPlace {
        let socket: DatagramSocket

        init(_ socket: consuming DatagramSocket) {
            self.socket = socket
        }
    }

    private var places: [SocketPlace?] = []
    /// The places that are TCP; such a place has no datagram socket.
    private var streams: [StreamTransport?] = []
    /// Marks the token of a TCP connection, beside that of its listener.
    private static let connectionToken: UInt64 = 1 << 32

    /// Starts the loop's thread.
    init(
        index: Int, configuration: MediaConfiguration, workers: CodecWorkers,
        onEvent: @escaping @Sendable (MediaEngineEvent) -> Void
    ) throws(SocketError) {
        poll = try EventPoll()
        self.workers = workers
        self.onEvent = onEvent
        SystemThread.start(name: "media-\(index)") { [self] in run(configuration) }
    }

    /// Hands a message to the loop.
    func post(_ message: Message) {
        if mailbox.post(message) { poll.wake() }
    }

    /// The router, for messages that run on the loop's thread.
    func withRouter<Result>(_ body: (MediaRouter<MediaLoop>) -> Result) -> Result? {
        router.map(body)
    }

    /// The time now, on the clock that the loop goes by.
    static func now() -> MediaTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MediaTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private static func wallClockOffset() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) - now().nanoseconds
    }

    // MARK: - The loop

    private func run(_ configuration: MediaConfiguration) {
        let router = MediaRouter(
            configuration: configuration, wallClockOffset: Self.wallClockOffset(), output: self)
        self.router = router
        while stopped == nil {
            poll.wait(milliseconds: timeout(until: router.nextDeadline)) { token in
                if token & Self.connectionToken != 0 {
                    serve(Int(token & ~Self.connectionToken), router)
                } else {
                    read(Int(token), router)
                }
            }
            takeMessages(router)
            router.advance(to: Self.now())
        }
        places.removeAll()
        streams.removeAll()
        self.router = nil
        stopped?()
    }

    private func timeout(until deadline: MediaTime?) -> Int32 {
        guard let deadline else { return -1 }
        let remaining = deadline.nanoseconds - Self.now().nanoseconds
        return Int32(clamping: max(0, (remaining + 999_999) / 1_000_000))
    }

    private func read(_ index: Int, _ router: MediaRouter<MediaLoop>) {
        guard index < places.count, let place = places[index] else {
            accept(index, router)
            return
        }
        for _ in 0..<Self.readsPerTurn {
            let count = receiveBatch.receive(from: place.socket.descriptor)
            let now = Self.now()
            for datagram in 0..<count {
                guard let source = receiveBatch.source(datagram) else { continue }
                let buffer = receiveBatch.bytes(datagram)
                var bytes = buffer.mutableBytes
                router.receive(&bytes, socket: index, source: source, at: now)
            }
            if count > 0 {
                router.flush(at: now)
                let kept = (Self.now().nanoseconds - now.nanoseconds) / 1_000
                router.past.forwardDelay.add(microseconds: kept, packets: count)
            } else if place.socket.takeRefusals() {
                router.noteRefusal(socket: index, at: now)
            }
            if count < ReceiveBatch.capacity { break }
        }
    }

    private func takeMessages(_ router: MediaRouter<MediaLoop>) {
        mailbox.takeAll(into: &messages)
        for message in messages {
            switch message {
            case .run(let body): body(self)
            case .mixed(let delivery): router.finish(delivery.batch, room: delivery.room, at: Self.now())
            case .converted(let delivery): router.finish(delivery.batch, track: delivery.track, at: Self.now())
            case .stop(let done): stopped = done
            }
        }
    }

    /// Takes a TCP section's connection.
    private func accept(_ index: Int, _ router: MediaRouter<MediaLoop>) {
        guard index < streams.count, let stream = streams[index], stream.accept() else { return }
        poll.remove(stream.listener)
        stream.closeListener()
        poll.add(stream.connection, token: UInt64(index) | Self.connectionToken)
        router.noteConnection(socket: index, at: Self.now())
    }

    /// Reads from a TCP connection, and gives it what waits for it.
    private func serve(_ index: Int, _ router: MediaRouter<MediaLoop>) {
        guard index < streams.count, let stream = streams[index] else { return }
        let now = Self.now()
        let isOpen = stream.receive(reads: Self.readsPerTurn) { datagram, source in
            router.receive(&datagram, socket: index, source: source, at: now)
        }
        router.flush(at: now)
        // The router may have closed it meanwhile.
        guard streams[index] === stream else { return }
        if isOpen {
            stream.flush()
            if !stream.hasPending { watchOutput(of: stream, index, false) }
        } else {
            poll.remove(stream.connection)
            stream.closeConnection()
            router.noteDisconnection(socket: index, at: now)
        }
    }

    private func watchOutput(of stream: StreamTransport, _ index: Int, _ isWanted: Bool) {
        poll.watchOutput(stream.connection, token: UInt64(index) | Self.connectionToken, isWanted)
    }

    // MARK: - Sockets

    /// Opens a UDP socket, to be known by the number that is returned.
    func open(_ address: SocketAddress) throws(SocketError) -> (index: Int, port: UInt16) {
        let place = SocketPlace(try DatagramSocket(binding: address))
        let index = freePlace()
        places[index] = place
        poll.add(place.socket.descriptor, token: UInt64(index))
        return (index, place.socket.port)
    }

    /// Listens on a TCP port for one connection from `host`; it is known by the number that is returned.
    func listen(_ address: SocketAddress, host: SocketAddress) throws(SocketError) -> (index: Int, port: UInt16) {
        let stream = try StreamTransport(binding: address, host: host)
        let index = freePlace()
        streams[index] = stream
        poll.add(stream.listener, token: UInt64(index))
        return (index, stream.port)
    }

    private func freePlace() -> Int {
        if let free = freePlaces.popLast() { return free }
        places.append(nil)
        streams.append(nil)
        return places.count - 1
    }

    func close(socket index: Int) {
        if let place = places[index] {
            poll.remove(place.socket.descriptor)
        } else if let stream = streams[index] {
            if stream.listener >= 0 { poll.remove(stream.listener) }
            if stream.connection >= 0 { poll.remove(stream.connection) }
        } else {
            return
        }
        places[index] = nil
        streams[index] = nil
        freePlaces.append(index)
    }

    // MARK: - What the router asks

    func send(_ bytes: RawSpan, segment: Int, socket: Int, to address: SocketAddress) -> Bool {
        guard let place = places[socket] else {
            guard let stream = streams[socket], stream.connection >= 0 else { return false }
            let wasWaiting = stream.hasPending
            let isComplete = stream.send(bytes, segment: segment)
            if !wasWaiting, stream.hasPending { watchOutput(of: stream, socket, true) }
            return isComplete
        }
        bytes.withUnsafeBytes { place.socket.send($0, segment: segment, to: address) }
        return true
    }

    func mix(_ batch: MixBatch, with mixer: RoomMixer, room: Slab<MediaRoom>.Key) {
        let job = MixJob(mixer: mixer, delivery: MixDelivery(batch: batch, room: room))
        workers.submit(.urgent) { [self] in
            job.mixer.process(job.delivery.batch)
            post(.mixed(job.delivery))
        }
    }

    /// `@unchecked Sendable`: the loop lets go of both until the batch comes back.
    private struct MixJob: @unchecked Sendable {
        let mixer: RoomMixer
        let delivery: MixDelivery
    }

    func convert(_ batch: VideoBatch, with converter: VideoConverter, track: Slab<VideoTrack>.Key) {
        let job = ConversionJob(converter: converter, delivery: ConversionDelivery(batch: batch, track: track))
        workers.submit(.patient) { [self] in
            job.converter.process(job.delivery.batch)
            post(.converted(job.delivery))
        }
    }

    /// `@unchecked Sendable`: the loop lets go of both until the batch comes back.
    private struct ConversionJob: @unchecked Sendable {
        let converter: VideoConverter
        let delivery: ConversionDelivery
    }

    func notify(_ event: MediaEngineEvent) {
        onEvent(event)
    }
}
