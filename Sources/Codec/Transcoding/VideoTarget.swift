/// What video is to be transcoded to.
public enum VideoTarget: Sendable, Equatable {
    /// VP8 frames.
    case vp8(VP8EncoderConfiguration)
    /// Theora frames; one of no bytes for each picture that is left out.
    case theora(TheoraEncoderConfiguration)
    /// Plain pictures.
    case pictures(PictureFormat)

    /// In pixels.
    public var width: Int {
        switch self {
        case .vp8(let configuration): configuration.width
        case .theora(let configuration): configuration.width
        case .pictures(let format): format.width
        }
    }

    /// In pixels.
    public var height: Int {
        switch self {
        case .vp8(let configuration): configuration.height
        case .theora(let configuration): configuration.height
        case .pictures(let format): format.height
        }
    }

    /// Pictures a second.
    public var frameRate: FrameRate {
        switch self {
        case .vp8(let configuration): configuration.frameRate
        case .theora(let configuration): configuration.frameRate
        case .pictures(let format): format.frameRate
        }
    }
}
