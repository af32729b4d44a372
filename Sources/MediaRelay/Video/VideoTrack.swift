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
    /// Keeps the track under its sender's limit.
    var gate: FrameGate
    /// Packets that were lost on the way in.
    var losses = LossTracker()
    /// Whether the sender sends lost packets again.
    var repairsLosses = false
    /// Whether a timer waits for losses to be asked for, and when held packets are to be released.
    var repairIsScheduled = false
    var nextRelease: MediaTime?
    /// What was sent on lately.
    var recent: PacketCache

    /// A track of a session's own, or one that is derived from it.
    init(
        session: Slab<MediaSession>.Key, section: Int, codec: RTPCodec, ssrc: UInt32, gate: FrameGate,
        derivation: Derivation? = nil
    ) {
        self.session = session
        self.section = section
        self.codec = codec
        self.ssrc = ssrc
        self.gate = gate
        self.derivation = derivation
        recent = PacketCache(for: gate.limit)
    }
}

extension VideoTrack {
    /// Puts a packet that the limiter lets pass into `forward`, under its own numbers among those that pass, and keeps it for those who lose it.
    mutating func pass(
        _ packet: ForwardBuffer.Packet, _ shift: PacketMap.Shift, _ payload: RawSpan, into forward: inout ForwardBuffer
    ) {
        forward.append(packet, shift: shift, payload: payload)
        keepLast(of: forward)
    }

    /// Lets those held packets out for which the limit has room now.
    mutating func release(into forward: inout ForwardBuffer, at now: MediaTime) {
        guard gate.isHolding else { return }
        while let (packet, shift) = gate.takeReleased(at: now) {
            gate.readReleased(packet) { forward.append(packet, shift: shift, payload: $0) }
            keepLast(of: forward)
        }
    }

    private mutating func keepLast(of forward: ForwardBuffer) {
        guard let last = forward.packets.last else { return }
        forward.bytes.read(last.range) { recent.keep(last, $0) }
    }
}
