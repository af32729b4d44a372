/// What a datagram on a shared port is, told by its first two bytes (RFC 7983 and RFC 5761, 4).
public enum PacketClass: Equatable, Sendable {
    /// STUN: first byte 0 to 3.
    case stun
    /// DTLS: first byte 20 to 63.
    case dtls
    /// RTP or SRTP.
    case rtp
    /// RTCP or SRTCP: packet types 192 to 223.
    case rtcp
    /// None of them, or too short to tell.
    case unknown

    /// Looks at the first bytes only; a parser still has to validate the rest.
    @inline(__always)
    public init(of datagram: borrowing RawSpan) {
        guard datagram.byteCount >= 2 else {
            self = .unknown
            return
        }
        switch datagram.byte(at: 0) {
        case 0...3: self = .stun
        case 20...63: self = .dtls
        case 128...191: self = 192...223 ~= datagram.byte(at: 1) ? .rtcp : .rtp
        default: self = .unknown
        }
    }
}
