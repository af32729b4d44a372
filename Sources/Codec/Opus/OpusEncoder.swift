internal import COpus

/// Encodes speech and music to Opus packets (RFC 6716) with libopus.
///
/// Owns one encoder state. Nothing is allocated after `init`.
public struct OpusEncoder: ~Copyable, @unchecked Sendable {
    // Sendable: libopus keeps no global or thread-bound state, and a value that cannot be copied has one owner at a
    // time, so that moving it to another thread is safe.
    private let state: OpaquePointer
    private var bucket: BitrateBucket

    /// The configuration in force; setters keep it current.
    public private(set) var configuration: OpusEncoderConfiguration

    /// The longest packet that the encoder makes, in bytes (RFC 6716 section 3.2: 1275 a frame, three frames in 60 ms).
    public static let maximumPacketSize = 1275 * 3 + 7

    /// Sets up an encoder.
    /// - Throws: `invalidConfiguration` when a value is out of range, `outOfMemory`.
    public init(_ configuration: OpusEncoderConfiguration) throws(CodecError) {
        state = try Self.makeState(configuration)
        bucket = configuration.bucket
        self.configuration = configuration
    }

    deinit {
        opus_encoder_destroy(state)
    }

    /// Encodes one frame.
    /// - Parameters:
    ///   - pcm: interleaved samples, nominally -1...1; `configuration.frameLength` for each channel.
    ///   - packet: where the packet goes; its length is an upper limit to the packet's.
    /// - Returns: the packet's length in bytes. With DTX 1 or 2 mean that the packet need not be sent.
    public mutating func encode(_ pcm: Span<Float>, into packet: inout MutableRawSpan) throws(CodecError) -> Int {
        let frameLength = configuration.frameLength
        guard pcm.count == frameLength * configuration.channels else { throw .wrongInputSize }
        let state = self.state
        let limit = configuration.rateControl == .capped ? bucket.allowance : Self.maximumPacketSize
        let length = pcm.withUnsafeBufferPointer { input in
            packet.withUnsafeMutableBytes { output -> Int32 in
                guard let samples = input.baseAddress, let bytes = output.baseAddress, output.count > 0 else {
                    return OPUS_BUFFER_TOO_SMALL
                }
                return opus_encode_float(
                    state, samples, Int32(frameLength), bytes.assumingMemoryBound(to: UInt8.self),
                    Int32(clamping: min(output.count, limit)))
            }
        }
        if length < 0 { throw length == OPUS_BUFFER_TOO_SMALL ? .bufferTooSmall : .library(code: length) }
        bucket.spend(Int(length))
        return Int(length)
    }

    /// Forgets what was encoded so far, keeps the settings.
    public mutating func reset() {
        _ = copus_encoder_reset(state)
        bucket = configuration.bucket
    }

    /// Samples (per channel, at the input's rate) by which decoded output lags the input: the Ogg "pre-skip".
    public var lookahead: Int {
        var value: Int32 = 0
        _ = copus_encoder_get(state, OPUS_GET_LOOKAHEAD_REQUEST, &value)
        return Int(value)
    }

    /// Whether the last frame was left out or sent as silence by DTX.
    public var isInDTX: Bool {
        var value: Int32 = 0
        _ = copus_encoder_get(state, OPUS_GET_IN_DTX_REQUEST, &value)
        return value != 0
    }
}

// MARK: - Changes while running

extension OpusEncoder {
    /// Sets the target in bit/s, from the next frame on.
    public mutating func setBitrate(_ bitrate: Int) throws(CodecError) {
        guard OpusEncoderConfiguration.bitrates.contains(bitrate) else {
            throw .invalidConfiguration("an Opus bitrate of \(bitrate)")
        }
        try Self.set(state, OPUS_SET_BITRATE_REQUEST, bitrate)
        configuration.bitrate = bitrate
        bucket.bitrate = bitrate
    }

    /// Sets the expected packet loss in per cent, 0 to 100.
    public mutating func setExpectedLoss(_ percent: Int) throws(CodecError) {
        try Self.set(state, OPUS_SET_PACKET_LOSS_PERC_REQUEST, percent)
        configuration.expectedLoss = percent
    }

    /// Switches in-band forward error correction.
    public mutating func setForwardErrorCorrection(_ on: Bool) throws(CodecError) {
        try Self.set(state, OPUS_SET_INBAND_FEC_REQUEST, on ? 1 : 0)
        configuration.forwardErrorCorrection = on
    }

