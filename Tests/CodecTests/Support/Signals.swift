import Glibc
import Synchronization

/// Sounds to encode.
enum Signals {
    private static let cache = Mutex<[String: [Float]]>([:])

    private static let text = """
        The quick brown fox jumps over the lazy dog, while seven wizards quietly mix a purple potion. \
        A relay passes what it hears to everyone in the room. How much of it can you understand at four \
        kilobits per second? Sixty-three percent of all statistics are made up on the spot. \
        She sells sea shells by the sea shore, and the shells she sells are surely sea shells.
        """

    /// About 20 s of speech by espeak-ng, one channel.
    static func speech(rate: Int) throws -> [Float] {
        let key = "speech \(rate)"
        if let known = cache.withLock({ $0[key] }) { return known }
        let scratch = try Scratch()
        try Tool.run("espeak-ng", "-w", scratch.path("a.wav"), text)
        let pcm = try Tool.ffmpeg(
            "-i", scratch.path("a.wav"), "-ar", "\(rate)", "-ac", "1", "-f", "f32le", "-")
        let samples = floats(pcm.bytes)
        cache.withLock { $0[key] = samples }
        return samples
    }

    static func floats(_ bytes: [UInt8]) -> [Float] {
        bytes.withUnsafeBytes { raw in
            (0..<(raw.count / 4)).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }

    static func int16s(_ bytes: [UInt8]) -> [Int16] {
        bytes.withUnsafeBytes { raw in
            (0..<(raw.count / 2)).map { raw.loadUnaligned(fromByteOffset: $0 * 2, as: Int16.self) }
        }
    }

    /// A sine of an amplitude between 0 and 1.
    static func sine(frequency: Double, rate: Int, count: Int, amplitude: Double = 0.5) -> [Float] {
        (0..<count).map { Float(amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate))) }
    }

    /// White noise of an amplitude between 0 and 1.
    static func noise(count: Int, amplitude: Float, seed: UInt64 = 1) -> [Float] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in Float.random(in: -amplitude...amplitude, using: &random) }
    }

    /// The ratio in dB of signal to difference over stretches of 20 ms that are not silent, each between -10 and 35.
    static func segmentalSNR(_ reference: ArraySlice<Float>, _ other: ArraySlice<Float>, rate: Int) -> Double {
        let length = rate / 50
        let count = min(reference.count, other.count)
        var sum = 0.0
        var segments = 0
        for start in stride(from: 0, to: count - length, by: length) {
            var signal = 1e-10
            var difference = 1e-10
            for offset in start..<(start + length) {
                let expected = Double(reference[reference.startIndex + offset])
                let error = expected - Double(other[other.startIndex + offset])
                signal += expected * expected
                difference += error * error
            }
            guard signal / Double(length) > 1e-5 else { continue }
            sum += min(max(10 * log10(signal / difference), -10), 35)
            segments += 1
        }
        return segments == 0 ? 0 : sum / Double(segments)
    }
}

/// Random numbers that are the same each time.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
