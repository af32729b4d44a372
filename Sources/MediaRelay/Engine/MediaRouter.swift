internal import HeapModule

/// Decides what becomes of each packet of one media loop's rooms. Bytes and the time go in, datagrams and codec work come out through ``MediaOutput``; it reads no clock
/// and owns no socket.
///
/// Everything that belongs to a room lives in one router, so that nothing is shared and nothing is locked. Its parts are in the files named after them.
final class MediaRouter<Output: MediaOutput> {
    /// Whose a socket is.
    struct SocketOwner {
        var session: Slab<MediaSession>.Key
        var section: Int
        var isRTCP: Bool
    }

    /// Something to do at a time.
    struct Timer: Comparable {
        enum Target {
            case tick(Slab<MediaRoom>.Key)
            case report(Slab<MediaSession>.Key)
            /// Packets held by a track's limiter, or by a receiver's, may leave.
            case release(Slab<VideoTrack>.Key)
            case releaseTo(Slab<MediaSession>.Key, section: Int)
            /// Losses of a track are to be asked for.
            case repair(Slab<VideoTrack>.Key)
        }

        var time: MediaTime
        var target: Target

        static func < (left: Timer, right: Timer) -> Bool { left.time < right.time }
        static func == (left: Timer, right: Timer) -> Bool { left.time == right.time }
    }

    /// The length of a tick: 20 ms.
    static var tickNanoseconds: Int64 { 20_000_000 }

    let configuration: MediaConfiguration
    /// Wall clock less monotonic clock in ns, for the NTP times of reports.
    let wallClockOffset: Int64
    unowned let output: Output

    var sessions = Slab<MediaSession>()
    var rooms = Slab<MediaRoom>()
    var videoTracks = Slab<VideoTrack>()
    var sessionsByID: [MediaSessionID: Slab<MediaSession>.Key] = [:]
    var roomsByName: [String: Slab<MediaRoom>.Key] = [:]
    var socketOwners: [SocketOwner?] = []
    var timers = Heap<Timer>()
    var lastMixTrack: MixTrackID = 0
    /// Spreads the rooms' ticks over the 20 ms.
    var nextPhase: Int64 = 0

    /// Video of the socket that is being read, and its track.
    var forward = ForwardBuffer()
    var forwardTrack: Slab<VideoTrack>.Key?
    /// Where a Theora payload is put under the relay's own number.
    var theoraPayload = ByteStore(capacity: 2_048)
    /// Tracks of which packets wait to be given to a codec worker.
    var convertedTracks: [Slab<VideoTrack>.Key] = []
    var lastConversion: ConversionID = 0
    /// Where a receiver's datagrams are put together.
    var sending = ByteStore(capacity: 64 * 1_600)
    /// What this loop may send in all, where that is limited.
    var egress: EgressBudget?
    /// What sessions that are over have counted, and how long packets were kept.
    var past = MediaTotals()
    /// Packets that are to be asked for; kept for its memory.
    var missing: [SequenceNumber] = []
    /// Video sections are to be assigned anew in these rooms.
    var unassignedRooms: [Slab<MediaRoom>.Key] = []

    /// Makes a router without sessions.
    init(configuration: MediaConfiguration, wallClockOffset: Int64, output: Output) {
        self.configuration = configuration
        self.wallClockOffset = wallClockOffset
        self.output = output
        egress = configuration.maximumEgress.map { EgressBudget(bitrate: $0 / max(1, configuration.loops)) }
    }

    /// When ``advance(to:)`` is to be called next, or nil where there is nothing to wait for.
    var nextDeadline: MediaTime? { timers.min?.time }

    /// Does what is due.
    func advance(to now: MediaTime) {
        while let timer = timers.min, timer.time <= now {
            timers.removeMin()
            switch timer.target {
            case .tick(let room): tick(room, scheduled: timer.time, at: now)
            case .report(let session): report(session, scheduled: timer.time, at: now)
            case .release(let track): release(track, scheduled: timer.time, at: now)
            case .releaseTo(let session, let section): release(session, section, at: now)
            case .repair(let track): repair(track, at: now)
            }
        }
        assignVideo(at: now)
    }

    /// The time of day that goes with a moment.
    func wallClock(at now: MediaTime) -> NTPTime {
        NTPTime(unixNanoseconds: UInt64(max(0, now.nanoseconds + wallClockOffset)))
    }
}
