import NIOCore
import NIOHTTP1
import Signaling

extension API {
    /// Listens for connections.
    static func open(
        _ api: NIOLoopBound<API>, _ engines: NIOLoopBound<EngineDoors>, _ connections: NIOLoopBound<ConnectionCount>,
        at port: Listener.Port, _ configuration: LoadedConfiguration, on loop: any EventLoop
    ) async throws -> Listener {
        var limits = HTTPLimits()
        for path in EngineDoors.paths { limits.bodyByPath[path] = configuration.values.socketIO.largestPayload }
        let requestLimits = limits
        return try await Listener.open(port, configuration, on: loop) { channel in
            channel.eventLoop.makeCompletedFuture {
                let address = channel.remoteAddress.flatMap { IPAddress($0) }
                guard connections.value.admit(address) else { throw ChannelError.ioOnClosedChannel }
                if let address {
                    channel.closeFuture.assumeIsolated().whenComplete { _ in connections.value.release(address) }
                }
                let pipeline = channel.pipeline.syncOperations
                let connection = HTTPConnection(limits: requestLimits, eventLoop: channel.eventLoop) {
                    api.value.handle($0).nonisolated()
                }
                let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
                try pipeline.configureHTTPServerPipeline(
                    withServerUpgrade: (
                        upgraders: [WebSocketUpgrade(engines)],
                        completionHandler: { context in
                            context.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                        }
                    ), withErrorHandling: false)
                try pipeline.addHandler(connection)
            }
        }
    }
}
