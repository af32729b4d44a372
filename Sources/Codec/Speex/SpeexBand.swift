/// Speex's three bandwidths (RFC 5574 section 3): the audio up to half the sampling rate is coded.
public enum SpeexBand: Int, CaseIterable, Sendable {
    /// 8 kHz.
    case narrow = 0
    /// 16 kHz.
    case wide = 1
    /// 32 kHz.
    case ultraWide = 2

    /// In Hz.
    public var sampleRate: Int { 8000 << rawValue }

    /// Samples in a frame of 20 ms.
    public var frameLength: Int { 160 << rawValue }

    /// The band for a sampling rate of 8000, 16000 or 32000 Hz.
    public init?(sampleRate: Int) {
        guard let match = Self.allCases.first(where: { $0.sampleRate == sampleRate }) else { return nil }
        self = match
    }
}
