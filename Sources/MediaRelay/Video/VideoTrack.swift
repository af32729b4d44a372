/// A video stream that can be watched, and those who watch it: what somebody publishes, or what is derived from that for those who need it otherwise.
struct VideoTrack {
    /// Somebody who watches, or waits for the next key frame to begin.
    struct Watcher {
        var session: Slab<MediaSession>.Key
        var section: Int
        /// Whether packets go out already.
        var isActive: Bool
    }

    /// Where a derived track comes from.
    struct Derivation {
        var source: Slab<VideoTrack>.Key
        var conversion: ConversionID
        var target: TranscodingTarget
        /// The number of its next packet.
        var nextSequence: UInt64 = 0x1_0000
        /// Holds beside the watchers.
        var holds = 0
    }

    /// The codec work on a track from which others are derived.
    struct Conversion {
        let converter: VideoConverter
        /// What is collected for the worker.
        var collecting: VideoBatch
        /// The other batch while it is not with a worker.
        var spare: VideoBatch?
        /// The tracks that are made.
        var tracks: [ConversionID: Slab<VideoTrack>.Key] = [:]
    }

    /// Whose it is; a derived track is its source's sender's.
    let session: Slab<MediaSession>.Key
    let section: Int
    /// ``RTPCodec/vp8`` or ``RTPCodec/theora``.
    let codec: RTPCodec
    /// The sender's SSRC, named in key frame requests.
    var ssrc: UInt32
    var watchers: [Watcher] = []
    var keyFrames = KeyFrameRequests()
    /// The newest packet that was taken in.
    var highest: UInt64 = 0
    /// The picture's size, once a key frame has told it.
    var size: PictureSize?
    /// Theora's headers, and what is done with those in the stream.
    var theora: TheoraIngest?
    /// The bits of payload a second to which it is transcoded for everyone, where it is not to be had as it is.
    var transcodedBitrate: Int?
    /// Where it comes from, if it is derived.
    var derivation: Derivation?
    /// What is derived from it.
    var conversion: Conversion?

    /// A track of a session's own, or one that is derived from it.
    init(
        session: Slab<MediaSession>.Key, section: Int, codec: RTPCodec, ssrc: UInt32, derivation: Derivation? = nil
    ) {
        self.session = session
        self.section = section
        self.codec = codec
        self.ssrc = ssrc
        self.derivation = derivation
    }
}
