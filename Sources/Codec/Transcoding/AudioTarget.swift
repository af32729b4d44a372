/// What audio is to be transcoded to.
public enum AudioTarget: Sendable, Equatable {
    /// Opus packets.
    case opus(OpusEncoderConfiguration)
    /// Speex packets.
    case speex(SpeexEncoderConfiguration)
    /// Plain samples of 32-bit floats, interleaved, in pieces of any length.
    case pcm(PCMFormat)

    /// Sampling rate in Hz.
    public var sampleRate: Int {
        switch self {
        case .opus(let configuration): configuration.sampleRate
        case .speex(let configuration): configuration.band.sampleRate
        case .pcm(let format): format.sampleRate
        }
    }

    /// Channels.
    public var channels: Int {
        switch self {
        case .opus(let configuration): configuration.channels
        case .speex(let configuration): configuration.channels
        case .pcm(let format): format.channels
        }
    }
}
