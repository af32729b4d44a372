import Gateways
import Logging
import NIOCore
import NIOPosix
import Signaling

/// The MIM protocol's central server: its connections, the table that they share, and the bridge to everybody else. Confined to the
/// loop of its ``SignalingLoop``.
final class MIMDoor {
    let signaling: SignalingLoop
    let connections: ConnectionCount
    let log: Logger
    /// Bytes that may wait for a connection that reads slowly.
    var messageQueue: Int
    /// Whether guests, and with them MIM's users, are let in.
    var guestsCanEnter: Bool

    private(set) var table: MIMTable
    private var clients: [SessionID: MIMClient] = [:]
    /// The names of MIM's own users, who are in the table by themselves.
    private var ownNames: Set<Name> = []
    private var ports: [Name: any Channel] = [:]
    private var roster: SessionID?
    private let addresses: [String]

    /// How long a client may take to log in.
    static let loginTime: Int64 = 15_000

    init(
        signaling: SignalingLoop, connections: ConnectionCount, log: Logger, messageQueue: Int, guestsCanEnter: Bool,
        bridgePorts: ClosedRange<UInt16>?, addresses: [String]
    ) {
        self.signaling = signaling
        self.connections = connections
        self.log = log
        self.messageQueue = messageQueue
        self.guestsCanEnter = guestsCanEnter
        self.addresses = addresses
        table = MIMTable(bridgePorts: bridgePorts)
        var origin = Origin(door: .mim, address: nil, receivesMessages: false)
        origin.hearsRoster = true
        if bridgePorts != nil { roster = signaling.open(origin, .roster(self)) }
    }

    /// Listens for connections.
    static func open(
        _ door: NIOLoopBound<MIMDoor>, _ configuration: LoadedConfiguration, on loop: any EventLoop
    ) async throws -> Listener {
        let port = Listener.Port(key: "mim.port", number: configuration.values.mim.port)
        return try await Listener.open(port, configuration, on: loop) { channel in
            channel.eventLoop.makeCompletedFuture {
                let bound = door.value.messageQueue
                try StreamChannel.configure(channel, bound: bound)
                try channel.pipeline.syncOperations.addHandler(
                    StreamChannel(owner: MIMClient(door.value), bound: bound))
            }
        }
    }

    /// Gives the ports back, when the server goes.
    func close() {
        if let roster { signaling.close(roster) }
        roster = nil
        for channel in ports.values { channel.close(promise: nil) }
        ports = [:]
    }

    // Clients

    /// A client has logged in: it is told of everyone, and everyone of it.
    func insert(_ client: MIMClient, _ entry: MIMEntry, _ user: Name, for session: SessionID) {
        ownNames.insert(user)
        // A guest of this name may have been announced as somebody else's a moment ago.
        unlist(user)
        for other in clients.values { other.tell(entry, isAdded: true) }
        table.insert(entry, for: session)
        clients[session] = client
        for entry in table.entries { client.tell(entry, isAdded: true) }
    }

    /// A client is gone.
    func remove(_ session: SessionID, _ user: Name?) {
        clients[session] = nil
        if let user { ownNames.remove(user) }
        guard let entry = table.remove(session) else { return }
        for other in clients.values { other.tell(entry, isAdded: false) }
    }

    /// The client that somebody who connects to a user's port says to be.
    func client(named name: String, at address: IPAddress) -> MIMClient? {
        table.session(named: name, at: address).flatMap { clients[$0] }
    }

    // Users of other protocols

    /// Somebody came online, or went.
    func hear(_ event: Event) {
        guard case .listed(let user, let isListed) = event, !ownNames.contains(user) else { return }
        if isListed { list(user) } else { unlist(user) }
    }

    /// Opens a port for a user, and tells everyone once it is open.
    private func list(_ user: Name) {
        guard let port = table.lendPort(to: user) else { return }
        let bound = NIOLoopBound(self, eventLoop: signaling.eventLoop)
        let bootstrap = ServerBootstrap(group: signaling.eventLoop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let door = bound.value
                    try StreamChannel.configure(channel, bound: door.messageQueue)
                    let chat = MIMChatClient(door, with: user, isIncoming: true)
                    try channel.pipeline.syncOperations.addHandler(
                        StreamChannel(owner: chat, bound: door.messageQueue))
                }
            }
        let address = addresses.first ?? "0.0.0.0"
        bootstrap.bind(host: address, port: Int(port)).hop(to: signaling.eventLoop).whenComplete { result in
            bound.value.portOpened(result, port, user)
        }
    }

    private func portOpened(_ result: Result<any Channel, any Error>, _ port: UInt16, _ user: Name) {
        switch result {
        case .failure(let error):
            log.warning(
                "a bridge port cannot be opened", metadata: ["port": "\(port)", "reason": "\(error)"])
            _ = table.returnPort(of: user)
        case .success(let channel):
            // The user may be gone already.
            guard table.bridged[user] == port, roster != nil else { return channel.close(promise: nil) }
            ports[user] = channel
            let entry = MIMEntry(name: user.text, place: .server, port: port)
            for client in clients.values { client.tell(entry, isAdded: true) }
        }
    }

    private func unlist(_ user: Name) {
        let isOpen = ports[user] != nil
        ports.removeValue(forKey: user)?.close(promise: nil)
        guard let entry = table.returnPort(of: user) else { return }
        for client in clients.values {
            if isOpen { client.tell(entry, isAdded: false) }
            client.endChat(with: user)
        }
    }
}
