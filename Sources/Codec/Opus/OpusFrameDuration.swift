/// How much audio one Opus frame holds (RFC 6716 section 2.1.4).
public enum OpusFrameDuration: Int, CaseIterable, Sendable {
    /// 2.5 ms, the shortest; the raw values are microseconds.
    case ms2point5 = 2_500
    /// 5 ms.
    case ms5 = 5_000
    /// 10 ms.
    case ms10 = 10_000
    /// 20 ms, the usual choice.
    case ms20 = 20_000
    /// 40 ms.
    case ms40 = 40_000
    /// 60 ms, the longest.
    case ms60 = 60_000

    /// Samples per channel of a frame at this sampling rate (in Hz).
    @inlinable
    public func samples(at sampleRate: Int) -> Int {
        rawValue * sampleRate / 1_000_000
    }

    /// The duration of so many samples per channel at this rate, if it is one that Opus has.
    public init?(samples: Int, at sampleRate: Int) {
        guard let match = Self.allCases.first(where: { $0.samples(at: sampleRate) == samples }) else { return nil }
        self = match
    }

    /// The duration in milliseconds, if it is one that Opus has.
    public init?(milliseconds: Double) {
        self.init(rawValue: Int(milliseconds * 1000))
    }
}
