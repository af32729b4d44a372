import Codec

/// Encodes mono sound at 48 kHz, packet by packet, in whatever format a mix is wanted.
final class FrameEncoder {
    /// Bytes that a packet may have.
    static let largestPacket = 1_275

    /// Samples at 48 kHz in each packet.
    let packetSamples: Int
    private var opus: OpusEncoder?
    private var speex: SpeexEncoder?
    private var resampler: Resampler?
    private var narrow: [Float] = []

    /// Makes an encoder.
    ///
    /// - Parameter complexity: Opus's, 0…10.
    init(_ configuration: MixConfiguration, complexity: Int) throws(CodecError) {
        switch configuration.format {
        case .opus:
            var settings = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
            // Redundancy is the speech modes' alone.
            settings.application = configuration.expectedLoss > 0 ? .voip : .audio
            settings.bitrate = configuration.bitrate
            settings.complexity = complexity
            settings.frameDuration = configuration.ticks == 3 ? .ms60 : configuration.ticks == 2 ? .ms40 : .ms20
            settings.forwardErrorCorrection = configuration.expectedLoss > 0
            settings.expectedLoss = min(configuration.expectedLoss, 100)
            opus = try OpusEncoder(settings)
            packetSamples = configuration.ticks * MixInput.tickSamples
        case .speex(let band):
            var settings = SpeexEncoderConfiguration(band: band, bitrate: configuration.bitrate)
            settings.framesPerPacket = configuration.ticks...configuration.ticks
            settings.variableBitrate = configuration.variableBitrate
            // Listeners pass between encoders, whose states their decoders do not share.
            settings.expectedLoss = 40
            let encoder = try SpeexEncoder(settings)
            let length = encoder.packetLength
            speex = consume encoder
            packetSamples = length * 48_000 / band.sampleRate
            narrow = [Float](repeating: 0, count: length + band.frameLength)
            resampler = try Resampler(inputRate: 48_000, outputRate: band.sampleRate, quality: 3)
            try fillFilter()
        }
    }

    /// Encodes a packet's worth of samples; the packet's length, 0 where it could not be made.
    func encode(_ samples: [Float], into packet: inout MutableRawSpan) -> Int {
        if opus != nil { return (try? opus?.encode(samples.span, into: &packet)) ?? 0 }
        var span = narrow.mutableSpan
        let count = (try? resampler?.process(samples.span, into: &span)) ?? 0
        guard let length = speex?.packetLength, count >= length else { return 0 }
        let frame = narrow
        return (try? speex?.encode(frame.span.extracting(0..<length), into: &packet)) ?? 0
    }

    /// Whether the next packets do without what came before; Speex always leans on it a little.
    func setIndependent(_ isIndependent: Bool) {
        try? opus?.setPredictionDisabled(isIndependent)
    }

    /// Fills the resampler's filter with silence, so that each packet gives as many samples as it lasts.
    private func fillFilter() throws(CodecError) {
        guard let latency = resampler?.inputLatency else { return }
        let silence = [Float](repeating: 0, count: latency)
        var span = narrow.mutableSpan
        _ = try resampler?.process(silence.span, into: &span)
    }
}
