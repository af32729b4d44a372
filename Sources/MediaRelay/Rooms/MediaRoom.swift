/// A room as one media loop knows it: its sessions, its mixer, its clock.
struct MediaRoom {
    /// A batch of the mixer and what waits for it.
    struct Mixing {
        let mixer: RoomMixer
        /// What is collected for the next tick.
        var collecting: MixBatch
        /// The other batch while it is not with a worker.
        var spare: MixBatch?
        /// To be called when what is with the worker now has come back and was sent.
        var waiters: [@Sendable () -> Void] = []
    }

    let name: String
    /// Whether it is a private call: two people, whose sound is forwarded where both can take it.
    var isCall = false
    /// How many want the speakers' own tracks.
    var trackListeners = 0
    /// Those who hear others packet by packet.
    var direct: [Slab<MediaSession>.Key] = []
    /// The sessions, in the order of joining.
    var sessions: [Slab<MediaSession>.Key] = []
    /// Whether the room stays although it is empty, since somebody is about to join.
    var isHeld = false
    /// Whose the tracks in the mix are.
    var tracks: [MixTrackID: Slab<MediaSession>.Key] = [:]
    /// Made when the first sound comes.
    var mixing: Mixing?
    /// The room's audio clock begins here.
    let clockOrigin: MediaTime
    /// The next tick, while anyone is heard.
    var nextTick: MediaTime?
    /// The tick after the last that was mixed, counted from the clock's origin.
    var tickNumber: Int64 = 0
    var activeSpeaker = ActiveSpeaker()
    /// Whose own mix goes without themselves.
    var chosen: [MixTrackID] = []
    var speaking: [String] = []
}
