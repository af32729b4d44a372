/// One target of an audio transcoder: resampling, gathering into frames, encoding.
///
/// A class because encoders cannot be copied into an array; it is used by its transcoder alone.
final class AudioBranch {
    let target: AudioTarget
    private let index: Int

    private var opus: OpusEncoder?
    private var speex: SpeexEncoder?
    private var resampler: Resampler?
    /// Samples in the source's rate and the target's channels.
    private var mixed: [Float] = []
    private var resampled: [Float] = []
    /// Samples at the target's rate that wait for a whole frame.
    private var waiting: [Float] = []
    private var taken = 0
    private var packet: [UInt8]
    /// Where the next packet begins, in samples at the target's rate.
    private var position: Int64 = 0
    /// Samples per channel that came in, at the target's rate.
    private var total: Int64 = 0

    init(_ target: AudioTarget, index: Int) throws(CodecError) {
        self.target = target
        self.index = index
        packet = [UInt8](repeating: 0, count: max(OpusEncoder.maximumPacketSize, SpeexPacket.maximumSize))
        switch target {
        case .opus(let configuration): opus = try OpusEncoder(configuration)
        case .speex(let configuration): speex = try SpeexEncoder(configuration)
        case .pcm: break
        }
    }

    /// The format that a file of this target's packets has.
    var format: MediaFormat {
        switch target {
        case .opus(let configuration):
            return .opus(
                OpusHeader(
                    channels: configuration.channels, preSkip: Int(preSkip), inputSampleRate: configuration.sampleRate))
        case .speex(let configuration):
            return .speex(
                SpeexHeader(
                    band: configuration.band, channels: configuration.channels,
                    framesPerPacket: speex?.rate.framesPerPacket ?? 1, bitrate: configuration.bitrate,
                    vbr: configuration.variableBitrate))
        case .pcm(let format):
            return .pcm(format)
        }
    }

    /// Ticks of the format's clock for a sample at the target's rate.
    private var ticks: Int64 { if case .opus = target { Int64(48_000 / target.sampleRate) } else { 1 } }

    /// Ticks by which a decoder's output lags: what comes first lies before time 0.
    private var preSkip: Int64 {
        if let lookahead = opus?.lookahead { return Int64(lookahead) * ticks }
        return Int64(speex?.lookahead ?? 0)
    }

    private var frameLength: Int {
        if let length = opus?.configuration.frameLength { return length }
        return speex?.packetLength ?? 0
    }

    func setBitrate(_ bitrate: Int) throws(CodecError) {
        if opus != nil { try opus?.setBitrate(bitrate) }
        if speex != nil { try speex?.setBitrate(bitrate) }
    }

    /// Takes decoded samples.
    func push(
        _ pcm: ArraySlice<Float>, rate: Int, channels: Int, output: TranscodeOutput
    ) throws(CodecError) {
        mix(pcm, channels)
        if rate == target.sampleRate {
            if resampler != nil { try drain() }
            append(mixed[...])
        } else {
            if let known = resampler?.inputRate, known != rate { try drain() }
            if resampler == nil {
                resampler = try Resampler(
                    inputRate: rate, outputRate: target.sampleRate, channels: target.channels)
            }
            let room = (resampler?.outputCapacity(for: mixed.count / target.channels) ?? 0) * target.channels
            if resampled.count < room { resampled = [Float](repeating: 0, count: room) }
            var span = resampled.mutableSpan
            let count = try resampler?.process(mixed.span, into: &span) ?? 0
            append(resampled[0..<(count * target.channels)])
        }
        try encode(all: false, output: output)
    }

    /// Encodes what is left; the last packet ends where the samples do.
    func finish(output: TranscodeOutput) throws(CodecError) {
        if resampler != nil { try drain() }
        let length = max(frameLength, 1)
        // Silence for the encoder's delay, and to fill the last frame.
        let lookahead = Int(preSkip / ticks)
        let missing = lookahead + length * 2
        if frameLength > 0 { waiting.append(contentsOf: repeatElement(0, count: missing * target.channels)) }
        try encode(all: true, output: output)
    }

    private func drain() throws(CodecError) {
        while true {
            if resampled.isEmpty { resampled = [Float](repeating: 0, count: 4096) }
            var span = resampled.mutableSpan
            let count = try resampler?.drain(into: &span) ?? 0
            guard count > 0 else { break }
            append(resampled[0..<(count * target.channels)])
        }
        resampler = nil
    }

    private func append(_ samples: ArraySlice<Float>) {
        waiting.append(contentsOf: samples)
        total += Int64(samples.count / target.channels)
    }

    private func mix(_ pcm: ArraySlice<Float>, _ channels: Int) {
        mixed.removeAll(keepingCapacity: true)
        switch (channels, target.channels) {
        case let (source, wanted) where source == wanted:
            mixed.append(contentsOf: pcm)
        case (1, let wanted):
            for sample in pcm { for _ in 0..<wanted { mixed.append(sample) } }
        default:
            for start in stride(from: pcm.startIndex, to: pcm.endIndex - channels + 1, by: channels) {
                let mean = pcm[start..<(start + channels)].reduce(0, +) / Float(channels)
                for _ in 0..<target.channels { mixed.append(mean) }
            }
        }
    }

    private func encode(all: Bool, output: TranscodeOutput) throws(CodecError) {
        guard case .pcm = target else { return try encodeFrames(all: all, output: output) }
        let count = Int64(waiting.count / target.channels)
        guard count > 0 else { return }
        let info = TranscodedPacket(target: index, start: position, duration: count, isKeyFrame: true)
        var ready: [Float] = []
        swap(&ready, &waiting)
        try output(info, ready.span.bytes)
        ready.removeAll(keepingCapacity: true)
        swap(&ready, &waiting)
        position += count
    }

    private func encodeFrames(all: Bool, output: TranscodeOutput) throws(CodecError) {
        let end = all ? total * ticks : Int64.max
        while true {
            let length = frameLength * target.channels
            guard waiting.count - taken >= length else { break }
            let start = position * ticks - preSkip
            let natural = Int64(frameLength) * ticks
            guard start < end else { break }
            let size = try encodeFrame(waiting[taken..<(taken + length)])
            taken += length
            position += Int64(length / target.channels)
            let info = TranscodedPacket(
                target: index, start: start, duration: min(natural, end - start), isKeyFrame: true)
            let bytes = packet[0..<size]
            try output(info, bytes.span.bytes)
        }
        if taken > 0 {
            waiting.removeSubrange(0..<taken)
            taken = 0
        }
    }

    private func encodeFrame(_ pcm: ArraySlice<Float>) throws(CodecError) -> Int {
        var span = packet.mutableSpan
        var bytes = span.mutableBytes
        if opus != nil { return try opus?.encode(pcm.span, into: &bytes) ?? 0 }
        return try speex?.encode(pcm.span, into: &bytes) ?? 0
    }
}
