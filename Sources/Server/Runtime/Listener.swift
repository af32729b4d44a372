import Glibc
import NIOCore
import NIOPosix

/// Opens a TCP port on each of the addresses that are set.
struct Listener: Sendable {
    /// The channels that accept, one for each address.
    let channels: [any Channel]

    /// Listens, or says which setting is in the way.
    static func open(
        key: String, port: Int, _ configuration: LoadedConfiguration, on loop: any EventLoop, halfClosure: Bool = false,
        initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> Listener {
        var channels: [any Channel] = []
        for address in configuration.values.listen {
            do {
                let bootstrap = ServerBootstrap(group: loop)
                    .serverChannelOption(.backlog, value: 1024)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .childChannelOption(.socketOption(.so_keepalive), value: 1)
                    .childChannelOption(.allowRemoteHalfClosure, value: halfClosure)
                    .childChannelInitializer(initialize)
                channels.append(try await bootstrap.bind(host: address, port: port).get())
            } catch {
                for channel in channels { try? await channel.close() }
                throw failure(error, key: key, address: address, port: port, configuration)
            }
        }
        return Listener(channels: channels)
    }

    /// Accepts no more.
    func close() async {
        for channel in channels { try? await channel.close() }
    }

    private static func failure(
        _ error: any Error, key: String, address: String, port: Int, _ configuration: LoadedConfiguration
    ) -> ConfigurationError {
        failure((error as? IOError)?.errnoCode ?? 0, error, key: key, address: address, port: port, configuration)
    }

    /// What is said of an error of the system's.
    static func failure(
        _ number: CInt, _ error: any Error, key: String, address: String, port: Int, _ configuration: LoadedConfiguration
    ) -> ConfigurationError {
        let place = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        switch number {
        case EADDRINUSE: return configuration.error(key, "port \(port) is in use on \(address)")
        case EACCES: return configuration.error(key, "port \(port) may not be opened by this user")
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            return configuration.error("listen", "\(address) is no address of this machine")
        default: return configuration.error(key, "\(place) cannot be opened: \(error)")
        }
    }
}
