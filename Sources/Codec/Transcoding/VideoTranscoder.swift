/// Decodes a video stream once and encodes it for any number of targets, each with a size, frame rate and codec of its
/// own.
///
/// A target's picture n belongs to the time n / rate and shows what the source showed then: nothing drifts, lost frames
/// leave the picture standing for as long as they would have lasted, and a source that changes its size goes on.
public struct VideoTranscoder: ~Copyable {
    /// Longest pause in seconds that is filled; a jump in time beyond it is taken for the start of another recording.
    public static let longestGap = 600

    private var format: MediaFormat
    private var source: VideoSource
    private let branches: [VideoBranch]
    /// When the present stream begins.
    private var base = VideoTime.zero
    /// Source ticks added to those of the present stream, and where it ends.
    private var offset: Int64 = 0
    private var end: Int64 = 0

    /// Frames that could not be decoded.
    public private(set) var badPackets = 0

    /// Sets up a transcoder.
    /// - Parameters:
    ///   - headers: Theora's three header packets.
    ///   - holdsLast: whether each VP8 frame is held until the next one, so that the last can be told to last until the
    ///     end: for files.
    public init(
        from format: MediaFormat, headers: [[UInt8]] = [], to targets: [VideoTarget], holdsLast: Bool = false
    ) throws(CodecError) {
        var branches: [VideoBranch] = []
        for (index, target) in targets.enumerated() {
            branches.append(try VideoBranch(target, index: index, holdsLast: holdsLast))
        }
        let source = try VideoSource(format, headers: headers)
        self.source = source
        self.format = format
        self.branches = branches
    }

    /// The format of a target's packets, as a file's header tells it.
    public func format(ofTarget index: Int) -> MediaFormat { branches[index].format }

    /// A Theora target's header packets.
    public func headers(ofTarget index: Int) -> [[UInt8]] { branches[index].headers }

    /// Makes a target's next frame a key frame.
    public func requestKeyFrame(ofTarget index: Int) { branches[index].requestKeyFrame() }

    /// Sets a target's bitrate in bit/s.
    public func setBitrate(_ bitrate: Int, ofTarget index: Int) throws(CodecError) {
        try branches[index].setBitrate(bitrate)
    }

    /// Goes on with another stream right after what came so far, whatever its size, frame rate and codec.
    public mutating func changeSource(
        to format: MediaFormat, headers: [[UInt8]] = [], output: TranscodeOutput
    ) throws(CodecError) {
        let next = try VideoSource(format, headers: headers, after: source)
        try give(until: end, inclusive: false, output: output)
        base = base.advanced(by: end, of: self.format.clock)
        source = next
        self.format = format
        offset = 0
        end = 0
    }

    /// Takes a frame.
    /// - Parameters:
    ///   - start: in ticks of the source format's clock.
    ///   - duration: in ticks, 0 for a frame that is not shown.
    ///   - output: is called for each packet that is ready, in order for each target.
    public mutating func push(
        _ packet: RawSpan, start: Int64, duration: Int64, output: TranscodeOutput
    ) throws(CodecError) {
        let clock = format.clock
        let longest = Int64(Double(Self.longestGap) / clock.seconds(1))
        if abs(start &+ offset &- end) > longest { offset = end - start }
        let time = start + offset
        // What was shown so far lasted until now.
        try give(until: time, inclusive: false, output: output)
        do throws(CodecError) {
            try source.decode(packet)
        } catch {
            badPackets += 1
        }
        end = max(end, time + duration)
        if duration > 0 { try give(until: time, inclusive: true, output: output) }
    }

    /// Gives out the last picture until it ends. Nothing may be pushed afterwards.
    public mutating func finish(output: TranscodeOutput) throws(CodecError) {
        try give(until: end, inclusive: false, output: output)
        for branch in branches { try branch.finish(output: output) }
    }

    /// Seconds that have come in so far.
    public var seconds: Double { base.seconds + format.clock.seconds(end) }

    private func give(until time: Int64, inclusive: Bool, output: TranscodeOutput) throws(CodecError) {
        for branch in branches {
            try branch.push(
                source.picture, until: time, clock: format.clock, after: base, inclusive: inclusive, output: output)
        }
    }
}
