/// What a file is to be turned into.
public struct FileTranscodeOptions: Sendable, Equatable {
    /// What the audio becomes; nil leaves audio out.
    public enum AudioCodec: String, Sendable, CaseIterable {
        /// Opus.
        case opus
        /// Speex.
        case speex
        /// Plain samples, for WAV.
        case pcm
    }

    /// What the video becomes; nil leaves video out.
    public enum VideoCodec: String, Sendable, CaseIterable {
        /// VP8.
        case vp8
        /// Theora.
        case theora
        /// Plain pictures, for Y4M.
        case pictures
    }

    /// The output's file format.
    public var container: MediaFileReader.Container
    /// The audio's codec.
    public var audio: AudioCodec?
    /// The video's codec.
    public var video: VideoCodec?
    /// Sampling rate in Hz; the source's, or the next that the codec has, if nil.
    public var sampleRate: Int?
    /// Channels; the source's if nil.
    public var channels: Int?
    /// Of audio, in bit/s.
    public var audioBitrate: Int?
    /// Of each packet, in milliseconds; the codec's choice if nil.
    public var frameMilliseconds: Double?
    /// Of the audio encoder, 0 to 10.
    public var complexity: Int?
    /// In pixels; the source's if nil.
    public var width: Int?
    /// In pixels; the source's if nil.
    public var height: Int?
    /// Pictures a second; the source's if nil.
    public var frameRate: FrameRate?
    /// Of video, in bit/s.
    public var videoBitrate: Int?
    /// Of the video encoder: the higher the faster.
    public var videoSpeed: Int?

    /// Options for a file format, with the codecs that it usually has.
    public init(container: MediaFileReader.Container, fileName: String = "") {
        self.container = container
        switch container {
        case .ogg:
            audio = fileName.hasSuffix(".spx") ? .speex : .opus
            video = .theora
        case .ivf: video = .vp8
        case .wav: audio = .pcm
        case .y4m: video = .pictures
        }
    }

    /// The audio target for a source.
    func audioTarget(for format: MediaFormat) throws(CodecError) -> AudioTarget? {
        guard let audio else { return nil }
        let (rate, sourceChannels) = Self.shape(of: format)
        let channels = self.channels ?? min(2, sourceChannels)
        let wanted = sampleRate ?? rate
        switch audio {
        case .opus:
            let fitting = OpusEncoderConfiguration.sampleRates.first { $0 >= wanted } ?? 48_000
            var configuration = OpusEncoderConfiguration(sampleRate: sampleRate ?? fitting, channels: channels)
            configuration.bitrate = audioBitrate ?? 32_000 * channels
            if let complexity { configuration.complexity = complexity }
            if let frameMilliseconds {
                guard let duration = OpusFrameDuration(milliseconds: frameMilliseconds) else {
                    throw .invalidConfiguration("Opus frames of \(frameMilliseconds) ms")
                }
                configuration.frameDuration = duration
            }
            return .opus(configuration)
        case .speex:
            let fitting = SpeexBand.allCases.first { $0.sampleRate >= wanted } ?? .ultraWide
            guard let band = sampleRate.map({ SpeexBand(sampleRate: $0) }) ?? fitting else {
                throw .invalidConfiguration("a Speex sampling rate of \(wanted) Hz")
            }
            var configuration = SpeexEncoderConfiguration(band: band, bitrate: audioBitrate ?? 20_000)
            configuration.channels = self.channels ?? 1
            if let complexity { configuration.complexity = max(1, complexity) }
            if let frameMilliseconds {
                let frames = Int(frameMilliseconds / 20)
                guard Double(frames * 20) == frameMilliseconds, frames > 0 else {
                    throw .invalidConfiguration("Speex packets of \(frameMilliseconds) ms")
                }
                configuration.framesPerPacket = frames...frames
            }
            return .speex(configuration)
        case .pcm:
            return .pcm(PCMFormat(sampleRate: wanted, channels: channels))
        }
    }

    /// The video target for a source.
    func videoTarget(for format: MediaFormat) -> VideoTarget? {
        guard let video else { return nil }
        var (width, height) = Self.pictureSize(of: format)
        (width, height) = (self.width ?? width, self.height ?? height)
        // A clock much finer than any frame rate says nothing of the rate.
        let clock = format.clock
        let own = FrameRate(clock.denominator, clock.numerator)
        let rate = frameRate ?? (own.value <= 120 ? own : FrameRate(25))
        let bitrate = videoBitrate ?? 80_000
        switch video {
        case .vp8:
            var configuration = VP8EncoderConfiguration(width: width, height: height, frameRate: rate, bitrate: bitrate)
            if let videoSpeed { configuration.speed = videoSpeed }
            return .vp8(configuration)
        case .theora:
            var configuration = TheoraEncoderConfiguration(
                width: width, height: height, frameRate: rate, bitrate: bitrate)
            if let videoSpeed { configuration.speed = videoSpeed }
            return .theora(configuration)
        case .pictures:
            return .pictures(PictureFormat(width: width, height: height, frameRate: rate))
        }
    }

    private static func shape(of format: MediaFormat) -> (rate: Int, channels: Int) {
        switch format {
        case .opus(let header): (48_000, header.channels)
        case .speex(let header): (header.sampleRate, header.channels)
        case .pcm(let pcm): (pcm.sampleRate, pcm.channels)
        default: (48_000, 1)
        }
    }

    private static func pictureSize(of format: MediaFormat) -> (Int, Int) {
        switch format {
        case .theora(let header): (header.pictureWidth, header.pictureHeight)
        case .vp8(let header): (header.width, header.height)
        case .pictures(let pictures): (pictures.width, pictures.height)
        default: (16, 16)
        }
    }
}
