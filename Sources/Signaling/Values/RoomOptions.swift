/// What may be said in a room.
public enum RoomKind: String, Hashable, CaseIterable, Sendable {
    /// Text only.
    case text
    /// Text and audio.
    case audio
    /// Text, audio and video.
    case video

    /// The media of the kind beyond text.
    public var media: MediaKinds {
        switch self {
        case .text: []
        case .audio: .audio
        case .video: [.audio, .video]
        }
    }
}

/// Ways of speaking in a room; muted separately.
public struct MediaKinds: OptionSet, Hashable, Sendable {
    /// The bits: 1 text, 2 audio, 4 video.
    public let rawValue: UInt8

    /// The kinds of these bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Text.
    public static let text = MediaKinds(rawValue: 1)
    /// Audio.
    public static let audio = MediaKinds(rawValue: 2)
    /// Video.
    public static let video = MediaKinds(rawValue: 4)
    /// All three.
    public static let all: MediaKinds = [.text, .audio, .video]

    /// The kinds by their names: `text`, `audio`, `video`, in this order.
    public var names: [String] {
        MediaKinds.named.filter { contains($0.kind) }.map(\.name)
    }

    /// The kind of a name; nil for any other text.
    public init?(name: some StringProtocol) {
        guard let kind = MediaKinds.named.first(where: { $0.name == name })?.kind else { return nil }
        self = kind
    }

    private static let named: [(name: String, kind: MediaKinds)] = [
        ("text", .text), ("audio", .audio), ("video", .video),
    ]
}

/// Who may enter a room.
public enum RoomAccess: String, Hashable, CaseIterable, Sendable {
    /// Everyone.
    case anyone
    /// Those with an account.
    case registered
    /// Those who were invited.
    case invited
}

/// When a room ends.
public enum RoomExpiry: Hashable, Sendable {
    /// When it has been empty for `timeouts.emptyRoom`.
    case empty
    /// Never.
    case never
    /// Never, and it stays in lists with its owner even when nobody has used it for long.
    case sticky
    /// When it has been empty for so many seconds.
    case seconds(Int64)

    /// `empty`, `never`, `sticky` or a number of seconds from 1.
    public init?(text: String) {
        switch text {
        case "empty": self = .empty
        case "never": self = .never
        case "sticky": self = .sticky
        default:
            guard text.utf8.allSatisfy({ (48...57).contains($0) }), let seconds = Int64(text), seconds > 0 else {
                return nil
            }
            self = .seconds(seconds)
        }
    }

    /// What `init(text:)` reads.
    public var text: String {
        switch self {
        case .empty: "empty"
        case .never: "never"
        case .sticky: "sticky"
        case .seconds(let seconds): String(seconds)
        }
    }

    /// Whether a room of this expiry outlives its being empty.
    public var isPermanent: Bool { self == .never || self == .sticky }
}

/// Payload bits per second that one person may send in a room; nil where only the server's limits count.
public struct MediaLimits: Hashable, Sendable {
    /// Audio, payload bits per second.
    public var audioBitrate: Int?
    /// Video, payload bits per second.
    public var videoBitrate: Int?

    /// Limits in payload bits per second.
    public init(audioBitrate: Int? = nil, videoBitrate: Int? = nil) {
        self.audioBitrate = audioBitrate
        self.videoBitrate = videoBitrate
    }
}
