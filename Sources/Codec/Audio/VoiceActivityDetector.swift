import Glibc

/// Tells speech from background noise, a packet at a time.
///
/// Follows the level of the noise as the lowest that was heard lately, and takes for speech what stands out from it, with
/// a hangover so that the ends of words are kept. Costs one pass over the samples and allocates nothing.
public struct VoiceActivityDetector: Sendable {
    /// How far above the noise speech begins, in dB.
    public var threshold: Float = 9
    /// What is quieter than this never counts as speech, in dB below full scale (-dBov).
    public var floor: Float = 65
    /// How long speech goes on after the last loud packet, in seconds.
    public var hangover = 0.25

    /// Whether somebody speaks, as of the last packet.
    public private(set) var isSpeech = false
    /// The level of the last packet.
    public private(set) var level = AudioLevel.silence

    /// Of the noise, in dB below full scale; the larger the quieter.
    private var noise: Float = 70
    private var hasNoise = false
    private var quietFor = 1e9

    /// A detector that has heard nothing.
    public init() {}

    /// Judges a packet.
    /// - Parameters:
    ///   - pcm: samples, nominally -1...1; channels may be interleaved.
    ///   - duration: of the packet, in seconds.
    /// - Returns: whether somebody speaks.
    @discardableResult
    public mutating func process(_ pcm: Span<Float>, duration: Double) -> Bool {
        judge(meanSquare: AudioLevel.meanSquare(of: pcm), duration: duration)
    }

    /// Judges a packet by its level alone, as where a sender tells it (RFC 6464) and nothing is decoded.
    @discardableResult
    public mutating func process(_ level: AudioLevel, duration: Double) -> Bool {
        judge(meanSquare: powf(10, -Float(level.rawValue) / 10), duration: duration)
    }

    private mutating func judge(meanSquare: Float, duration: Double) -> Bool {
        level = AudioLevel(meanSquare: meanSquare)
        let quietness = meanSquare > 1e-12 ? -10 * log10f(meanSquare) : 120
        if !hasNoise {
            hasNoise = true
            noise = max(quietness, 50)
        }
        // Down to the noise at once, up from it slowly: 3 dB a second, so that sentences are not taken for noise.
        if quietness > noise {
            noise += (min(quietness, 90) - noise) * min(1, Float(duration) * 8)
        } else {
            noise -= min(noise - quietness, Float(duration) * 3)
        }
        let standsOut = noise - quietness > threshold && quietness < floor
        quietFor = standsOut ? 0 : quietFor + duration
        isSpeech = quietFor < hangover || standsOut
        return isSpeech
    }
}
