internal import COpus

/// Decodes Opus packets (RFC 6716) with libopus, and fills in for those that were lost.
///
/// Owns one decoder state. Nothing is allocated after `init`.
public struct OpusDecoder: ~Copyable, @unchecked Sendable {
    // Sendable: libopus keeps no global or thread-bound state, and a value that cannot be copied has one owner at a
    // time, so that moving it to another thread is safe.
    private let state: OpaquePointer

    /// Sampling rate of the output in Hz, whatever the packets hold.
    public let sampleRate: Int
    /// Channels of the output (interleaved), whatever the packets hold.
    public let channels: Int

    /// Samples per channel of the longest packet (120 ms).
    public var maximumFrameLength: Int { sampleRate * 120 / 1000 }

    /// Sets up a decoder.
    /// - Parameters:
    ///   - sampleRate: 8000, 12000, 16000, 24000 or 48000 Hz.
    ///   - channels: 1 or 2.
    public init(sampleRate: Int, channels: Int) throws(CodecError) {
        try OpusEncoderConfiguration(sampleRate: sampleRate, channels: channels).validate()
        var status: Int32 = 0
        guard let state = opus_decoder_create(Int32(sampleRate), Int32(channels), &status), status == OPUS_OK else {
            throw status == OPUS_ALLOC_FAIL ? .outOfMemory : .library(code: status)
        }
        self.state = state
        self.sampleRate = sampleRate
        self.channels = channels
    }

    deinit {
        opus_decoder_destroy(state)
    }

    /// Decodes one packet.
    /// - Parameters:
    ///   - packet: an Opus packet of at least one byte; any bytes are safe.
    ///   - pcm: receives interleaved samples, nominally -1...1.
    /// - Returns: samples per channel.
    /// - Throws: `invalidPacket`, `bufferTooSmall` (the packet holds more than `pcm` does); the state is unharmed.
    public mutating func decode(_ packet: RawSpan, into pcm: inout MutableSpan<Float>) throws(CodecError) -> Int {
        guard packet.byteCount > 0 else { throw .invalidPacket }
        return try decode(packet, capacity: pcm.count / channels, fec: false, into: &pcm)
    }

    /// Rebuilds the `samples` before `nextPacket`, which were lost, from the copy that it carries; conceals them where
    /// it carries none.
    /// - Parameters:
    ///   - samples: per channel; a multiple of 2.5 ms; best the lost packet's length.
    /// - Returns: samples per channel, equal to `samples`.
    public mutating func decodeFEC(
        of nextPacket: RawSpan, samples: Int, into pcm: inout MutableSpan<Float>
    ) throws(CodecError) -> Int {
        guard nextPacket.byteCount > 0 else { throw .invalidPacket }
        guard samples > 0, samples * channels <= pcm.count else { throw .bufferTooSmall }
        return try decode(nextPacket, capacity: samples, fec: true, into: &pcm)
    }

    /// Invents the next `samples` (packet loss concealment).
    /// - Parameters:
    ///   - samples: per channel; a multiple of 2.5 ms.
    /// - Returns: samples per channel, equal to `samples`.
    public mutating func conceal(samples: Int, into pcm: inout MutableSpan<Float>) throws(CodecError) -> Int {
        guard samples > 0, samples * channels <= pcm.count else { throw .bufferTooSmall }
        let state = self.state
        let count = pcm.withUnsafeMutableBufferPointer { output -> Int32 in
            guard let base = output.baseAddress else { return OPUS_BUFFER_TOO_SMALL }
            return opus_decode_float(state, nil, 0, base, Int32(clamping: samples), 0)
        }
        return try Self.checked(count)
    }

    /// Forgets what was decoded so far.
    public mutating func reset() {
        _ = copus_decoder_reset(state)
    }

    /// Sets the gain of the output in 1/256 dB, as an Ogg Opus header asks for (RFC 7845 section 5.1).
    public mutating func setGain(_ gain: Int16) {
        _ = copus_decoder_set(state, OPUS_SET_GAIN_REQUEST, Int32(gain))
    }

    private mutating func decode(
        _ packet: RawSpan, capacity: Int, fec: Bool, into pcm: inout MutableSpan<Float>
    ) throws(CodecError) -> Int {
        let state = self.state
        let count = packet.withUnsafeBytes { input in
            pcm.withUnsafeMutableBufferPointer { output -> Int32 in
                guard let base = output.baseAddress else { return OPUS_BUFFER_TOO_SMALL }
                return opus_decode_float(
                    state, input.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(clamping: input.count),
                    base, Int32(clamping: capacity), fec ? 1 : 0)
            }
        }
        return try Self.checked(count)
    }

    @inline(__always)
    private static func checked(_ count: Int32) throws(CodecError) -> Int {
        if count >= 0 { return Int(count) }
        switch count {
        case OPUS_INVALID_PACKET: throw .invalidPacket
        case OPUS_BUFFER_TOO_SMALL: throw .bufferTooSmall
        default: throw .library(code: count)
        }
    }
}
