/// Why what a client sent is no packet. Its connection ends.
public enum SocketIOError: Error, Hashable, Sendable {
    /// The type is no known digit.
    case unknownType
    /// The header, the namespace or the id is not as it should be.
    case malformed
    /// The payload is no JSON, or not of the kind that the type needs.
    case badPayload
    /// More attachments than are taken, or none where some were announced, or placeholders that fit none.
    case badAttachments
}
