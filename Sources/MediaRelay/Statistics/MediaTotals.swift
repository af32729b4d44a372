/// Sums over all rooms since the start.
public struct MediaTotals: Equatable, Sendable {
    /// What came in or went out.
    public struct Flow: Equatable, Sendable {
        /// RTP packets.
        public var packets: UInt64 = 0
        /// Packets lost on the way.
        public var lost: UInt64 = 0
        /// Packets asked for or sent again.
        public var repairs: UInt64 = 0

        mutating func add(_ stream: MediaStreamStatistics) {
            packets += stream.packets
            lost += UInt64(max(0, stream.lost))
            repairs += stream.repairs
        }

        mutating func add(_ other: Flow) {
            packets += other.packets
            lost += other.lost
            repairs += other.repairs
        }
    }

    /// Rooms with media, and sessions in them, now.
    public var rooms = 0
    /// Sessions now.
    public var sessions = 0
    /// Sound that came in, and that went out.
    public var audioReceived = Flow()
    /// Sound that went out.
    public var audioSent = Flow()
    /// Pictures that came in.
    public var videoReceived = Flow()
    /// Pictures that went out.
    public var videoSent = Flow()
    /// What the limiters did.
    public var interventions = InterventionCounters()
    /// Packets that were dropped, by reason.
    public var drops = DropCounters()
    /// How long forwarded packets were in our hands.
    public var forwardDelay = DelayHistogram()

    /// Nothing yet.
    public init() {}

    /// Adds what a session has counted.
    mutating func add(_ session: MediaSessionStatistics) {
        for stream in session.received {
            if stream.kind == .audio { audioReceived.add(stream) } else { videoReceived.add(stream) }
            interventions.add(stream.interventions)
        }
        for stream in session.sent {
            if stream.kind == .audio { audioSent.add(stream) } else { videoSent.add(stream) }
            interventions.add(stream.interventions)
        }
        drops.add(session.drops)
    }

    /// Adds the sums of another loop.
    mutating func add(_ other: MediaTotals) {
        rooms += other.rooms
        sessions += other.sessions
        audioReceived.add(other.audioReceived)
        audioSent.add(other.audioSent)
        videoReceived.add(other.videoReceived)
        videoSent.add(other.videoSent)
        interventions.add(other.interventions)
        drops.add(other.drops)
        forwardDelay.add(other.forwardDelay)
    }
}
