/// Commands about media sessions.
public enum MediaCommand: Sendable {
    /// Opens a media session, entering the room under all its rules if the session is not in it; `Reply.mediaOpened`.
    indirect case open(MediaPlace, MediaOpening)
    /// Ends one of the caller's media sessions, once its last packet is out; `Reply.done`. A session that an HTTP request opened
    /// leaves the room with it.
    case close(MediaSessionID)

    /// Asks which media room a room is, to look at its statistics; `Reply.mediaRoom`.
    case inspect(Name)

    /// The act it needs.
    public var act: Act {
        if case .inspect = self { return .moderateRoom }
        if case .open(.call, _) = self { return .privateCall }
        if case .open = self { return .enterRoom }
        return .connect
    }
}

/// Where a media session belongs.
public enum MediaPlace: Sendable {
    /// A room, with its password where it needs one.
    case room(Name, password: Secret?)
    /// A private call that the caller is in.
    case call(CallID)
}

/// What a media session is opened with.
public struct MediaOpening: Sendable {
    /// The offer, or the wish to listen.
    public var request: MediaRequestKind
    /// The requester's address.
    public var requester: IPAddress?
    /// The mix (default) or forwarded tracks.
    public var audio: AudioDelivery
    /// How many speakers at once; nil for the setting's.
    public var speakers: Int?
    /// When the session ends by itself; nil for never.
    public var until: Timestamp?

    /// What a media session is opened with.
    public init(
        request: MediaRequestKind, requester: IPAddress?, audio: AudioDelivery = .mix, speakers: Int? = nil,
        until: Timestamp? = nil
    ) {
        self.request = request
        self.requester = requester
        self.audio = audio
        self.speakers = speakers
        self.until = until
    }
}

/// An SDP offer, or the wish to receive only, described by the server.
public enum MediaRequestKind: Hashable, Sendable {
    /// An SDP offer (RFC 3264).
    case offer(sdp: String)
    /// A receive-only session to the requester's address: audio to `port`, video to `port` + 2; codec names as in SDP.
    case listen(audioCodec: String?, videoCodec: String?, port: UInt16)
}

/// How a session gets the room's audio.
public enum AudioDelivery: String, Hashable, Sendable {
    /// One mixed stream.
    case mix
    /// The loudest speakers' tracks, forwarded.
    case tracks
}
