internal import CSpeex

/// Decodes Speex packets (RFC 5574) with libspeex, and fills in for those that were lost.
///
/// Owns one decoder state. Nothing is allocated after `init`.
public struct SpeexDecoder: ~Copyable, @unchecked Sendable {
    // Sendable: libspeex's states are plain memory, and a value that cannot be copied has one owner at a time.
    private let state: UnsafeMutableRawPointer
    private let bits: UnsafeMutablePointer<SpeexBits>
    private let stereo: UnsafeMutablePointer<SpeexStereoState>
    private let frame: UnsafeMutablePointer<Float>
    /// Room for a frame of both channels.
    private let integers: UnsafeMutablePointer<Int16>

    /// The bandwidth of the output. Packets of a lower one are decoded too.
    public let band: SpeexBand
    /// 1, or 2 for in-band intensity stereo.
    public let channels: Int

    /// Sets up a decoder.
    /// - Parameters:
    ///   - band: gives the sampling rate of the output.
    ///   - channels: 1 or 2.
    ///   - enhancement: whether the output is made to sound better than it was coded; `speexdec` does by default.
    public init(band: SpeexBand, channels: Int = 1, enhancement: Bool = true) throws(CodecError) {
        guard (1...2).contains(channels) else { throw .invalidConfiguration("\(channels) Speex channels") }
        guard let created = speex_decoder_init(cspeex_mode(Int32(band.rawValue))) else { throw .outOfMemory }
        guard let stereo = speex_stereo_state_init() else {
            speex_decoder_destroy(created)
            throw .outOfMemory
        }
        state = created
        self.stereo = stereo
        self.band = band
        self.channels = channels
        bits = .allocate(capacity: 1)
        speex_bits_init(bits)
        frame = .allocate(capacity: band.frameLength)
        integers = .allocate(capacity: band.frameLength * 2)
        var on: Int32 = enhancement ? 1 : 0
        speex_decoder_ctl(state, SPEEX_SET_ENH, &on)
        if channels == 2 {
            var callback = SpeexCallback()
            callback.callback_id = SPEEX_INBAND_STEREO
            callback.func = speex_std_stereo_request_handler
            callback.data = UnsafeMutableRawPointer(stereo)
            speex_decoder_ctl(state, SPEEX_SET_HANDLER, &callback)
        }
    }

    deinit {
        speex_decoder_destroy(state)
        speex_bits_destroy(bits)
        speex_stereo_state_destroy(stereo)
        bits.deallocate()
        frame.deallocate()
        integers.deallocate()
    }

    /// Samples by which the output lags what the packets' times say, on top of the encoder's lookahead.
    public var lookahead: Int {
        var value: Int32 = 0
        speex_decoder_ctl(state, SPEEX_GET_LOOKAHEAD, &value)
        return Int(value)
    }

    /// Decodes one packet.
    /// - Parameters:
    ///   - packet: any bytes are safe.
    ///   - pcm: receives interleaved samples, nominally -1...1.
    /// - Returns: samples per channel: a multiple of 20 ms.
    /// - Throws: `invalidPacket` before anything is decoded, `bufferTooSmall`.
    public mutating func decode(_ packet: RawSpan, into pcm: inout MutableSpan<Float>) throws(CodecError) -> Int {
        guard let parsed = SpeexPacket(packet) else { throw .invalidPacket }
        let samples = parsed.frameCount * band.frameLength
        guard samples * channels <= pcm.count else { throw .bufferTooSmall }
        let bits = self.bits
        packet.withUnsafeBytes { input in
            guard let base = input.baseAddress else { return }
            speex_bits_read_from(bits, base.assumingMemoryBound(to: CChar.self), Int32(input.count))
        }
        for index in 0..<parsed.frameCount {
            guard speex_decode(state, bits, frame) == 0 else {
                guard index > 0 else { throw .invalidPacket }
                return index * band.frameLength
            }
            finish(into: &pcm, at: index * band.frameLength)
        }
        return samples
    }

    /// Invents the next frame of 20 ms (packet loss concealment).
    /// - Returns: samples per channel.
    public mutating func conceal(into pcm: inout MutableSpan<Float>) throws(CodecError) -> Int {
        guard band.frameLength * channels <= pcm.count else { throw .bufferTooSmall }
        guard speex_decode(state, nil, frame) == 0 else { throw .library(code: -2) }
        finish(into: &pcm, at: 0)
        return band.frameLength
    }

    /// Forgets what was decoded so far.
    public mutating func reset() {
        speex_decoder_ctl(state, SPEEX_RESET_STATE, nil)
        speex_stereo_state_reset(stereo)
    }

    /// Brings the decoded frame to the caller's scale and place.
    private mutating func finish(into pcm: inout MutableSpan<Float>, at offset: Int) {
        let frameLength = band.frameLength
        guard channels == 2 else {
            for sample in 0..<frameLength {
                let value = frame[sample]
                pcm[offset + sample] = value.isFinite ? value / 32_768 : 0
            }
            return
        }
        // As speexdec does: the sides are weighed in whole numbers.
        for sample in 0..<frameLength { integers[sample] = PCMConversion.int16(frame[sample] / 32_768) }
        speex_decode_stereo_int(integers, Int32(frameLength), stereo)
        for sample in 0..<(frameLength * 2) { pcm[offset * 2 + sample] = PCMConversion.float(integers[sample]) }
    }
}
