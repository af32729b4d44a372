/// What a ``VP8Encoder`` is set up with.
public struct VP8EncoderConfiguration: Sendable, Equatable {
    /// In pixels; pictures of another size change it.
    public var width: Int
    /// In pixels; pictures of another size change it.
    public var height: Int
    /// Pictures a second, as the encoder is to expect them.
    public var frameRate: FrameRate
    /// Of the times given with the pictures; one tick a frame unless set.
    public var clock: MediaClock
    /// A ceiling in bit/s: no two seconds have more than this and 5 %.
    public var bitrate: Int
    /// 1 (best) to 16 (fastest): the library's negative `cpu-used`.
    public var speed = 8
    /// Most frames between key frames.
    public var keyFrameInterval = 300
    /// Whether frames can be lost without those after the next key frame suffering from their entropy coding.
    public var errorResilient = false
    /// 1 to 3: frame rates of a half and a quarter can be had by leaving layers out.
    public var temporalLayers = 1
    /// 1 to 16.
    public var threads = 1
    /// Whether pictures are left out where there are too few bits for them, which holding the bitrate needs.
    public var frameDropping = true
    /// Finest quantizer, 0 to 63.
    public var minimumQuantizer = 2
    /// Coarsest quantizer, 0 to 63.
    public var maximumQuantizer = 63

    /// The defaults for this format.
    public init(width: Int, height: Int, frameRate: FrameRate, bitrate: Int) {
        self.width = width
        self.height = height
        self.frameRate = frameRate
        clock = MediaClock(frameRate: frameRate)
        self.bitrate = bitrate
    }

    func validate() throws(CodecError) {
        guard PictureFormat.isAcceptable(width: width, height: height) else {
            throw .invalidConfiguration("VP8 of \(width)×\(height)")
        }
        guard frameRate.isValid, clock.numerator > 0, clock.denominator > 0 else {
            throw .invalidConfiguration("a frame rate of \(frameRate.numerator)/\(frameRate.denominator)")
        }
        guard (1000...100_000_000).contains(bitrate) else {
            throw .invalidConfiguration("a VP8 bitrate of \(bitrate)")
        }
        guard (1...16).contains(speed), (1...16).contains(threads), (1...3).contains(temporalLayers),
            (1...100_000).contains(keyFrameInterval), (0...63).contains(minimumQuantizer),
            (minimumQuantizer...63).contains(maximumQuantizer)
        else { throw .invalidConfiguration("a VP8 setting that is out of range") }
    }
}
