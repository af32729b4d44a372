/// The identification header of a Theora stream (Theora I specification, section 6.2).
public struct TheoraHeader: Sendable, Equatable {
    /// How chroma is sampled.
    public enum PixelFormat: Int, Sendable {
        /// Half in both directions; the only one that this program encodes, and what the others are decoded to.
        case yuv420 = 0
        /// Half horizontally.
        case yuv422 = 2
        /// Full.
        case yuv444 = 3
    }

    /// Version of the bitstream: 3.2.0 or 3.2.1.
    public var revision: Int
    /// Coded size in pixels, multiples of 16.
    public var frameWidth: Int
    /// Coded size in pixels, multiples of 16.
    public var frameHeight: Int
    /// Size of the visible picture in pixels.
    public var pictureWidth: Int
    /// Size of the visible picture in pixels.
    public var pictureHeight: Int
    /// Where the visible picture begins, from the left.
    public var pictureX: Int
    /// Where the visible picture begins, from the bottom.
    public var pictureY: Int
    /// Frames per second.
    public var frameRate: FrameRate
    /// How chroma is sampled.
    public var pixelFormat: PixelFormat
    /// How the decoder's pictures are sampled.
    var sampling: ChromaSampling {
        switch pixelFormat {
        case .yuv420: .yuv420
        case .yuv422: .yuv422
        case .yuv444: .yuv444
        }
    }

    /// Bits of the granule position that count frames since the key frame.
    public var granuleShift: Int

    static let size = 42

    /// Reads the packet; nil where it is none, or claims a picture beyond ``PictureFormat``'s bounds.
    public init?(_ packet: RawSpan) {
        guard packet.byteCount >= Self.size, packet.byte(0) == 0x80, packet.hasText("theora", at: 1),
            packet.byte(7) == 3, packet.byte(8) == 2
        else { return nil }
        func big(_ offset: Int, bytes count: Int) -> Int {
            (0..<count).reduce(0) { $0 << 8 | Int(packet.byte(offset + $1)) }
        }
        revision = Int(packet.byte(9))
        frameWidth = big(10, bytes: 2) * 16
        frameHeight = big(12, bytes: 2) * 16
        pictureWidth = big(14, bytes: 3)
        pictureHeight = big(17, bytes: 3)
        pictureX = big(20, bytes: 1)
        pictureY = big(21, bytes: 1)
        frameRate = FrameRate(big(22, bytes: 4), big(26, bytes: 4))
        let tail = big(40, bytes: 2)
        granuleShift = tail >> 5 & 31
        guard let pixelFormat = PixelFormat(rawValue: tail >> 3 & 3) else { return nil }
        self.pixelFormat = pixelFormat
        guard PictureFormat.isAcceptable(width: frameWidth, height: frameHeight), pictureWidth > 0, pictureHeight > 0,
            pictureX + pictureWidth <= frameWidth, pictureY + pictureHeight <= frameHeight, frameRate.isValid
        else { return nil }
    }

    init?(bytes: [UInt8]) {
        let span = bytes.span.bytes
        self.init(span)
    }

    /// The number of frames up to and including the one that a granule position belongs to.
    public func frameCount(at granulePosition: Int64) -> Int64 {
        let key = granulePosition >> Int64(granuleShift)
        let offset = granulePosition & ((1 << Int64(granuleShift)) - 1)
        // Before revision 1 the first frame was number 0.
        return key + offset + (revision < 1 ? 1 : 0)
    }
}
