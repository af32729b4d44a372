import Codec

/// Decodes a track's packets, of whatever format, to mono at 48 kHz, and makes up for what was lost.
///
/// Lengths go in as ticks of the track's RTP clock; what comes out are samples at 48 kHz.
final class TrackDecoder {
    /// What a packet says of itself.
    struct Summary {
        /// What it holds, in ticks of the track's clock.
        var ticks: Int
        /// Whether it can stand in for the packet before it.
        var hasFEC: Bool
    }

    let format: AudioFormat
    private var opus: OpusDecoder?
    private var speex: SpeexDecoder?
    private var resampler: Resampler?
    private var narrow: [Float] = []

    /// Makes a decoder for a new track.
    init(_ format: AudioFormat) throws(CodecError) {
        self.format = format
        switch format {
        case .opus:
            opus = try OpusDecoder(sampleRate: 48_000, channels: 1)
        case .speex(let band):
            speex = try SpeexDecoder(band: band)
            resampler = try Resampler(inputRate: band.sampleRate, outputRate: 48_000, quality: 3)
            narrow = [Float](repeating: 0, count: band.frameLength * SpeexPacket.maximumFrameCount)
            try fillFilter()
        }
    }

    /// Reads what a payload says of itself; nil where it is none of the format's.
    func summary(of payload: RawSpan) -> Summary? {
        switch format {
        case .opus:
            guard let packet = OpusPacket(payload) else { return nil }
            return Summary(ticks: packet.duration, hasFEC: packet.hasForwardErrorCorrection)
        case .speex(let band):
            guard let packet = SpeexPacket(payload) else { return nil }
            return Summary(ticks: packet.frameCount * band.frameLength, hasFEC: false)
        }
    }

    /// Decodes a packet; the number of samples, 0 where it is broken.
    func decode(_ payload: RawSpan, into free: inout MutableSpan<Float>) -> Int {
        if opus != nil { return (try? opus?.decode(payload, into: &free)) ?? 0 }
        var span = narrow.mutableSpan
        let count = (try? speex?.decode(payload, into: &span)) ?? 0
        return widen(count, into: &free)
    }

    /// Rebuilds `ticks` before the packet from the redundancy in it.
    func recover(before payload: RawSpan, ticks: Int, into free: inout MutableSpan<Float>) -> Int {
        guard opus != nil else { return conceal(ticks: ticks, into: &free) }
        return (try? opus?.decodeFEC(of: payload, samples: Self.concealable(ticks), into: &free)) ?? 0
    }

    /// Makes up `ticks`.
    func conceal(ticks: Int, into free: inout MutableSpan<Float>) -> Int {
        if opus != nil { return (try? opus?.conceal(samples: Self.concealable(ticks), into: &free)) ?? 0 }
        guard let frame = speex?.band.frameLength else { return 0 }
        var written = 0
        for _ in 0..<max(1, min(SpeexPacket.maximumFrameCount, (ticks + frame / 2) / frame)) {
            var span = narrow.mutableSpan
            let count = (try? speex?.conceal(into: &span)) ?? 0
            var rest = free._mutatingExtracting(written..<free.count)
            let widened = widen(count, into: &rest)
            guard widened > 0 else { break }
            written += widened
        }
        return written
    }

    /// A length that Opus can make up: a multiple of 2.5 ms, at most 120 ms.
    private static func concealable(_ samples: Int) -> Int {
        min(max(1, (samples + 60) / 120) * 120, 5_760)
    }

    /// Fills the resampler's filter with silence, so that each packet gives as many samples as it lasts.
    private func fillFilter() throws(CodecError) {
        guard let latency = resampler?.inputLatency, latency <= narrow.count else { return }
        var scratch = [Float](repeating: 0, count: latency * 48_000 / format.clockRate + 16)
        var span = scratch.mutableSpan
        let silence = narrow
        _ = try resampler?.process(silence.span.extracting(0..<latency), into: &span)
    }

    /// Brings the first samples of ``narrow`` to 48 kHz.
    private func widen(_ count: Int, into free: inout MutableSpan<Float>) -> Int {
        guard count > 0 else { return 0 }
        // A span must not outlive its access to the property, so it is one of a local's.
        let samples = narrow
        return (try? resampler?.process(samples.span.extracting(0..<count), into: &free)) ?? 0
    }
}
