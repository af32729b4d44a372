/// Decodes one audio format to float samples, and fills in for what was lost.
///
/// A class so that a transcoder can change it for another; it is used by its transcoder alone.
final class AudioSource {
    let format: MediaFormat
    /// Sampling rate of the decoded samples in Hz.
    let sampleRate: Int
    /// Channels of the decoded samples.
    let channels: Int

    private var opus: OpusDecoder?
    private var speex: SpeexDecoder?

    init(_ format: MediaFormat) throws(CodecError) {
        self.format = format
        switch format {
        case .opus(let header):
            guard header.mappingFamily == 0, header.channels <= 2 else {
                throw .invalidConfiguration("Opus with \(header.channels) channels")
            }
            // At a lower rate libopus would cut the band off more roughly than the resampler does.
            sampleRate = 48_000
            channels = header.channels
            opus = try OpusDecoder(sampleRate: sampleRate, channels: channels)
            if header.outputGain != 0 { opus?.setGain(header.outputGain) }
        case .speex(let header):
            // The band's rate: a header that says another one plays faster or slower, as speexdec has it.
            sampleRate = header.sampleRate
            channels = header.channels
            speex = try SpeexDecoder(band: header.band, channels: header.channels)
        case .pcm(let pcm):
            sampleRate = pcm.sampleRate
            channels = pcm.channels
        default:
            throw .invalidConfiguration("audio of the format \(format.name)")
        }
    }

    /// Samples by which the output lags the packets' times.
    var delay: Int64 {
        Int64(speex?.lookahead ?? 0)
    }

    /// Room for the longest packet, in samples of all channels.
    var capacity: Int { max(sampleRate * 120 / 1000, 640 * 10, 1 << 16) * channels }

    /// Decodes a packet; samples per channel.
    func decode(_ packet: RawSpan, into pcm: inout [Float]) throws(CodecError) -> Int {
        if case .pcm(let format) = format { return Self.convert(packet, format, into: &pcm) }
        var span = pcm.mutableSpan
        if opus != nil { return try opus?.decode(packet, into: &span) ?? 0 }
        return try speex?.decode(packet, into: &span) ?? 0
    }

    /// How many samples per channel, lost before this packet, the copy in it can bring back: at most its own length.
    func remembered(by next: RawSpan, atMost samples: Int) -> Int {
        guard opus != nil, let parsed = OpusPacket(next), parsed.hasForwardErrorCorrection else { return 0 }
        let step = sampleRate / 400
        return min(samples, parsed.duration * sampleRate / 48_000) / step * step
    }

    /// Brings back so many samples per channel; 0 where the packet turns out to be damaged.
    func recover(from next: RawSpan, samples: Int, into pcm: inout [Float]) -> Int {
        var span = pcm.mutableSpan
        return (try? opus?.decodeFEC(of: next, samples: samples, into: &span)) ?? 0
    }

    /// Invents up to so many samples per channel; 0 where the format cannot, or no whole step is left.
    func conceal(atMost samples: Int, into pcm: inout [Float]) -> Int {
        var span = pcm.mutableSpan
        if opus != nil {
            let step = sampleRate / 400
            let wanted = min(samples, sampleRate / 50) / step * step
            guard wanted > 0 else { return 0 }
            return (try? opus?.conceal(samples: wanted, into: &span)) ?? 0
        }
        if case .speex(let header) = format, samples >= header.frameLength {
            return (try? speex?.conceal(into: &span)) ?? 0
        }
        return 0
    }

    /// What the decoder holds back: up to so many samples per channel after the last packet's.
    func tail(atMost samples: Int, into pcm: inout [Float]) -> Int {
        guard speex != nil else { return 0 }
        var span = pcm.mutableSpan
        return min(samples, (try? speex?.conceal(into: &span)) ?? 0)
    }

    private static func convert(_ packet: RawSpan, _ format: PCMFormat, into pcm: inout [Float]) -> Int {
        let frames = min(packet.byteCount / format.bytesPerFrame, pcm.count / format.channels)
        for index in 0..<(frames * format.channels) {
            switch format.encoding {
            case .int16: pcm[index] = PCMConversion.float(Int16(bitPattern: packet.littleEndian16(index * 2)))
            case .float32:
                let value = Float(bitPattern: packet.littleEndian32(index * 4))
                pcm[index] = value.isFinite ? min(max(value, -16), 16) : 0
            }
        }
        return frames
    }
}
