import Glibc
import NIOCore

/// A connection to the control socket: checks whose process is at the other end, then answers a line with a line.
final class ControlConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Performs a request; called on the connection's loop.
    typealias Perform = @Sendable (ControlRequest) -> EventLoopFuture<ControlResponse>

    /// No request is longer.
    static let maximumLine = 65_536

    private let perform: Perform
    private var received = ByteBuffer()
    private var isAnswering = false
    private var isTrusted = false

    init(perform: @escaping Perform) {
        self.perform = perform
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let provider = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let credentials: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        credentials.hop(to: context.eventLoop).whenComplete { result in
            let (connection, context) = bound.value
            guard case .success(let peer) = result, peer.user == geteuid() || peer.user == 0 else {
                return context.close(promise: nil)
            }
            connection.isTrusted = true
            connection.serve(context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        serve(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func serve(_ context: ChannelHandlerContext) {
        guard isTrusted, !isAnswering else { return }
        guard let end = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            if received.readableBytes > Self.maximumLine { context.close(promise: nil) }
            return
        }
        let line = received.readBytes(length: end - received.readerIndex) ?? []
        received.moveReaderIndex(forwardBy: 1)
        received.discardReadBytes()
        guard line.count <= Self.maximumLine, let request = JSON.decode(ControlRequest.self, from: line) else {
            return reply(
                .refused("unsupported", "This server does not know this command; is it of another version?"), context)
        }
        isAnswering = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        perform(request).hop(to: context.eventLoop).whenComplete { result in
            let (connection, context) = bound.value
            connection.isAnswering = false
            switch result {
            case .success(let response): connection.reply(response, context)
            case .failure: connection.reply(.refused("unavailable", "The server cannot do this now."), context)
            }
            connection.serve(context)
        }
    }

    private func reply(_ response: ControlResponse, _ context: ChannelHandlerContext) {
        let line = JSON.encode(response) + [UInt8(ascii: "\n")]
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: line)), promise: nil)
    }
}
