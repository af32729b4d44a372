/// One packet of the Socket.IO protocol (its version 5): its type, namespace, the id of the acknowledgement that it asks for or is, and its
/// payload as JSON.
public struct SocketIOPacket: Sendable {
    /// The types, by their digits. Binary events and acknowledgements are told apart by their attachments alone.
    public enum Kind: UInt8, Hashable, Sendable {
        case connect = 0
        case disconnect = 1
        case event = 2
        case acknowledgement = 3
        case connectError = 4
    }

    /// Its type.
    public var kind: Kind
    /// Its namespace, `/` for the main one.
    public var namespace: String
    /// The id of the acknowledgement.
    public var id: UInt64?
    /// The payload: an array for events and acknowledgements, an object or nothing for the others.
    public var payload: JSONDocument?
    /// The binary attachments that the payload's placeholders stand for.
    public var attachments: [[UInt8]] = []
}
