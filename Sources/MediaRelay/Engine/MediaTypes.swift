/// Names a media session: unguessable, given by whoever opens it.
public struct MediaSessionID: Hashable, Sendable {
    /// The name as it stands in addresses.
    public let rawValue: String

    /// Takes a name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Audio, video or both.
public struct MediaKinds: OptionSet, Hashable, Sendable {
    /// One bit for each kind.
    public let rawValue: UInt8

    /// Takes the bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Sound.
    public static let audio = MediaKinds(rawValue: 1)
    /// Pictures.
    public static let video = MediaKinds(rawValue: 2)
}

/// What somebody may use, in bits a second.
public struct MediaLimits: Hashable, Sendable {
    /// Sound in each direction.
    public var audioBitrate: Int
    /// Pictures in each direction, for each stream.
    public var videoBitrate: Int
    /// Whether the bits on the wire are meant, with the headers of IP, UDP, RTP and SRTP; else those of the payload.
    public var countsHeaders: Bool

    /// Takes the two limits, in bits a second of payload or, with `countsHeaders`, on the wire.
    public init(audioBitrate: Int, videoBitrate: Int, countsHeaders: Bool = false) {
        self.audioBitrate = audioBitrate
        self.videoBitrate = videoBitrate
        self.countsHeaders = countsHeaders
    }
}

/// Why and to what somebody's stream is held back.
public struct MediaIntervention: Equatable, Sendable {
    /// Sound or pictures.
    public var kind: MediaKinds
    /// The limit that they go beyond, bits a second.
    public var limit: Int
    /// What they send, bits a second as the limit counts them.
    public var bitrate: Int
}

/// Somebody's wish to send to a room or to receive from it.
public struct MediaOpenRequest: Sendable {
    /// What the endpoint brings.
    public enum Description: Sendable {
        /// An SDP offer (RFC 3264).
        case offer(String)
        /// No offer: the relay describes what it will send to `port` (sound) and `port` + 2 (pictures) of the requester.
        case listen(audio: String?, video: String?, port: UInt16)
    }

    /// How a room's sound is to be heard.
    public enum Sound: Equatable, Sendable {
        /// As one mixed stream.
        case mix
        /// As the own tracks of the loudest speakers, forwarded: so many at most.
        case tracks(Int)
    }

    /// The name of the session to be.
    public var session: MediaSessionID
    /// The room or call, as the caller names it.
    public var room: String
    /// Who it is; the same for all sessions of one person.
    public var participant: String
    /// What the endpoint brings.
    public var description: Description
    /// Where the request came from; media is taken from there when the offer names no address.
    public var requester: IPAddress
    /// What the room is for.
    public var roomKinds: MediaKinds
    /// What this person may send.
    public var maySend: MediaKinds
    /// What they are kept from sending at present, until ``MediaEngine/setMuted(_:session:completion:)`` changes it.
    public var muted: MediaKinds
    /// What may be used.
    public var limits: MediaLimits
    /// Whether the room is a private call of two people.
    public var isCall = false
    /// How the room's sound is to be heard.
    public var sound = Sound.mix

    /// Collects the parts of a request.
    public init(
        session: MediaSessionID, room: String, participant: String, description: Description,
        requester: IPAddress, roomKinds: MediaKinds, maySend: MediaKinds, muted: MediaKinds = [],
        limits: MediaLimits
    ) {
        self.session = session
        self.room = room
        self.participant = participant
        self.description = description
        self.requester = requester
        self.roomKinds = roomKinds
        self.maySend = maySend
        self.muted = muted
        self.limits = limits
    }
}

/// Why a session was not opened.
public enum MediaRefusal: Error, Equatable, Sendable {
    /// The description cannot be understood; the text says where.
    case invalid(String)
    /// Nothing in it is a codec or transport that there is.
    case unsupported(String)
    /// The room, or the server's settings, do not allow it.
    case wrongKind(String)
    /// This person may not, or plain RTP may not be used from there.
    case forbidden(String)
    /// No port is free, or the engine is shutting down.
    case unavailable(String)
}

/// What the engine tells of its own accord.
public enum MediaEngineEvent: Sendable {
    /// Why a session ended.
    public enum EndReason: Sendable {
        /// Nothing was heard of the endpoint for too long.
        case timeout
        /// The endpoint is gone: its ports refuse.
        case unreachable
        /// The same person has opened another session that receives at the same ports.
        case replaced
    }

    /// A session has ended without being closed.
    case ended(MediaSessionID, EndReason)
    /// A session is over, however it ended, and these of its packets were dropped; told only where there are any.
    case dropped(MediaSessionID, DropCounters)
    /// What a session sends is held back from now on, since it is more than its limit; nil where it no longer is.
    case limited(MediaSessionID, MediaKinds, MediaIntervention?)
    /// Those who speak in a room now, by their participant's name, have changed.
    case speaking(room: String, participants: [String])
}
