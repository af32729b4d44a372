/// What a VP8 frame says of itself before anything is decoded (RFC 6386 section 9.1).
public struct VP8FrameHeader: Sendable, Equatable {
    /// Whether decoding can begin here.
    public let isKeyFrame: Bool
    /// Whether the frame is shown; others only serve as references.
    public let isShown: Bool
    /// Pixels of a key frame; 0 for others.
    public let width: Int
    /// Pixels of a key frame; 0 for others.
    public let height: Int

    /// Reads the header; nil where the bytes are too few, or a key frame lacks its start code.
    public init?(_ frame: RawSpan) {
        guard frame.byteCount >= 3 else { return nil }
        let tag = frame.byte(0)
        isKeyFrame = tag & 1 == 0
        isShown = tag & 0x10 != 0
        guard isKeyFrame else {
            width = 0
            height = 0
            return
        }
        guard frame.byteCount >= 10, frame.byte(3) == 0x9D, frame.byte(4) == 0x01, frame.byte(5) == 0x2A else {
            return nil
        }
        width = Int(frame.littleEndian16(6) & 0x3FFF)
        height = Int(frame.littleEndian16(8) & 0x3FFF)
    }

    init?(bytes: [UInt8]) {
        let span = bytes.span.bytes
        self.init(span)
    }
}
