/// What the domain asks of the media side. The server joins the two: it performs each request and hands the outcome back with
/// `Hub.complete`.
public protocol MediaControl {
    /// Performs a request. The completion is called exactly once, from any thread; for `setMaySend` and `close` not before the
    /// last packet that the request forbids has left.
    func perform(_ request: MediaRequest, completion: @escaping @Sendable (MediaOutcome) -> Void)
}

/// A media session's id: 128 random bits, unguessable.
public struct MediaSessionID: Hashable, Sendable, CustomStringConvertible {
    /// 32 hexadecimal digits.
    public let description: String

    /// The session of this text.
    public init(_ text: String) {
        description = text
    }
}

/// A request to the media side.
public enum MediaRequest: Sendable {
    /// Opens a session.
    case open(MediaOpen)
    /// What a session may send from now on; text is not set in it.
    case setMaySend(MediaSessionID, MediaKinds)
    /// The payload bitrates of what a session may send from now on.
    case setLimits(MediaSessionID, MediaLimits)
    /// Closes a session.
    case close(MediaSessionID, reason: String)
}

/// All that the media side needs to open a session.
public struct MediaOpen: Sendable {
    /// The session's id.
    public var session: MediaSessionID
    /// The media room: the room's number, or a private call's (negative).
    public var room: Int64
    /// Who it belongs to: the same for all sessions of one user, so that nobody hears themselves.
    public var participant: Int64
    /// The user's name, for descriptions.
    public var displayName: String
    /// What the room's kind allows at all; sections of other kinds are refused in the answer.
    public var allowed: MediaKinds
    /// What the user may send now (mutes, guests' policy): a section that may be sent later is negotiated, and its packets are
    /// dropped until then.
    public var maySend: MediaKinds
    /// Payload bitrates of what is sent.
    public var limits: MediaLimits
    /// The offer, or the wish to listen, with its options.
    public var opening: MediaOpening

    /// The value of its parts.
    public init(
        session: MediaSessionID, room: Int64, participant: Int64, displayName: String, allowed: MediaKinds,
        maySend: MediaKinds, limits: MediaLimits, opening: MediaOpening
    ) {
        self.session = session
        self.room = room
        self.participant = participant
        self.displayName = displayName
        self.allowed = allowed
        self.maySend = maySend
        self.limits = limits
        self.opening = opening
    }
}

/// What became of a request.
public enum MediaOutcome: Sendable {
    /// A session is open.
    case opened(MediaAnswer)
    /// It was done.
    case done
    /// It was not; `unsupported`, `wrongKind`, `invalid` or `unavailable`.
    case failed(Refusal)
}

/// An open session's description.
public struct MediaAnswer: Hashable, Sendable {
    /// The SDP answer, or the description of a receive-only session.
    public var sdp: String
    /// What the session publishes.
    public var publishes: MediaKinds

    /// An open session's description.
    public init(sdp: String, publishes: MediaKinds) {
        self.sdp = sdp
        self.publishes = publishes
    }
}

/// The reply to `MediaCommand.open`.
public struct MediaOpened: Hashable, Sendable {
    /// The session's id.
    public var session: MediaSessionID
    /// The SDP answer, or the description of a receive-only session.
    public var sdp: String

    /// The value of its parts.
    public init(session: MediaSessionID, sdp: String) {
        self.session = session
        self.sdp = sdp
    }
}

/// What the domain hears from the media side.
public enum MediaEvent: Sendable {
    /// A session ended by itself: its peer went silent, said BYE or failed.
    case ended(MediaSessionID, reason: String)
    /// Who speaks in a media room now, by their participant keys.
    case speaking(room: Int64, participants: [Int64])
    /// A session publishes these kinds now.
    case publishes(MediaSessionID, MediaKinds)
    /// What a session has sent and received so far.
    case statistics(MediaSessionID, MediaStatistics)
}

/// Counts of one media session since it began.
public struct MediaStatistics: Hashable, Sendable {
    /// Packets received.
    public var packetsReceived: UInt64
    /// Packets sent.
    public var packetsSent: UInt64
    /// Packets lost on the way to the server, as far as is known.
    public var packetsLost: UInt64

    /// Counts of one media session.
    public init(packetsReceived: UInt64, packetsSent: UInt64, packetsLost: UInt64) {
        self.packetsReceived = packetsReceived
        self.packetsSent = packetsSent
        self.packetsLost = packetsLost
    }
}
