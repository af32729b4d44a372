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
                connection.upgrade = { head, request in
                    WebSocketUpgrade.accept(head, request, engines.value)
                }
                let (encoder, order, validator) = (
                    HTTPResponseEncoder(), HTTPServerPipelineHandler(), NIOHTTPResponseHeadersValidator()
                )
                let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
                connection.removable = [validator, order, encoder, decoder]
                try pipeline.addHandlers(encoder, decoder, order, validator)
                try pipeline.addHandler(connection)
            }
        }
    }
}
