/// Why bytes are no RTP packet, or why a packet could not be written.
public enum RTPError: Error, Equatable, Sendable {
    /// The packet ends before the header, the contributing sources or the extension that it announces.
    case truncated
    /// The version field is not 2 (RFC 3550, 5.1).
    case unsupportedVersion(UInt8)
    /// The padding count is zero or greater than what follows the header (RFC 3550, A.1).
    case invalidPadding
    /// A payload descriptor or payload header breaks its format; the text names the rule.
    case invalidPayload(String)
    /// The caller's buffer cannot hold what is to be written.
    case bufferTooSmall
    /// An extension element's identifier or length is outside what RFC 8285 allows.
    case invalidExtension
}

extension RTPError: CustomStringConvertible {
    /// One sentence for a log.
    public var description: String {
        switch self {
        case .truncated: "The packet is shorter than its header says."
        case .unsupportedVersion(let version): "The RTP version is \(version), not 2."
        case .invalidPadding: "The padding count does not fit the packet."
        case .invalidPayload(let rule): "The payload breaks its format: \(rule)."
        case .bufferTooSmall: "The buffer is too small for the packet."
        case .invalidExtension: "A header extension element has an impossible identifier or length."
        }
    }
}
