/// What the first bytes of a VP8 frame say (RFC 7741, 4.3; RFC 6386, 9.1).
public struct VP8PayloadHeader: Equatable, Sendable {
    /// Whether the frame can be decoded without any before it.
    public let isKeyFrame: Bool
    /// Whether the frame is meant to be shown.
    public let isShown: Bool
    /// The picture's width in pixels; nil in a frame that is no key frame, or cut before it.
    public let width: Int?
    /// The picture's height in pixels.
    public let height: Int?

    /// Reads the data of a frame from its first byte on; nil when there are not three bytes of it.
    @inline(__always)
    public init?(parsing data: borrowing RawSpan) {
        guard data.byteCount >= 3 else { return nil }
        let first = data.byte(at: 0)
        isKeyFrame = first & 1 == 0
        isShown = first & 0x10 != 0
        guard isKeyFrame, data.byteCount >= 10, data.uint24(at: 3) == 0x9d012a else {
            width = nil
            height = nil
            return
        }
        // Little-endian, the upper two bits a scale that decoders ignore.
        width = Int(data.uint16(at: 6).byteSwapped & 0x3fff)
        height = Int(data.uint16(at: 8).byteSwapped & 0x3fff)
    }
}
