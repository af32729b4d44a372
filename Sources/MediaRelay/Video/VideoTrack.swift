/// A video stream that somebody publishes, and those who watch it.
struct VideoTrack {
    /// Somebody who watches, or waits for the next key frame to begin.
    struct Watcher {
        var session: Slab<MediaSession>.Key
        var section: Int
        /// Whether packets go out already.
        var isActive: Bool
    }

    let session: Slab<MediaSession>.Key
    let section: Int
    /// The sender's SSRC, named in key frame requests.
    var ssrc: UInt32
    var watchers: [Watcher] = []
    var keyFrames = KeyFrameRequests()
    /// The newest packet that was taken in.
    var highest: UInt64 = 0
}
