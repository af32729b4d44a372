/// What a track of a file holds.
public enum MediaFormat: Sendable, Equatable {
    /// Opus; the clock runs at 48 kHz.
    case opus(OpusHeader)
    /// Speex; the clock runs at the header's rate.
    case speex(SpeexHeader)
    /// Theora; the clock counts frames.
    case theora(TheoraHeader)
    /// VP8; the clock is the container's.
    case vp8(VP8StreamHeader)
    /// Plain samples; the clock runs at their rate.
    case pcm(PCMFormat)
    /// Plain pictures; the clock counts frames.
    case pictures(PictureFormat)
    /// A stream that this program has no codec for.
    case unknown

    /// The name by which command lines and reports call it.
    public var name: String {
        switch self {
        case .opus: "opus"
        case .speex: "speex"
        case .theora: "theora"
        case .vp8: "vp8"
        case .pcm: "pcm"
        case .pictures: "pictures"
        case .unknown: "unknown"
        }
    }

    /// Whether the track is heard.
    public var isAudio: Bool {
        switch self {
        case .opus, .speex, .pcm: true
        default: false
        }
    }

    /// Whether the track is seen.
    public var isVideo: Bool {
        switch self {
        case .theora, .vp8, .pictures: true
        default: false
        }
    }

    /// Seconds for each tick of the track's clock.
    public var clock: MediaClock {
        switch self {
        case .opus: MediaClock(numerator: 1, denominator: 48_000)
        case .speex(let header): MediaClock(numerator: 1, denominator: header.sampleRate)
        case .theora(let header): MediaClock(frameRate: header.frameRate)
        case .vp8(let header): header.clock
        case .pcm(let format): MediaClock(numerator: 1, denominator: format.sampleRate)
        case .pictures(let format): MediaClock(frameRate: format.frameRate)
        case .unknown: MediaClock(numerator: 1, denominator: 1)
        }
    }
}

/// A rational number of frames per second.
public struct FrameRate: Sendable, Equatable, Hashable {
    /// Frames.
    public var numerator: Int
    /// Seconds.
    public var denominator: Int

    /// A rate of `numerator / denominator` frames per second, both positive.
    public init(_ numerator: Int, _ denominator: Int = 1) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Frames per second.
    public var value: Double { Double(numerator) / Double(denominator) }

    /// Whether both parts lie in 1..<2^31 and the rate is at most 1000 a second.
    public var isValid: Bool {
        let range = 1..<(1 << 31)
        return range.contains(numerator) && range.contains(denominator) && numerator / denominator <= 1000
    }
}

/// The length of a clock tick in seconds, as a fraction.
public struct MediaClock: Sendable, Equatable {
    /// Seconds in `denominator` ticks.
    public var numerator: Int
    /// Ticks in `numerator` seconds.
    public var denominator: Int

    /// A tick of `numerator / denominator` seconds, both positive.
    public init(numerator: Int, denominator: Int) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// A tick for each frame.
    public init(frameRate: FrameRate) {
        self.init(numerator: frameRate.denominator, denominator: frameRate.numerator)
    }

    /// The time of a tick in seconds.
    public func seconds(_ ticks: Int64) -> Double {
        Double(ticks) * Double(numerator) / Double(denominator)
    }
}
