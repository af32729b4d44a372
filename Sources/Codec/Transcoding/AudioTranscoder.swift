/// Decodes an audio stream once and encodes it for any number of targets, each with a rate, frame length and codec of
/// its own.
///
/// Time is kept in samples: what is missing is concealed for a moment and silence after that, for exactly as long as it
/// was; overlaps are cut. So the output ends when the input does, however long it is. A change of the source's format
/// goes on without a break.
public struct AudioTranscoder: ~Copyable {
    /// Longest pause in seconds that is filled; a jump in time beyond it is taken for the start of another recording.
    public static let longestGap = 600

    private var source: AudioSource
    private let branches: [AudioBranch]
    private var pcm: [Float]
    private var silence: [Float]
    /// The next sample's place, at the source's rate, from `origin`.
    private var position: Int64 = 0
    /// Source ticks that `position` 0 stands for.
    private var origin: Int64 = 0
    /// Where the present stream's packets end, in samples from `origin`.
    private var end: Int64 = 0
    /// Seconds of the streams before the present one.
    private var earlier = 0.0

    /// What becomes of packets that were given.
    public struct Statistics: Sendable, Equatable {
        /// Packets that could not be decoded, and were concealed.
        public var badPackets = 0
        /// Seconds that were missing.
        public var missing = 0.0
    }

    /// Counts since the start.
    public private(set) var statistics = Statistics()

    /// Sets up a transcoder.
    public init(from format: MediaFormat, to targets: [AudioTarget]) throws(CodecError) {
        var branches: [AudioBranch] = []
        for (index, target) in targets.enumerated() { branches.append(try AudioBranch(target, index: index)) }
        let source = try AudioSource(format)
        self.source = source
        self.branches = branches
        pcm = [Float](repeating: 0, count: source.capacity)
        silence = [Float](repeating: 0, count: 4096)
    }

    /// The format of a target's packets, as a file's header tells it.
    public func format(ofTarget index: Int) -> MediaFormat {
        branches[index].format
    }

    /// Sets a target's bitrate in bit/s.
    public func setBitrate(_ bitrate: Int, ofTarget index: Int) throws(CodecError) {
        try branches[index].setBitrate(bitrate)
    }

    /// Goes on with a stream of another format, or a new stream of the same, right after what came so far.
    public mutating func changeSource(to format: MediaFormat, output: TranscodeOutput) throws(CodecError) {
        let next = try AudioSource(format)
        try complete(output: output)
        earlier = seconds
        source = next
        if pcm.count < source.capacity { pcm = [Float](repeating: 0, count: source.capacity) }
        // The new stream's time 0 is the old one's end.
        position = 0
        origin = 0
        end = 0
    }

    /// Takes a packet.
    /// - Parameters:
    ///   - start: in ticks of the source format's clock; negative for what is decoded but not heard.
    ///   - duration: in ticks; less than what the packet holds where the stream's end is trimmed.
    ///   - isAfterLoss: whether a gap before `start` is due to loss, and to be concealed, not silence.
    ///   - output: is called for each packet that is ready, in order for each target.
    public mutating func push(
        _ packet: RawSpan, start: Int64, duration: Int64, isAfterLoss: Bool = false, output: TranscodeOutput
    ) throws(CodecError) {
        let begin = samples(start - origin) - source.delay
        let gap = begin - position
        if gap > Int64(Self.longestGap * source.sampleRate) || gap < -Int64(Self.longestGap * source.sampleRate) {
            // Another recording: its time goes on from here.
            origin = start - ticks(position + source.delay)
            end = 0
            return try push(packet, start: start, duration: duration, isAfterLoss: isAfterLoss, output: output)
        }
        end = max(end, samples(start + duration - origin))
        // A sample of rounding is none.
        if gap > 1 {
            let remembered = isAfterLoss ? source.remembered(by: packet, atMost: Int(gap)) : 0
            try fill(Int(gap), before: packet, remembered: remembered, conceal: isAfterLoss, output: output)
        }
        let count: Int
        do throws(CodecError) {
            count = try source.decode(packet, into: &pcm)
        } catch {
            statistics.badPackets += 1
            let lost = Int(samples(start + duration - origin) - source.delay - position)
            if lost > 0 { try fill(lost, before: packet, remembered: 0, conceal: true, output: output) }
            return
        }
        let late = Int(max(0, min(Int64(count), position - begin)))
        let skip = late == 1 ? 0 : late
        let end = min(count, Int(samples(start + duration - origin) - begin))
        guard skip < end else { return }
        try emit(pcm[(skip * source.channels)..<(end * source.channels)], output: output)
    }

    /// Encodes what is left. Nothing may be pushed afterwards.
    public mutating func finish(output: TranscodeOutput) throws(CodecError) {
        try complete(output: output)
        for branch in branches { try branch.finish(output: output) }
    }

    /// Seconds that have come out so far.
    public var seconds: Double { earlier + Double(position) / Double(source.sampleRate) }

    /// Brings the present stream to its end, behind which the decoder is by its delay.
    private mutating func complete(output: TranscodeOutput) throws(CodecError) {
        let missing = Int(min(end - position, source.delay))
        guard missing > 0 else { return }
        let count = source.tail(atMost: missing, into: &pcm)
        try emit(pcm[0..<(count * source.channels)], output: output)
        if count < missing { try emit(silence[0..<((missing - count) * source.channels)], output: output) }
    }

    /// Fills a gap: with what can be invented, then silence, then what the next packet remembers of its end.
    private mutating func fill(
        _ gap: Int, before next: RawSpan, remembered: Int, conceal: Bool, output: TranscodeOutput
    ) throws(CodecError) {
        statistics.missing += Double(gap) / Double(source.sampleRate)
        var left = gap
        // Beyond a tenth of a second there is nothing to go on from.
        var invented = conceal ? source.sampleRate / 10 : 0
        while left > remembered {
            var count = invented > 0 ? source.conceal(atMost: min(left - remembered, invented), into: &pcm) : 0
            if count > 0 {
                invented -= count
                try emit(pcm[0..<(count * source.channels)], output: output)
            } else {
                invented = 0
                count = min(left - remembered, silence.count / source.channels)
                try emit(silence[0..<(count * source.channels)], output: output)
            }
            left -= count
        }
        guard remembered > 0 else { return }
        let count = source.recover(from: next, samples: remembered, into: &pcm)
        try emit(pcm[0..<(count * source.channels)], output: output)
        left -= count
        if left > 0 { try emit(silence[0..<(left * source.channels)], output: output) }
    }

    private mutating func emit(_ samples: ArraySlice<Float>, output: TranscodeOutput) throws(CodecError) {
        for branch in branches {
            try branch.push(samples, rate: source.sampleRate, channels: source.channels, output: output)
        }
        position += Int64(samples.count / source.channels)
    }

    /// Source ticks as samples.
    private func samples(_ ticks: Int64) -> Int64 {
        let clock = source.format.clock
        let product = ticks.multipliedReportingOverflow(by: Int64(source.sampleRate))
        guard !product.overflow else { return ticks < 0 ? Int64.min / 4 : Int64.max / 4 }
        return product.partialValue / Int64(clock.denominator)
    }

    private func ticks(_ samples: Int64) -> Int64 {
        samples * Int64(source.format.clock.denominator) / Int64(source.sampleRate)
    }
}
