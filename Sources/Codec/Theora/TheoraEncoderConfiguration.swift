/// What a ``TheoraEncoder`` is set up with.
public struct TheoraEncoderConfiguration: Sendable, Equatable {
    /// In pixels.
    public var width: Int
    /// In pixels.
    public var height: Int
    /// Pictures a second.
    public var frameRate: FrameRate
    /// A ceiling in bit/s: no two seconds have more than this and 5 %.
    public var bitrate: Int
    /// 0 (best) to the library's fastest; values beyond are taken as that.
    public var speed = 1
    /// Most frames between key frames, 1 to 1024.
    public var keyFrameInterval = 64
    /// A quality of 0 to 63 to keep to, whatever the bitrate; nil holds the bitrate.
    public var constantQuality: Int?

    /// The defaults for this format.
    public init(width: Int, height: Int, frameRate: FrameRate, bitrate: Int) {
        self.width = width
        self.height = height
        self.frameRate = frameRate
        self.bitrate = bitrate
    }

    func validate() throws(CodecError) {
        guard PictureFormat.isAcceptable(width: width, height: height) else {
            throw .invalidConfiguration("Theora of \(width)×\(height)")
        }
        guard frameRate.isValid else {
            throw .invalidConfiguration("a frame rate of \(frameRate.numerator)/\(frameRate.denominator)")
        }
        guard (1000...100_000_000).contains(bitrate) else {
            throw .invalidConfiguration("a Theora bitrate of \(bitrate)")
        }
        guard (1...1024).contains(keyFrameInterval), speed >= 0, (0...63).contains(constantQuality ?? 0) else {
            throw .invalidConfiguration("a Theora setting that is out of range")
        }
    }
}
