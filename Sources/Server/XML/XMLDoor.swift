import Gateways
import Logging
import NIOCore

/// What the XML protocol's connections of one loop share.
final class XMLDoor {
    let signaling: SignalingLoop
    let connections: ConnectionCount
    let log: Logger
    /// Bytes that may wait for a connection that reads slowly.
    var messageQueue: Int
    /// Milliseconds without a document after which a connection is closed.
    var timeout: Int64

    init(signaling: SignalingLoop, connections: ConnectionCount, log: Logger, messageQueue: Int, timeout: Int64) {
        self.signaling = signaling
        self.connections = connections
        self.log = log
        self.messageQueue = messageQueue
        self.timeout = timeout
    }

    /// Listens for connections.
    static func open(
        _ door: NIOLoopBound<XMLDoor>, _ configuration: LoadedConfiguration, on loop: any EventLoop
    ) async throws -> Listener {
        let port = Listener.Port(key: "xml.port", number: configuration.values.xml.port)
        return try await Listener.open(port, configuration, on: loop) { channel in
            channel.eventLoop.makeCompletedFuture {
                let bound = door.value.messageQueue
                try StreamChannel.configure(channel, bound: bound)
                try channel.pipeline.syncOperations.addHandler(
                    StreamChannel(owner: XMLClient(door.value), bound: bound))
            }
        }
    }
}
