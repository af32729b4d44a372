import Signaling

/// The door of line connections without TLS, whose sockets the hub's thread holds itself.
final class LinePlainDoor {
    let loop: HubLoop
    let connections: ConnectionCount

    private init(loop: HubLoop, connections: ConnectionCount) {
        self.loop = loop
        self.connections = connections
    }

    /// Listens on each of the addresses that are set; throws what is in the way.
    static func open(
        _ hub: HubLoop, _ connections: ConnectionCount, _ configuration: LoadedConfiguration
    ) async throws {
        let port = Listener.Port(key: "line.port", number: configuration.values.line.port)
        let addresses = configuration.values.listen
        // Beside an IPv4 address, [::] means IPv6 alone: both together would want the same port twice.
        let isMixed = addresses.contains { !$0.contains(":") }
        var descriptors: [Int32] = []
        for address in addresses {
            do {
                descriptors.append(try LineListener.listen(address, port: port.number, onlyV6: isMixed))
            } catch {
                for descriptor in descriptors { LineListener.close(descriptor) }
                throw Listener.failure(
                    (error as? Errno)?.number ?? 0, error, port, address: address, configuration)
            }
        }
        let (listening, queue) = (descriptors, configuration.values.limits.messageQueue)
        await withCheckedContinuation { continuation in
            hub.run { hub in
                hub.line.messageQueue = queue
                let door = LinePlainDoor(loop: hub, connections: connections)
                for descriptor in listening { LineListener.start(descriptor, door) }
                continuation.resume()
            }
        }
    }
}
