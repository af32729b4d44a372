import Glibc
import MediaRelay
import NIOCore
import NIOPosix

/// What a call is told, and what it tells.
enum CallEvent: Sendable {
    /// The source has been sent to its end.
    case sentAll
    /// The other end has said goodbye.
    case endedByServer
    /// How the call is, once a second.
    case progress(CallEndpoint.Progress)
    /// A file or the socket failed.
    case failed(CommandFailure)
}

/// Puts a call's endpoint on a UDP socket: the shell that has the clock, the socket and the file.
final class CallChannel: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// What the handler is told from outside its loop.
    enum Command: Sendable {
        /// The session is open: begin.
        case begin(CallEndpoint.Setup, remote: NIOCore.SocketAddress, file: String?)
        /// Say goodbye, end the file, and tell how the call was.
        case finish(EventLoopPromise<CallEndpoint.Progress>)
    }

    private static let tick = TimeAmount.milliseconds(5)

    private let tell: @Sendable (CallEvent) -> Void
    private var endpoint: CallEndpoint?
    private var remote: NIOCore.SocketAddress?
    private var file: OutputSink?
    private var ticker: RepeatedTask?
    private var nextProgress: UInt64 = 0
    private var hasToldEnd = false
    private var hasToldSent = false
    private var buffer = [UInt8](repeating: 0, count: 2048)

    /// A file that is written, held where it can be missing.
    private final class OutputSink {
        let file: OutputFile

        init(path: String) throws(CommandFailure) {
            file = try OutputFile(path: path)
        }
    }

    init(tell: @escaping @Sendable (CallEvent) -> Void) {
        self.tell = tell
    }

    /// Binds a socket on `host` at a free port.
    static func bind(host: String, tell: @escaping @Sendable (CallEvent) -> Void) async throws -> any Channel {
        try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(CallChannel(tell: tell))
            }
        }.bind(host: host, port: 0).get()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let command = event as? Command else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        switch command {
        case .begin(let setup, let remote, let path): begin(setup, remote, path, context)
        case .finish(let promise): finish(promise, context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        // Others than the server have nothing to say here.
        guard let remote, envelope.remoteAddress.ipAddress == remote.ipAddress else { return }
        let now = Self.now()
        envelope.data.withUnsafeReadableBytes { bytes in
            endpoint?.receive(bytes.bytes, time: Self.wallClock(), at: now)
        }
        if endpoint?.hasEnded == true, !hasToldEnd {
            hasToldEnd = true
            tell(.endedByServer)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        tell(.failed(CommandFailure(unavailable: "The socket failed: \(error).")))
    }

    private func begin(
        _ setup: CallEndpoint.Setup, _ remote: NIOCore.SocketAddress, _ path: String?, _ context: ChannelHandlerContext
    ) {
        do {
            let now = Self.now()
            if let path { file = try OutputSink(path: path) }
            endpoint = try CallEndpoint(setup, at: now)
            self.remote = remote
            nextProgress = now + 1_000_000_000
        } catch {
            fail(error)
            return
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ticker = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.tick) { _ in
            let (handler, context) = bound.value
            handler.advance(context)
        }
    }

    private func advance(_ context: ChannelHandlerContext) {
        let now = Self.now()
        do {
            while try send(
                context,
                { endpoint, buffer, cursor in
                    try endpoint.next(time: Self.wallClock(), at: now, into: &buffer, at: &cursor)
                })
            {}
            try writeFile()
        } catch {
            fail(error)
            return
        }
        guard let endpoint else { return }
        if endpoint.hasSentAll, !hasToldSent {
            hasToldSent = true
            tell(.sentAll)
        }
        if now >= nextProgress {
            nextProgress += 1_000_000_000
            tell(.progress(endpoint.progress))
        }
    }

    private func finish(_ promise: EventLoopPromise<CallEndpoint.Progress>, _ context: ChannelHandlerContext) {
        ticker?.cancel()
        let progress = endpoint?.progress ?? CallEndpoint.Progress()
        do {
            _ = try send(context) { endpoint, buffer, cursor in
                try endpoint.finish(time: Self.wallClock(), at: Self.now(), into: &buffer, at: &cursor)
                return true
            }
            try writeFile()
            endpoint = nil
            file = nil
            promise.succeed(progress)
        } catch {
            promise.fail(error)
        }
    }

    /// Lets `body` write a datagram and sends it; gives what `body` gave.
    private func send(
        _ context: ChannelHandlerContext,
        _ body: (inout CallEndpoint, inout MutableRawSpan, inout Int) throws -> Bool
    ) throws -> Bool {
        guard let remote, var endpoint else { return false }
        self.endpoint = nil
        defer { self.endpoint = endpoint }
        var cursor = 0
        var isWritten = false
        do {
            var span = buffer.mutableSpan
            var bytes = span.mutableBytes
            isWritten = try body(&endpoint, &bytes, &cursor)
        }
        guard isWritten else { return false }
        let data = context.channel.allocator.buffer(bytes: buffer[..<cursor])
        context.writeAndFlush(wrapOutboundOut(AddressedEnvelope(remoteAddress: remote, data: data)), promise: nil)
        return true
    }

    private func writeFile() throws {
        guard let output = endpoint?.takeOutput(), !output.isEmpty, let file else { return }
        try file.file.write(output)
    }

    private func fail(_ error: any Error) {
        ticker?.cancel()
        tell(.failed(error as? CommandFailure ?? CommandFailure(refused: "\(error)")))
    }

    private static func now() -> UInt64 { NIODeadline.now().uptimeNanoseconds }

    private static func wallClock() -> NTPTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return NTPTime(unixNanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }
}
