import NIOCore

/// What a ``StreamChannel`` hands its bytes to.
protocol StreamOwner: AnyObject {
    /// The connection is there.
    func opened(_ stream: StreamChannel)
    /// Bytes have come.
    func read(_ bytes: Span<UInt8>)
    /// Whether more are welcome.
    var wantsInput: Bool { get }
    /// The connection is gone.
    func ended()
}

/// A byte stream over TCP: reads while its owner wants to, writes once for each turn of the loop, bounds what waits for a slow
/// reader, and closes after the last words.
final class StreamChannel: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a connection that is being closed may take to read the rest.
    private static let farewell = TimeAmount.seconds(5)

    /// Bytes that may wait.
    private let bound: Int
    private var owner: (any StreamOwner)?
    private var context: ChannelHandlerContext?
    private var waiting: [UInt8] = []
    private var readIsPending = false
    private var isFlushing = false
    private var isClosing = false

    /// The address of the other end.
    var remoteAddress: SocketAddress? { context?.remoteAddress }
    /// The address of this end.
    var localAddress: SocketAddress? { context?.localAddress }
    /// Whether the socket takes more; what may be dropped is dropped while it does not.
    var isWritable: Bool { context?.channel.isWritable ?? false }

    init(owner: any StreamOwner, bound: Int) {
        self.owner = owner
        self.bound = bound
    }

    /// Sets the water marks of a channel of this kind.
    static func configure(_ channel: any Channel, bound: Int) throws {
        try channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: bound / 4, high: bound / 2))
    }

    /// Sends bytes at the end of the turn. False where too much waits already: nothing more is sent then.
    @discardableResult
    func send(_ bytes: some Collection<UInt8>) -> Bool {
        guard let context, !isClosing else { return true }
        guard waiting.count + bytes.count <= bound / 2 || context.channel.isWritable else { return false }
        waiting.append(contentsOf: bytes)
        flushLater(context)
        return true
    }

    /// Closes once everything is sent, or after a while.
    func finish() {
        guard let context, !isClosing else { return }
        isClosing = true
        flushLater(context)
    }

    /// Closes at once.
    func abort() {
        isClosing = true
        context?.close(promise: nil)
    }

    /// Reads on, where the owner had stopped reading and wants to again.
    func readIfWanted() {
        guard readIsPending, let context, wantsInput(context) else { return }
        readIsPending = false
        context.read()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { owner?.opened(self) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end()
    }

    func channelActive(context: ChannelHandlerContext) {
        owner?.opened(self)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing, let owner else { return }
        let input = unwrapInboundIn(data)
        owner.read(input.readableBytesUInt8Span)
    }

    func read(context: ChannelHandlerContext) {
        if wantsInput(context) { context.read() } else { readIsPending = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, !waiting.isEmpty { flushLater(context) }
        readIfWanted()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func wantsInput(_ context: ChannelHandlerContext) -> Bool {
        isClosing || (owner?.wantsInput ?? false) && context.channel.isWritable
    }

    private func flushLater(_ context: ChannelHandlerContext) {
        guard !isFlushing else { return }
        isFlushing = true
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { bound.value.flush() }
    }

    private func flush() {
        isFlushing = false
        guard let context, isClosing || context.channel.isWritable else { return }
        if !waiting.isEmpty {
            let bytes = waiting
            waiting = []
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }
        guard isClosing else { return readIfWanted() }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in bound.value.close(promise: nil) }
        context.eventLoop.scheduleTask(in: Self.farewell) { bound.value.close(promise: nil) }
    }

    private func end() {
        let owner = owner
        self.owner = nil
        owner?.ended()
    }
}
