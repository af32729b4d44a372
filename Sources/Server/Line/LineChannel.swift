import Gateways
import NIOCore
import Signaling

/// A connection to the line port: reads into a ``LineConnection`` and writes what it says, once for each turn of the loop.
///
/// A connection that does not take what it is sent is not read either. What waits for it is bounded: first what may be
/// dropped is dropped, then the connection is closed.
final class LineChannel: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a connection that is being closed may take to read the rest.
    private static let farewell = TimeAmount.seconds(5)
    /// Memory for output that an idle connection keeps at most, in bytes.
    private static let keptOutput = 1024

    private let door: LineDoor
    private let connection = LineConnection()
    private var session: SessionID?
    private var address: IPAddress?
    private var context: ChannelHandlerContext?
    private var isPausedByHub = false
    private var readIsPending = false
    private var isClosing = false
    private var isInTurn = false

    init(_ door: LineDoor) {
        self.door = door
    }

    // From the socket

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        let peer = context.remoteAddress
        address = peer.flatMap { IPAddress($0) }
        guard door.connections.admit(address) else {
            address = nil
            return refuse("too many connections from this address")
        }
        session = door.signaling.open(
            Origin(door: .line, address: address, port: UInt16(peer?.port ?? 0)), .line(self))
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let address { door.connections.release(address) }
        address = nil
        endSession()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let session else { return }
        let signaling = door.signaling
        let input = unwrapInboundIn(data)
        connection.receive(input.readableBytesUInt8Span, scratch: &door.scratch) { tag, command in
            signaling.submit(command, from: session, tag: tag)
        }
        noteOutput()
    }

    func read(context: ChannelHandlerContext) {
        if wantsInput(context) { context.read() } else { readIsPending = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { noteOutput() }
        readIfWanted()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            guard let session else { return }
            let signaling = door.signaling
            connection.endInput { tag, command in signaling.submit(command, from: session, tag: tag) }
            noteOutput()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // From the hub

    func reply(_ tag: Tag, _ reply: Reply, now: Timestamp) {
        guard let session else { return }
        let signaling = door.signaling
        connection.reply(tag, reply, now: now, scratch: &door.scratch) { tag, command in
            signaling.submit(command, from: session, tag: tag)
        }
        noteOutput()
    }

    func deliver(_ event: LineEvent) {
        guard let context, !isClosing else { return }
        if event.isTransient, !context.channel.isWritable { return }
        connection.deliver(event)
        noteOutput()
        // Half of the bound is the channel's own, by its water mark; the other half waits here while that is full.
        guard connection.output.count > door.messageQueue / 2 else { return }
        if context.channel.isWritable {
            write(context)
        } else {
            connection.output = []
            connection.close(reason: "message queue overflow")
            endSession()
        }
    }

    func closed(reason: String) {
        session = nil
        connection.close(reason: reason)
        noteOutput()
    }

    func setReading(_ reads: Bool) {
        isPausedByHub = !reads
        readIfWanted()
    }

    /// Writes what the turn has brought.
    func endTurn() {
        isInTurn = false
        guard let context, !isClosing else { return }
        let isFinished = connection.isFinished
        // A channel that is full gets no more, but for its last words.
        if !connection.output.isEmpty, context.channel.isWritable || isFinished { write(context) }
        if isFinished { finish(context) } else { readIfWanted() }
    }

    private func write(_ context: ChannelHandlerContext) {
        door.buffer.clear()
        door.buffer.writeBytes(connection.output)
        if connection.output.capacity > Self.keptOutput {
            connection.output = []
        } else {
            connection.output.removeAll(keepingCapacity: true)
        }
        context.writeAndFlush(wrapOutboundOut(door.buffer), promise: nil)
    }

    /// Closes once everything is sent, or after a while.
    private func finish(_ context: ChannelHandlerContext) {
        isClosing = true
        endSession()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in bound.value.close(promise: nil) }
        context.eventLoop.scheduleTask(in: Self.farewell) { bound.value.close(promise: nil) }
    }

    private func refuse(_ reason: String) {
        connection.close(reason: reason)
        noteOutput()
    }

    private func noteOutput() {
        guard !isInTurn, !isClosing else { return }
        isInTurn = true
        door.signaling.noteOutput(of: self)
    }

    private func endSession() {
        guard let session else { return }
        self.session = nil
        door.signaling.close(session)
    }

    private func wantsInput(_ context: ChannelHandlerContext) -> Bool {
        connection.wantsInput && !isPausedByHub && context.channel.isWritable
    }

    private func readIfWanted() {
        guard readIsPending, let context, wantsInput(context) else { return }
        readIsPending = false
        context.read()
    }
}
