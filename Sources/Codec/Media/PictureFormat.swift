/// Plain 4:2:0 pictures.
public struct PictureFormat: Sendable, Equatable {
    /// In pixels.
    public var width: Int
    /// In pixels.
    public var height: Int
    /// Pictures a second.
    public var frameRate: FrameRate

    /// A format.
    public init(width: Int, height: Int, frameRate: FrameRate) {
        self.width = width
        self.height = height
        self.frameRate = frameRate
    }

    /// The largest width and height that this program handles, in pixels.
    public static let maximumSide = 4096
    /// The largest number of pixels that this program handles: 4096×2304.
    public static let maximumPixels = 4096 * 2304

    /// Whether a picture of this size is within bounds.
    public static func isAcceptable(width: Int, height: Int) -> Bool {
        (1...maximumSide).contains(width) && (1...maximumSide).contains(height) && width * height <= maximumPixels
    }

    /// Bytes of one picture: luma, then both chroma planes of half the size, rounded up.
    public var bytesPerPicture: Int {
        width * height + 2 * ((width + 1) / 2) * ((height + 1) / 2)
    }
}
