/// Plain samples.
public struct PCMFormat: Sendable, Equatable {
    /// How a sample is written.
    public enum Encoding: Sendable, Equatable {
        /// 16-bit signed, little-endian.
        case int16
        /// 32-bit float, little-endian.
        case float32
    }

    /// In Hz.
    public var sampleRate: Int
    /// Interleaved channels.
    public var channels: Int
    /// How a sample is written.
    public var encoding: Encoding

    /// A format.
    public init(sampleRate: Int, channels: Int, encoding: Encoding = .int16) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.encoding = encoding
    }

    /// Bytes for one sample of each channel.
    public var bytesPerFrame: Int { channels * (encoding == .int16 ? 2 : 4) }
}