    /// Switches discontinuous transmission.
    public mutating func setDiscontinuousTransmission(_ on: Bool) throws(CodecError) {
        try Self.set(state, OPUS_SET_DTX_REQUEST, on ? 1 : 0)
        configuration.discontinuousTransmission = on
    }

    /// Sets the complexity, 0 to 10.
    public mutating func setComplexity(_ complexity: Int) throws(CodecError) {
        try Self.set(state, OPUS_SET_COMPLEXITY_REQUEST, complexity)
        configuration.complexity = complexity
    }

    /// Whether packets are made independent of those before them: needed where two encoders' streams are joined.
    public mutating func setPredictionDisabled(_ disabled: Bool) throws(CodecError) {
        try Self.set(state, OPUS_SET_PREDICTION_DISABLED_REQUEST, disabled ? 1 : 0)
        configuration.predictionDisabled = disabled
    }

    /// Sets how much audio the frames from now on hold.
    public mutating func setFrameDuration(_ duration: OpusFrameDuration) {
        configuration.frameDuration = duration
        bucket = configuration.bucket
    }

    private static func makeState(_ configuration: OpusEncoderConfiguration) throws(CodecError) -> OpaquePointer {
        try configuration.validate()
        var status: Int32 = 0
        let created = opus_encoder_create(
            Int32(configuration.sampleRate), Int32(configuration.channels), configuration.application.libraryValue,
            &status)
        guard let state = created else {
            throw status == OPUS_ALLOC_FAIL ? .outOfMemory : .library(code: status)
        }
        let settings: [(Int32, Int)] = [
            (OPUS_SET_BITRATE_REQUEST, configuration.bitrate),
            (OPUS_SET_COMPLEXITY_REQUEST, configuration.complexity),
            (OPUS_SET_VBR_REQUEST, configuration.rateControl == .constant ? 0 : 1),
            (OPUS_SET_VBR_CONSTRAINT_REQUEST, configuration.rateControl == .variable ? 0 : 1),
            (OPUS_SET_INBAND_FEC_REQUEST, configuration.forwardErrorCorrection ? 1 : 0),
            (OPUS_SET_PACKET_LOSS_PERC_REQUEST, configuration.expectedLoss),
            (OPUS_SET_DTX_REQUEST, configuration.discontinuousTransmission ? 1 : 0),
            (OPUS_SET_PREDICTION_DISABLED_REQUEST, configuration.predictionDisabled ? 1 : 0),
        ]
        do throws(CodecError) {
            for (request, value) in settings { try set(state, request, value) }
        } catch {
            opus_encoder_destroy(state)
            throw error
        }
        return state
    }

    private static func set(_ state: OpaquePointer, _ request: Int32, _ value: Int) throws(CodecError) {
        let status = copus_encoder_set(state, request, Int32(clamping: value))
        guard status == OPUS_OK else {
            throw status == OPUS_BAD_ARG
                ? .invalidConfiguration("Opus setting \(request) to \(value)") : .library(code: status)
        }
    }
}

extension OpusEncoderConfiguration {
    /// The bitrates that Opus has, in bit/s.
    static let bitrates = 500...512_000

    /// The sampling rates that Opus takes, in Hz.
    static let sampleRates = [8000, 12_000, 16_000, 24_000, 48_000]

    var bucket: BitrateBucket {
        BitrateBucket(bitrate: bitrate, frameTicks: frameLength, ticksPerSecond: sampleRate)
    }

    func validate() throws(CodecError) {
        guard Self.sampleRates.contains(sampleRate) else {
            throw .invalidConfiguration("an Opus sampling rate of \(sampleRate) Hz")
        }
        guard (1...2).contains(channels) else { throw .invalidConfiguration("\(channels) Opus channels") }
        guard Self.bitrates.contains(bitrate) else { throw .invalidConfiguration("an Opus bitrate of \(bitrate)") }
        guard (0...10).contains(complexity) else {
            throw .invalidConfiguration("an Opus complexity of \(complexity)")
        }
        guard (0...100).contains(expectedLoss) else {
            throw .invalidConfiguration("an expected loss of \(expectedLoss) %")
        }
    }
}

extension OpusEncoderConfiguration.Application {
    fileprivate var libraryValue: Int32 {
        switch self {
        case .voip: OPUS_APPLICATION_VOIP
        case .audio: OPUS_APPLICATION_AUDIO
        case .lowDelay: OPUS_APPLICATION_RESTRICTED_LOWDELAY
        }
    }
}
