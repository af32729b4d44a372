import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Opens a TCP port on each of the addresses that are set.
struct Listener: Sendable {
    /// A port to listen on.
    struct Port: Sendable {
        /// The setting that it comes from.
        var key: String
        var number: Int
        /// What connections begin with where they are under TLS; nil for plain ones.
        var certificate: NIOLoopBound<TLSCertificate>?
    }

    /// The channels that accept, one for each address.
    let channels: [any Channel]

    /// Listens, or says which setting is in the way.
    static func open(
        _ port: Port, _ configuration: LoadedConfiguration, on loop: any EventLoop, halfClosure: Bool = false,
        initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> Listener {
        var channels: [any Channel] = []
        let addresses = configuration.values.listen
        // Beside an IPv4 address, [::] means IPv6 alone: both together would want the same port twice.
        let isMixed = addresses.contains { !$0.contains(":") }
        for address in addresses {
            do {
                var bootstrap = ServerBootstrap(group: loop)
                    .serverChannelOption(.backlog, value: 1024)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .childChannelOption(.socketOption(.so_keepalive), value: 1)
                    .childChannelOption(.allowRemoteHalfClosure, value: halfClosure)
                    .childChannelInitializer { channel in
                        guard let certificate = port.certificate else { return initialize(channel) }
                        return channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(
                                NIOSSLServerHandler(context: certificate.value.context))
                        }.flatMap { initialize(channel) }
                    }
                if isMixed, address.contains(":") {
                    bootstrap = bootstrap.serverChannelOption(
                        ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 1)
                }
                channels.append(try await bootstrap.bind(host: address, port: port.number).get())
            } catch {
                for channel in channels { try? await channel.close() }
                throw failure(error, port, address: address, configuration)
            }
        }
        return Listener(channels: channels)
    }

    /// Accepts no more.
    func close() async {
        for channel in channels { try? await channel.close() }
    }

    private static func failure(
        _ error: any Error, _ port: Port, address: String, _ configuration: LoadedConfiguration
    ) -> ConfigurationError {
        failure((error as? IOError)?.errnoCode ?? 0, error, port, address: address, configuration)
    }

    /// What is said of an error of the system's.
    static func failure(
        _ number: CInt, _ error: any Error, _ port: Port, address: String, _ configuration: LoadedConfiguration
    ) -> ConfigurationError {
        let place = address.contains(":") ? "[\(address)]:\(port.number)" : "\(address):\(port.number)"
        switch number {
        case EADDRINUSE: return configuration.error(port.key, "port \(port.number) is in use on \(address)")
        case EACCES: return configuration.error(port.key, "port \(port.number) may not be opened by this user")
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            return configuration.error("listen", "\(address) is no address of this machine")
        default: return configuration.error(port.key, "\(place) cannot be opened: \(error)")
        }
    }
}
