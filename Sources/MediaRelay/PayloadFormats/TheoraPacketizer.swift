/// Cuts packets of Theora into RTP payloads, each whole or in parts of nearly one size.
///
/// `begin` takes the length of a packet, then `next` writes payload after payload.
public struct TheoraPacketizer: Sendable {
    /// The longest payload that is made, header included, in bytes.
    public let maximumPayload: Int
    /// The configuration that the pictures belong to, 24 bits.
    public var identifier: UInt32
    private var kind = TheoraPayloadHeader.Kind.data
    private var offset = 0
    private var end = 0
    private var partsLeft = 0
    private var isFirst = true

    /// What the payload header and the length take.
    private static let overhead = TheoraPayloadHeader.length + 2

    /// A packetizer whose payloads have at most `maximumPayload` bytes (at least 16, and what a length of 16 bits can say).
    public init(maximumPayload: Int, identifier: UInt32) {
        self.maximumPayload = min(max(16, maximumPayload), 0xffff)
        self.identifier = identifier
    }

    /// Begins a packet of `length` bytes; an empty one, which repeats a picture, is one payload.
    public mutating func begin(length: Int, kind: TheoraPayloadHeader.Kind) {
        precondition(length >= 0, "a packet has no negative length")
        self.kind = kind
        offset = 0
        end = length
        let most = maximumPayload - Self.overhead
        partsLeft = max(1, (length + most - 1) / most)
        isFirst = true
    }

    /// Writes the next payload of `data` at `cursor` and moves `cursor` past it. Gives whether it is the packet's last; nil
    /// when the packet was done.
    public mutating func next(
        of data: borrowing RawSpan, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTPError) -> Bool? {
        guard partsLeft > 0 else { return nil }
        guard data.byteCount == end else { throw .invalidPayload("another packet than the one begun") }
        let size = (end - offset + partsLeft - 1) / partsLeft
        guard buffer.byteCount - cursor >= Self.overhead + size else { throw .bufferTooSmall }
        let isLast = partsLeft == 1
        let fragment: TheoraPayloadHeader.Fragment =
            isFirst ? (isLast ? .whole : .start) : (isLast ? .end : .continuation)
        try TheoraPayloadHeader(
            identifier: identifier, fragment: fragment, kind: kind, count: fragment == .whole ? 1 : 0
        ).write(into: &buffer, at: &cursor)
        buffer.store(UInt16(size), at: cursor)
        buffer.copy(data.extracting(offset..<offset + size), at: cursor + 2)
        cursor += 2 + size
        offset += size
        partsLeft -= 1
        isFirst = false
        return isLast
    }
}
