import NIOCore
import NIOHTTP1
import Signaling

extension API {
    /// Listens for connections.
    static func open(
        _ api: NIOLoopBound<API>, _ connections: NIOLoopBound<ConnectionCount>, at port: Listener.Port,
        _ configuration: LoadedConfiguration, on loop: any EventLoop
    ) async throws -> Listener {
        try await Listener.open(port, configuration, on: loop) { channel in
            channel.eventLoop.makeCompletedFuture {
                let address = channel.remoteAddress.flatMap { IPAddress($0) }
                guard connections.value.admit(address) else { throw ChannelError.ioOnClosedChannel }
                if let address {
                    channel.closeFuture.assumeIsolated().whenComplete { _ in connections.value.release(address) }
                }
                let pipeline = channel.pipeline.syncOperations
                try pipeline.configureHTTPServerPipeline(withErrorHandling: false)
                try pipeline.addHandler(
                    HTTPConnection(limits: HTTPLimits()) { api.value.handle($0).nonisolated() })
            }
        }
    }
}
