/// Why a packet cannot be protected, or is not to be believed.
public enum SRTPError: Error, Equatable, Sendable {
    /// The packet is shorter than its header and its authentication tag.
    case truncated
    /// The packet is no RTP or RTCP, so that it cannot be told what is to be encrypted.
    case malformed
    /// The buffer has no room for what protection adds.
    case bufferTooSmall
    /// The authentication tag is not the right one: another key, or a forgery.
    case authenticationFailed
    /// The packet came before, or is older than the window of those remembered.
    case replayed
    /// The key has been used for as many packets as it may be (RFC 3711, 9.2).
    case keyExhausted
    /// More sources than are kept apart.
    case tooManySources
    /// The key or salt has the wrong length for its suite.
    case invalidKey
    /// The cryptographic library failed.
    case library
}

extension SRTPError: CustomStringConvertible {
    /// One sentence for a log.
    public var description: String {
        switch self {
        case .truncated: "The packet is too short to be protected."
        case .malformed: "The packet is no RTP and no RTCP."
        case .bufferTooSmall: "The buffer has no room for the authentication tag."
        case .authenticationFailed: "The packet is not authentic."
        case .replayed: "The packet came before."
        case .keyExhausted: "The key has been used for too many packets."
        case .tooManySources: "There are too many sources under one key."
        case .invalidKey: "The key has the wrong length."
        case .library: "The cryptographic library failed."
        }
    }
}
