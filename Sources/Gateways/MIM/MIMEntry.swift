public import Signaling

/// Somebody in the table of who is online.
public struct MIMEntry: Hashable, Sendable {
    /// Where the chat server of somebody is.
    public enum Place: Hashable, Sendable {
        /// At the address that their own connection came from.
        case client(IPAddress)
        /// Here, at whatever address of this machine the reader of the table is connected to: a user of another protocol.
        case server
    }

    /// The name, as the user gave it.
    public var name: String
    /// Where their chat server is.
    public var place: Place
    /// Its port.
    public var port: UInt16

    /// An entry of the table.
    public init(name: String, place: Place, port: UInt16) {
        self.name = name
        self.place = place
        self.port = port
    }

    /// The block that adds the entry to somebody's table (`A`), or takes it out (`D`).
    ///
    /// - Parameter here: the address of this machine that the reader is connected to.
    public func block(isAdded: Bool, here: IPAddress) -> [UInt8] {
        let address =
            switch place {
            case .client(let address): address
            case .server: here
            }
        var body: [UInt8] = [isAdded ? 0x41 : 0x44]
        MIMString.write(name, to: &body)
        MIMString.write(address.description, to: &body)
        BigEndian.append(port, to: &body)
        var block: [UInt8] = []
        BigEndian.append(UInt16(truncatingIfNeeded: body.count), to: &block)
        return block + body
    }
}
