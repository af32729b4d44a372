/// What a media section carries (the first field of m=).
public enum MediaKind: Hashable, Sendable {
    /// `audio`
    case audio
    /// `video`
    case video
    /// Anything else, by its name.
    case other(String)

    /// The kind with the name in the m= line.
    public init(_ name: String) {
        switch name {
        case "audio": self = .audio
        case "video": self = .video
        default: self = .other(name)
        }
    }

    /// The name in the m= line.
    public var name: String {
        switch self {
        case .audio: "audio"
        case .video: "video"
        case .other(let name): name
        }
    }
}

/// A media section (m= and the lines up to the next; RFC 8866, 5.14).
public struct MediaDescription: Equatable, Sendable {
    /// What it carries.
    public var kind: MediaKind
    /// The port, 0 to 65,535; 0 refuses or switches off the section.
    public var port: Int
    /// The number of ports, 1 unless said.
    public var portCount = 1
    /// The transport profile as written, such as `RTP/AVP`.
    public var profile: String
    /// The formats as written: payload types, for RTP.
    public var formats: [String]
    /// The section's own address.
    public var connection: SDPConnection?
    /// The section's bandwidths.
    public var bandwidths: [SDPBandwidth] = []
    /// The section's attributes.
    public var attributes: [SDPAttribute] = []

    /// A section without attributes.
    public init(kind: MediaKind, port: Int, profile: String, formats: [String]) {
        self.kind = kind
        self.port = port
        self.profile = profile
        self.formats = formats
    }
}

/// Which way media flow, seen by whoever wrote the description (RFC 8866, 6.7).
public enum MediaDirection: String, Hashable, Sendable {
    /// Both ways.
    case sendrecv
    /// Away from the writer.
    case sendonly
    /// To the writer.
    case recvonly
    /// Neither way.
    case inactive

    /// The direction in which the writer sends, receives, does both or neither.
    public init(sends: Bool, receives: Bool) {
        switch (sends, receives) {
        case (true, true): self = .sendrecv
        case (true, false): self = .sendonly
        case (false, true): self = .recvonly
        case (false, false): self = .inactive
        }
    }

    /// Whether the writer sends.
    public var sends: Bool { self == .sendrecv || self == .sendonly }
    /// Whether the writer receives.
    public var receives: Bool { self == .sendrecv || self == .recvonly }
    /// The same direction seen from the other end.
    public var reversed: MediaDirection { MediaDirection(sends: receives, receives: sends) }
}
