/// What is known of one stream, in one direction.
public struct MediaStreamStatistics: Equatable, Sendable {
    /// Sound or pictures.
    public var kind: MediaKinds
    /// RTP packets since the stream began.
    public var packets: UInt64
    /// Bits of payload a second, between the last two reports.
    public var bitrate: Int
    /// Packets lost on the way so far: to us by our count, from us by the receiver's reports.
    public var lost: Int
    /// The variation of the packets' spacing, in milliseconds (RFC 3550, 6.4.1).
    public var jitter: Double
    /// The round trip in milliseconds; nil while nothing tells.
    public var roundTrip: Double?
    /// The limit in force, in bits a second; nil where there is none.
    public var limit: Int?
    /// What the limiter did.
    public var interventions: InterventionCounters
    /// Lost packets that were asked for again (of a stream that comes in), or sent again (of one that goes out).
    public var repairs: UInt64
    /// What the receiver's network takes, in bits a second; nil while nothing is held back for it.
    public var estimate: Int?
}

/// What is known of one session.
public struct MediaSessionStatistics: Equatable, Sendable {
    /// The session.
    public var session: MediaSessionID
    /// Who it belongs to.
    public var participant: String
    /// How long it has lasted, in milliseconds.
    public var age: Int64
    /// The streams that come from the endpoint.
    public var received: [MediaStreamStatistics]
    /// The streams that go to it.
    public var sent: [MediaStreamStatistics]
    /// Packets that were dropped, by reason.
    public var drops: DropCounters
}

/// What is known of one room.
public struct MediaRoomStatistics: Equatable, Sendable {
    /// The sessions, in the order of joining.
    public var sessions: [MediaSessionStatistics]
    /// Who speaks.
    public var speaking: [String]

    /// A room without media.
    public init() {
        sessions = []
        speaking = []
    }
}
