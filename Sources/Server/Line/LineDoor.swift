import Gateways
import NIOCore

/// What the line protocol's connections of one loop share.
final class LineDoor {
    let signaling: SignalingLoop
    let connections: ConnectionCount
    /// Bytes that may wait for a connection that reads slowly.
    var messageQueue: Int
    /// Memory for the line at hand.
    var scratch = LineWords()
    /// Memory for what is being written; used again as soon as the socket has taken it.
    var buffer = ByteBuffer()

    init(signaling: SignalingLoop, connections: ConnectionCount, messageQueue: Int) {
        self.signaling = signaling
        self.connections = connections
        self.messageQueue = messageQueue
    }
}

extension LineDoor {
    /// Listens for connections.
    static func open(
        _ door: NIOLoopBound<LineDoor>, at port: Listener.Port, _ configuration: LoadedConfiguration,
        on loop: any EventLoop
    ) async throws -> Listener {
        try await Listener.open(port, configuration, on: loop, halfClosure: true) { channel in
            channel.eventLoop.makeCompletedFuture {
                let half = door.value.messageQueue / 2
                try channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: half / 2, high: half))
                try channel.pipeline.syncOperations.addHandler(LineChannel(door.value))
            }
        }
    }
}
