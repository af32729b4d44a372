/// Why bytes are no RTCP packet, or why one could not be written.
public enum RTCPError: Error, Equatable, Sendable {
    /// A packet ends before the length that it gives, or a list before its count.
    case truncated
    /// The version field is not 2.
    case unsupportedVersion(UInt8)
    /// The packet type is not one of 192 to 223 (RFC 5761, 4), so this is no RTCP.
    case notRTCP
    /// Padding is set on a packet that is not the last, or its count does not fit.
    case invalidPadding
    /// A body breaks its packet type's format; the text names the rule.
    case invalidBody(String)
    /// The caller's buffer cannot hold what is to be written.
    case bufferTooSmall
}

extension RTCPError: CustomStringConvertible {
    /// One sentence for a log.
    public var description: String {
        switch self {
        case .truncated: "The RTCP packet is shorter than its length or count says."
        case .unsupportedVersion(let version): "The RTCP version is \(version), not 2."
        case .notRTCP: "The packet type is none of RTCP's."
        case .invalidPadding: "The RTCP padding does not fit."
        case .invalidBody(let rule): "The RTCP packet breaks its format: \(rule)."
        case .bufferTooSmall: "The buffer is too small for the RTCP packet."
        }
    }
}
