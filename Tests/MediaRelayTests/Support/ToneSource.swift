import Codec
import Glibc

@testable import MediaRelay

/// An endpoint's sound in a test: a sine, encoded in packets of 20 ms with an RTP header; Opus unless said otherwise.
final class ToneSource {
    let frequency: Double
    let ssrc: UInt32
    var amplitude: Float
    private let encode: (Span<Float>, inout MutableRawSpan) -> Int
    private let packetSamples: Int
    private let clockRate: Int
    private let payloadType: UInt8
    private var sample = 0
    private(set) var sequence: UInt16
    private var timestamp: UInt32

    init(frequency: Double, ssrc: UInt32, amplitude: Float = 0.3, fec: Bool = false) throws {
        self.frequency = frequency
        self.ssrc = ssrc
        self.amplitude = amplitude
        var configuration = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
        configuration.bitrate = 48_000
        configuration.application = fec ? .voip : .audio
        configuration.forwardErrorCorrection = fec
        configuration.expectedLoss = fec ? 10 : 0
        let encoder = Holder(try OpusEncoder(configuration))
        encode = { samples, bytes in (try? encoder.opus.encode(samples, into: &bytes)) ?? 0 }
        packetSamples = 960
        clockRate = 48_000
        payloadType = 96
        sequence = UInt16(truncatingIfNeeded: ssrc &* 7_919)
        timestamp = ssrc &* 1_000_003
    }

    /// A sine in packets of a mix's form.
    init(_ configuration: MixConfiguration, codec: RTPCodec, frequency: Double, ssrc: UInt32) throws {
        self.frequency = frequency
        self.ssrc = ssrc
        amplitude = 0.3
        let encoder = try FrameEncoder(configuration, complexity: 5)
        encode = { samples, bytes in
            var copy: [Float] = []
            for index in samples.indices { copy.append(samples[index]) }
            return encoder.encode(copy, into: &bytes)
        }
        packetSamples = encoder.packetSamples
        clockRate = configuration.format.clockRate
        payloadType = SimulatedRelay.Media.payloadType(codec)
        sequence = UInt16(truncatingIfNeeded: ssrc &* 7_919)
        timestamp = ssrc &* 1_000_003
    }

    /// An encoder in a place where it can be changed.
    private final class Holder {
        var opus: OpusEncoder

        init(_ opus: consuming OpusEncoder) {
            self.opus = opus
        }
    }

    /// How long a packet lasts, in ms.
    var packetTime: Int { packetSamples / 48 }

    /// The next packet.
    func next(level: UInt8? = nil) throws -> [UInt8] {
        var pcm = [Float](repeating: 0, count: packetSamples)
        for index in pcm.indices {
            let phase = 2 * Double.pi * frequency * Double(sample + index) / 48_000
            pcm[index] = amplitude * Float(sin(phase))
        }
        sample += pcm.count
        var payload = [UInt8](repeating: 0, count: 1_500)
        var span = payload.mutableSpan
        var bytes = span.mutableBytes
        let length = encode(pcm.span, &bytes)
        let header = RTPHeader(
            payloadType: payloadType, sequenceNumber: SequenceNumber(sequence), timestamp: timestamp, ssrc: ssrc)
        sequence &+= 1
        timestamp &+= UInt32(packetSamples * clockRate / 48_000)
        return Self.packet(header, payload: payload[..<length], level: level)
    }

    /// Skips a packet: it is lost on the way.
    func lose() throws {
        _ = try next()
    }

    /// Puts header, audio level extension (identifier 1) and payload together.
    static func packet(_ header: RTPHeader, payload: ArraySlice<UInt8>, level: UInt8?) -> [UInt8] {
        var fixed = [UInt8](repeating: 0, count: RTPHeader.fixedLength)
        var span = fixed.mutableSpan
        var bytes = span.mutableBytes
        var cursor = 0
        try? header.write(into: &bytes, at: &cursor)
        guard let level else { return fixed + payload }
        fixed[0] |= 0x10
        return fixed + [0xBE, 0xDE, 0, 1, 0x10, level, 0, 0] + payload
    }
}

/// What a listener hears: decodes a stream of packets, Opus unless said otherwise.
struct ToneMeter {
    /// The decoded sound, mono at 48 kHz.
    let samples: [Float]

    init(_ packets: [[UInt8]], format: AudioFormat = .opus) throws {
        let decoder = try TrackDecoder(format)
        var all: [Float] = []
        var pcm = [Float](repeating: 0, count: 5_760)
        for packet in packets {
            var span = pcm.mutableSpan
            let count = decoder.decode(packet.span.bytes, into: &span)
            all.append(contentsOf: pcm[..<count])
        }
        samples = all
    }

    /// The amplitude of a tone in part of the sound, in dB of full scale (Goertzel, Hann window).
    func level(of frequency: Double, in range: Range<Int>? = nil) -> Double {
        let part = samples[(range ?? samples.indices).clamped(to: samples.indices)]
        let count = Double(part.count)
        var real = 0.0
        var imaginary = 0.0
        for (index, sample) in part.enumerated() {
            let window = 0.5 - 0.5 * cos(2 * Double.pi * Double(index) / count)
            let phase = 2 * Double.pi * frequency * Double(index) / 48_000
            real += Double(sample) * window * cos(phase)
            imaginary += Double(sample) * window * sin(phase)
        }
        let amplitude = 4 / count * (real * real + imaginary * imaginary).squareRoot()
        return 20 * log10(max(amplitude, 1e-9))
    }
}
