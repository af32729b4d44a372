/// One target of a video transcoder: scaling, the frame rate, encoding.
///
/// A class because encoders cannot be copied into an array; it is used by its transcoder alone.
final class VideoBranch {
    let target: VideoTarget
    private let index: Int

    private var vp8: VP8Encoder?
    private var theora: TheoraEncoder?
    private var scaler: PictureScaler
    private var scaled: Picture
    private var packet: [UInt8]
    /// Pictures given out so far: the next one's time, in ticks of the target.
    private var count: Int64 = 0
    /// Whether a VP8 frame is held until the next is there, so that the last can be given its true length.
    private let holdsLast: Bool
    private var held: [UInt8] = []
    private var heldFrame: TranscodedPacket?

    init(_ target: VideoTarget, index: Int, holdsLast: Bool) throws(CodecError) {
        self.holdsLast = holdsLast
        self.target = target
        self.index = index
        scaler = try PictureScaler(width: target.width, height: target.height)
        scaled = try Picture(width: target.width, height: target.height)
        packet = [UInt8](repeating: 0, count: max(1 << 16, target.width * target.height * 3))
        switch target {
        case .vp8(var configuration):
            configuration.clock = MediaClock(frameRate: configuration.frameRate)
            vp8 = try VP8Encoder(configuration)
        case .theora(let configuration):
            theora = try TheoraEncoder(configuration)
        case .pictures:
            break
        }
    }

    var format: MediaFormat {
        switch target {
        case .vp8(let configuration):
            return .vp8(
                VP8StreamHeader(
                    width: configuration.width, height: configuration.height, frameRate: configuration.frameRate))
        case .theora:
            if let header = theora?.header { return .theora(header) }
            return .unknown
        case .pictures(let format):
            return .pictures(format)
        }
    }

    /// Theora's header packets.
    var headers: [[UInt8]] { if let headers = theora?.headers { headers } else { [] } }

    func requestKeyFrame() {
        vp8?.requestKeyFrame()
        theora?.requestKeyFrame()
    }

    func setBitrate(_ bitrate: Int) throws(CodecError) {
        if vp8 != nil { try vp8?.setBitrate(bitrate) }
        if theora != nil { try theora?.setBitrate(bitrate) }
    }

    /// Whether the next picture's time has come before `time` (or at it), given in ticks of `clock` after `base`.
    private func isDue(_ time: Int64, _ clock: MediaClock, _ base: VideoTime, inclusive: Bool) -> Bool {
        let rate = target.frameRate
        // count · denominator / numerator against base + time · numerator / denominator, without rounding.
        let own = Int128(count) * Int128(rate.denominator) * Int128(clock.denominator) * Int128(VideoTime.perSecond)
        let theirs = base.scaled(plus: time, of: clock) * Int128(rate.numerator)
        return own < theirs || inclusive && own == theirs
    }

    /// Gives out the picture for each of the target's times up to `time`.
    func push(
        _ picture: borrowing Picture, until time: Int64, clock: MediaClock, after base: VideoTime, inclusive: Bool,
        output: TranscodeOutput
    ) throws(CodecError) {
        guard isDue(time, clock, base, inclusive: inclusive) else { return }
        try scaler.scale(picture, into: &scaled)
        while isDue(time, clock, base, inclusive: inclusive) {
            try encode(output: output)
            count += 1
        }
    }

    private func encode(output: TranscodeOutput) throws(CodecError) {
        var size = 0
        var isKey = true
        if case .pictures = target {
            let info = TranscodedPacket(target: index, start: count, duration: 1, isKeyFrame: true)
            return try scaled.withBytes { bytes throws(CodecError) in try output(info, bytes) }
        }
        var span = packet.mutableSpan
        var bytes = span.mutableBytes
        if vp8 != nil {
            guard let frame = try vp8?.encode(scaled, at: count, into: &bytes) else { return }
            (size, isKey) = (frame.size, frame.isKeyFrame)
        } else if let frame = try theora?.encode(scaled, into: &bytes) {
            (size, isKey) = (frame.size, frame.isKeyFrame)
        }
        let info = TranscodedPacket(target: index, start: count, duration: 1, isKeyFrame: isKey)
        if holdsLast, vp8 != nil {
            try giveHeld(output: output)
            held.removeAll(keepingCapacity: true)
            held.append(contentsOf: packet[0..<size])
            heldFrame = info
            return
        }
        let result = packet[0..<size]
        try output(info, result.span.bytes)
    }

    /// Gives out the last frame, which lasts until the end.
    func finish(output: TranscodeOutput) throws(CodecError) {
        guard let last = heldFrame else { return }
        heldFrame = TranscodedPacket(
            target: index, start: last.start, duration: count - last.start, isKeyFrame: last.isKeyFrame)
        try giveHeld(output: output)
    }

    private func giveHeld(output: TranscodeOutput) throws(CodecError) {
        guard let info = heldFrame else { return }
        heldFrame = nil
        let result = held[...]
        try output(info, result.span.bytes)
    }
}
