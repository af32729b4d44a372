internal import CSpeex

/// Encodes speech to Speex packets (RFC 5574) with libspeex.
///
/// Owns one encoder state. Nothing is allocated after `init`.
public struct SpeexEncoder: ~Copyable, @unchecked Sendable {
    // Sendable: libspeex's states are plain memory, and a value that cannot be copied has one owner at a time.
    private let state: UnsafeMutableRawPointer
    private let bits: UnsafeMutablePointer<SpeexBits>
    /// One frame in the library's scale; it writes there, too.
    private let frame: UnsafeMutablePointer<Float>

    /// The configuration in force.
    public private(set) var configuration: SpeexEncoderConfiguration
    /// The mode that was found to fit, and how many frames go into a packet.
    public private(set) var rate: SpeexRate
    /// Whether the last packet is silence that need not be sent (DTX).
    public private(set) var isSilent = false

    /// Samples for each channel that ``encode(_:into:)`` takes.
    public var packetLength: Int { configuration.band.frameLength * rate.framesPerPacket }

    /// Bits of a frame at each quality, by the library's own account.
    private let ladder: [Int]
    /// In-band stereo costs 17 bits a frame.
    private static let stereoBits = 17

    /// Sets up an encoder.
    /// - Throws: `invalidConfiguration` when a value is out of range, or no mode fits under the bitrate.
    public init(_ configuration: SpeexEncoderConfiguration) throws(CodecError) {
        try configuration.validate()
        guard let created = speex_encoder_init(cspeex_mode(Int32(configuration.band.rawValue))) else {
            throw .outOfMemory
        }
        let extra = configuration.channels == 2 ? Self.stereoBits : 0
        let ladder = (0...10).map { Self.bitsPerFrame(created, quality: $0) + extra }
        guard
            let rate = SpeexRate(
                under: configuration.bitrate, framesPerPacket: configuration.framesPerPacket, ladder: ladder)
        else {
            speex_encoder_destroy(created)
            throw .invalidConfiguration("no Speex mode under \(configuration.bitrate) bit/s")
        }
        state = created
        self.ladder = ladder
        self.rate = rate
        self.configuration = configuration
        bits = .allocate(capacity: 1)
        speex_bits_init(bits)
        frame = .allocate(capacity: configuration.band.frameLength * configuration.channels)
        apply()
    }

    deinit {
        speex_encoder_destroy(state)
        speex_bits_destroy(bits)
        bits.deallocate()
        frame.deallocate()
    }

    /// Encodes one packet.
    /// - Parameters:
    ///   - pcm: interleaved samples, nominally -1...1; ``packetLength`` for each channel.
    ///   - packet: where the packet goes; `rate.packetSize` bytes are enough.
    /// - Returns: the packet's length in bytes.
    public mutating func encode(_ pcm: Span<Float>, into packet: inout MutableRawSpan) throws(CodecError) -> Int {
        let frameLength = configuration.band.frameLength
        let channels = configuration.channels
        guard pcm.count == packetLength * channels else { throw .wrongInputSize }
        speex_bits_reset(bits)
        var worthSending = false
        for index in 0..<rate.framesPerPacket {
            let offset = index * frameLength * channels
            for sample in 0..<(frameLength * channels) {
                let value = pcm[offset + sample] * 32_768
                frame[sample] = value.isFinite ? min(max(value, -32_768), 32_767) : 0
            }
            if channels == 2 { speex_encode_stereo(frame, Int32(frameLength), bits) }
            if speex_encode(state, frame, bits) != 0 { worthSending = true }
        }
        isSilent = !worthSending
        let size = Int(speex_bits_nbytes(bits))
        guard size <= packet.byteCount else { throw .bufferTooSmall }
        let bits = self.bits
        return packet.withUnsafeMutableBytes { output in
            guard let base = output.baseAddress else { return 0 }
            return Int(speex_bits_write(bits, base.assumingMemoryBound(to: CChar.self), Int32(size)))
        }
    }

    /// Sets the ceiling in bit/s from the next packet on; ``packetLength`` may change.
    public mutating func setBitrate(_ bitrate: Int) throws(CodecError) {
        guard let rate = SpeexRate(under: bitrate, framesPerPacket: configuration.framesPerPacket, ladder: ladder)
        else {
            throw .invalidConfiguration("no Speex mode under \(bitrate) bit/s")
        }
        configuration.bitrate = bitrate
        self.rate = rate
        apply()
    }

    /// Forgets what was encoded so far.
    public mutating func reset() {
        speex_encoder_ctl(state, SPEEX_RESET_STATE, nil)
    }

    /// Samples by which decoded output lags the input: what a decoder leaves out at the start.
    public var lookahead: Int {
        Self.get(state, SPEEX_GET_LOOKAHEAD)
    }

    private mutating func apply() {
        var quality = Float(rate.quality)
        Self.set(state, SPEEX_SET_COMPLEXITY, configuration.complexity)
        Self.set(state, SPEEX_SET_PLC_TUNING, configuration.expectedLoss)
        // Below the third mode there is nothing to choose from, and the library's choice would exceed the ceiling.
        let isVariable = configuration.variableBitrate && rate.quality >= 2
        Self.set(state, SPEEX_SET_VBR, isVariable ? 1 : 0)
        if isVariable {
            speex_encoder_ctl(state, SPEEX_SET_VBR_QUALITY, &quality)
            // The library picks among the modes up to this rate, which is the best one's without its padding.
            let stereo = configuration.channels == 2 ? Self.stereoBits : 0
            Self.set(state, SPEEX_SET_VBR_MAX_BITRATE, (rate.bitsPerFrame - stereo) * 50)
        } else {
            Self.set(state, SPEEX_SET_QUALITY, rate.quality)
            // Of noise it would make the second wideband mode, which is larger than the first.
            let canDetect = configuration.band == .narrow || rate.quality >= 1
            let detects = configuration.voiceActivityDetection || configuration.variableBitrate
            Self.set(state, SPEEX_SET_VAD, detects && canDetect ? 1 : 0)
        }
        Self.set(state, SPEEX_SET_DTX, configuration.discontinuousTransmission ? 1 : 0)
    }

    private static func bitsPerFrame(_ state: UnsafeMutableRawPointer, quality: Int) -> Int {
        set(state, SPEEX_SET_QUALITY, quality)
        return get(state, SPEEX_GET_BITRATE) / 50
    }

    private static func set(_ state: UnsafeMutableRawPointer, _ request: Int32, _ value: Int) {
        var value = Int32(clamping: value)
        speex_encoder_ctl(state, request, &value)
    }

    private static func get(_ state: UnsafeMutableRawPointer, _ request: Int32) -> Int {
        var value: Int32 = 0
        speex_encoder_ctl(state, request, &value)
        return Int(value)
    }
}
