import Glibc

/// A picture in planar YUV 4:2:0, 8 bits, its planes one after the other without gaps.
///
/// Owns its memory, which grows as needed and is used again: decoding into the same picture allocates only where a
/// larger one comes.
public struct Picture: ~Copyable, @unchecked Sendable {
    // Sendable: the memory belongs to this value alone, which cannot be copied.
    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int

    /// In pixels.
    public private(set) var width: Int
    /// In pixels.
    public private(set) var height: Int

    /// Of both chroma planes, in pixels.
    public var chromaWidth: Int { (width + 1) / 2 }
    /// Of both chroma planes, in pixels.
    public var chromaHeight: Int { (height + 1) / 2 }
    /// Bytes of all planes.
    public var byteCount: Int { width * height + 2 * chromaWidth * chromaHeight }

    /// A black picture.
    /// - Throws: `invalidConfiguration` where the size is beyond ``PictureFormat``'s bounds.
    public init(width: Int, height: Int) throws(CodecError) {
        guard PictureFormat.isAcceptable(width: width, height: height) else {
            throw .invalidConfiguration("a picture of \(width)×\(height)")
        }
        self.width = width
        self.height = height
        capacity = PictureFormat(width: width, height: height, frameRate: FrameRate(1)).bytesPerPicture
        base = .allocate(capacity: capacity)
        fillBlack()
    }

    deinit {
        base.deallocate()
    }

    /// Makes every pixel black.
    public mutating func fillBlack() {
        memset(base, 16, width * height)
        memset(base + width * height, 128, byteCount - width * height)
    }

    /// Changes the size; what the picture shows is undefined afterwards if that is another.
    public mutating func resize(width: Int, height: Int) throws(CodecError) {
        guard width != self.width || height != self.height else { return }
        guard PictureFormat.isAcceptable(width: width, height: height) else {
            throw .invalidConfiguration("a picture of \(width)×\(height)")
        }
        self.width = width
        self.height = height
        if byteCount > capacity {
            base.deallocate()
            capacity = byteCount
            base = .allocate(capacity: capacity)
        }
    }

    /// Takes size and content from another picture.
    public mutating func copy(from other: borrowing Picture) throws(CodecError) {
        try resize(width: other.width, height: other.height)
        memcpy(base, other.base, byteCount)
    }

    /// Gives the bytes of all planes: luma, blue difference, red difference.
    public borrowing func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: byteCount).bytes)
    }

    /// Replaces the bytes of all planes.
    /// - Throws: `wrongInputSize` unless there are ``byteCount``.
    public mutating func load(_ bytes: RawSpan) throws(CodecError) {
        guard bytes.byteCount == byteCount else { throw .wrongInputSize }
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { memcpy(base, start, source.count) }
        }
    }

    /// Start, width and height of a plane: 0 is luma, 1 and 2 are chroma.
    borrowing func plane(_ index: Int) -> (start: UnsafeMutablePointer<UInt8>, width: Int, height: Int) {
        guard index > 0 else { return (base, width, height) }
        let offset = width * height + (index - 1) * chromaWidth * chromaHeight
        return (base + offset, chromaWidth, chromaHeight)
    }

    /// Fills a plane from rows that are `stride` bytes apart.
    mutating func loadPlane(_ index: Int, from source: UnsafePointer<UInt8>, stride: Int) {
        let plane = plane(index)
        for row in 0..<plane.height {
            memcpy(plane.start + row * plane.width, source + row * stride, plane.width)
        }
    }
}
