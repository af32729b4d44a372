/// Cuts VP8 frames into RTP payloads (RFC 7741, 4.4), all of a frame nearly the same size.
///
/// The packetizer is a value: `begin` takes the length of a frame, then `next` writes payload after payload.
public struct VP8Packetizer: Sendable {
    /// The longest payload that is made, descriptor included, in bytes.
    public let maximumPayload: Int
    /// The number of the next frame, 15 bits.
    public private(set) var pictureID: UInt16
    private var descriptor = VP8Descriptor()
    private var offset = 0
    private var end = 0
    private var packetsLeft = 0

    /// The length of the descriptor that this packetizer writes.
    private static let descriptorLength = 4

    /// A packetizer whose first frame gets the number `pictureID`, and whose payloads have at most `maximumPayload` bytes
    /// (at least 16).
    public init(maximumPayload: Int, pictureID: UInt16) {
        self.maximumPayload = max(16, maximumPayload)
        self.pictureID = pictureID & 0x7fff
    }

    /// Whether all of the frame has been written.
    public var isDone: Bool { packetsLeft == 0 }

    /// Begins a frame of `length` bytes, at least one.
    public mutating func begin(frameLength length: Int, isNonReference: Bool = false) {
        precondition(length > 0, "a frame has at least one byte")
        offset = 0
        end = length
        let most = maximumPayload - Self.descriptorLength
        packetsLeft = (length + most - 1) / most
        descriptor = VP8Descriptor()
        descriptor.isNonReference = isNonReference
        descriptor.startsPartition = true
        descriptor.hasLongPictureID = true
        descriptor.pictureID = pictureID
        pictureID = (pictureID + 1) & 0x7fff
    }

    /// Writes the next payload of `frame` at `cursor` and moves `cursor` past it. Gives whether it is the frame's last,
    /// which takes the marker; nil when the frame was done.
    public mutating func next(
        of frame: borrowing RawSpan, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTPError) -> Bool? {
        guard packetsLeft > 0 else { return nil }
        guard frame.byteCount == end else { throw .invalidPayload("another frame than the one begun") }
        let size = (end - offset + packetsLeft - 1) / packetsLeft
        guard buffer.byteCount - cursor >= Self.descriptorLength + size else { throw .bufferTooSmall }
        try descriptor.write(into: &buffer, at: &cursor)
        buffer.copy(frame.extracting(offset..<offset + size), at: cursor)
        cursor += size
        offset += size
        packetsLeft -= 1
        descriptor.startsPartition = false
        return packetsLeft == 0
    }
}
