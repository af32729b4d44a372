import Gateways
import NIOCore

/// What a ``WebSocketStream`` hands its messages to.
protocol WebSocketOwner: AnyObject {
    /// A message has come; `closed` is the last.
    func receive(_ message: WebSocketConnection.Message, from stream: WebSocketStream)
    /// Whether more are welcome.
    var wantsInput: Bool { get }
    /// The connection is gone.
    func ended(_ stream: WebSocketStream)
}

/// A WebSocket whose upgrade has been answered: joins a ``StreamChannel`` and a ``WebSocketConnection``.
final class WebSocketStream: StreamOwner {
    private var connection: WebSocketConnection
    private let deflate: MessageDeflate
    private var stream: StreamChannel?
    weak var owner: (any WebSocketOwner)?

    init(largestMessage: Int, isDeflated: Bool, deflate: MessageDeflate) {
        connection = WebSocketConnection(largestMessage: largestMessage, isDeflated: isDeflated)
        self.deflate = deflate
    }

    /// Whether the socket takes more.
    var isWritable: Bool { stream?.isWritable ?? true }

    /// Sends a packet at the end of the turn. False where the client reads too slowly.
    func send(_ packet: EnginePacket) -> Bool {
        switch packet {
        case .text(let text): connection.send(text: text, deflater: deflate.deflate)
        case .binary(let data): connection.send(binary: data, deflater: deflate.deflate)
        }
        return flush()
    }

    /// Closes with a code of RFC 6455, section 7.4.
    func close(code: UInt16) {
        connection.close(code: code)
        _ = flush()
    }

    /// Closes at once.
    func abort() {
        stream?.abort()
    }

    /// Reads on, where the owner wants to again.
    func readIfWanted() {
        stream?.readIfWanted()
    }

    func opened(_ stream: StreamChannel) {
        self.stream = stream
        _ = flush()
    }

    func read(_ bytes: Span<UInt8>) {
        let deflate = deflate
        // Handed on when the connection is at rest: the owner may answer at once.
        var messages: [WebSocketConnection.Message] = []
        connection.receive(bytes, inflater: { deflate.inflate($0, most: $1) }) { messages.append($0) }
        for message in messages { owner?.receive(message, from: self) }
        _ = flush()
    }

    var wantsInput: Bool { owner?.wantsInput ?? true }

    func ended() {
        stream = nil
        owner?.ended(self)
    }

    private func flush() -> Bool {
        guard let stream else { return true }
        let output = connection.output
        connection.output = []
        let isTaken = output.isEmpty || stream.send(output)
        if connection.isFinished { stream.finish() }
        return isTaken
    }
}
