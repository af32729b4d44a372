public import Signaling

/// The central server's table of who is online: MIM's own clients, and the users of the other protocols who have a port here.
public struct MIMTable: Sendable {
    /// The clients' lines, by session.
    public private(set) var clients: [SessionID: MIMEntry] = [:]
    /// The other users' ports, by name.
    public private(set) var bridged: [Name: UInt16] = [:]

    private var order: [SessionID] = []
    private var ports: [UInt16]

    /// An empty table.
    ///
    /// - Parameter bridgePorts: the ports for users of other protocols; none for no bridge.
    public init(bridgePorts: ClosedRange<UInt16>?) {
        ports = bridgePorts.map { Array($0) } ?? []
    }

    /// All lines: clients in the order in which they came, then the users of other protocols by name.
    public var entries: [MIMEntry] {
        order.compactMap { clients[$0] }
            + bridged.sorted { $0.key < $1.key }.map { MIMEntry(name: $0.key.text, place: .server, port: $0.value) }
    }

    /// A client has logged in.
    public mutating func insert(_ entry: MIMEntry, for session: SessionID) {
        if clients.updateValue(entry, forKey: session) == nil { order.append(session) }
    }

    /// A client is gone; its line, where it had one.
    public mutating func remove(_ session: SessionID) -> MIMEntry? {
        guard let entry = clients.removeValue(forKey: session) else { return nil }
        order.removeAll { $0 == session }
        return entry
    }

    /// The client of a name and an address, which somebody who connects to a user's port says to be.
    public func session(named name: String, at address: IPAddress) -> SessionID? {
        order.first { clients[$0]?.name == name && clients[$0]?.place == .client(address) }
    }

    /// Takes a free port for a user of another protocol, the one that has been free for longest, so that who still has an old table
    /// does not reach somebody else; nil where none is free, or they have one.
    public mutating func lendPort(to user: Name) -> UInt16? {
        guard bridged[user] == nil, !ports.isEmpty else { return nil }
        let port = ports.removeFirst()
        bridged[user] = port
        return port
    }

    /// A user of another protocol is gone; the line that they had.
    public mutating func returnPort(of user: Name) -> MIMEntry? {
        guard let port = bridged.removeValue(forKey: user) else { return nil }
        ports.append(port)
        return MIMEntry(name: user.text, place: .server, port: port)
    }
}
