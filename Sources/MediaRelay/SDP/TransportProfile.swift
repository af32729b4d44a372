/// The transport profiles of an m= line that are known: how packets travel and whether they are protected.
public enum TransportProfile: String, Hashable, Sendable, CaseIterable {
    /// Plain RTP over UDP (RFC 3551).
    case avp = "RTP/AVP"
    /// The same with early feedback (RFC 4585).
    case avpf = "RTP/AVPF"
    /// SRTP over UDP (RFC 3711).
    case savp = "RTP/SAVP"
    /// The same with early feedback (RFC 5124).
    case savpf = "RTP/SAVPF"
    /// Plain RTP framed on TCP (RFC 4571).
    case tcpAVP = "TCP/RTP/AVP"
    /// SRTP framed on TCP.
    case tcpSAVP = "TCP/RTP/SAVP"
    /// SRTP keyed by DTLS (RFC 5764), as WebRTC has it.
    case dtlsSAVPF = "UDP/TLS/RTP/SAVPF"

    /// Whether packets travel in the clear.
    public var isPlain: Bool { self == .avp || self == .avpf || self == .tcpAVP }
    /// Whether packets are framed on a TCP connection.
    public var isTCP: Bool { self == .tcpAVP || self == .tcpSAVP }
    /// Whether feedback may be sent at any time (RFC 4585).
    public var hasFeedback: Bool { self == .avpf || self == .savpf || self == .dtlsSAVPF }
}
