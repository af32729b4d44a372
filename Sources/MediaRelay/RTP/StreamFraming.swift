/// RTP and RTCP packets framed on a stream (RFC 4571): each behind its length in two bytes.
///
/// Takes the bytes as they come and hands out whole packets. A packet that lies whole in the bytes given is handed out where
/// it is; only one that is cut is copied. Packets longer than `maximumLength` are skipped and counted.
public struct StreamFraming: Sendable {
    /// The length of the field before each packet.
    public static let headingLength = 2

    /// The longest packet that is handed out, in bytes.
    public let maximumLength: Int
    /// Packets that were skipped because of their length.
    public private(set) var oversized: UInt64 = 0

    private var buffer: [UInt8]
    private var filled = 0
    private var skipping = 0

    /// Framing for a new connection; holds a buffer for one packet.
    public init(maximumLength: Int = 2048) {
        self.maximumLength = min(max(maximumLength, 12), 0xffff)
        buffer = [UInt8](repeating: 0, count: self.maximumLength + Self.headingLength)
    }

    /// Takes `bytes` and calls `body` with each packet that is whole. A length of 0 is read over.
    @inline(__always)
    public mutating func receive(_ bytes: borrowing RawSpan, _ body: (RawSpan) -> Void) {
        var offset = 0
        let end = bytes.byteCount
        while offset < end {
            if skipping > 0 {
                let count = min(skipping, end - offset)
                skipping -= count
                offset += count
            } else if filled == 0, end - offset >= Self.headingLength {
                let length = Int(bytes.uint16(at: offset))
                let start = offset + Self.headingLength
                if length > maximumLength {
                    oversized += 1
                    skipping = length
                    offset = start
                } else if end - start >= length {
                    if length > 0 { body(bytes.extracting(start..<start + length)) }
                    offset = start + length
                } else {
                    offset += gather(bytes.extracting(offset..<end))
                }
            } else {
                offset += gather(bytes.extracting(offset..<end))
                complete(body)
            }
        }
    }

    /// Copies what the packet in hand still lacks; gives how many bytes that were.
    private mutating func gather(_ bytes: RawSpan) -> Int {
        let wanted = filled < Self.headingLength ? Self.headingLength : Self.headingLength + length
        let count = min(wanted - filled, bytes.byteCount)
        for index in 0..<count { buffer[filled + index] = bytes.byte(at: index) }
        filled += count
        return count
    }

    /// The length that the gathered field gives.
    private var length: Int { Int(buffer[0]) << 8 | Int(buffer[1]) }

    private mutating func complete(_ body: (RawSpan) -> Void) {
        guard filled >= Self.headingLength else { return }
        if length > maximumLength {
            oversized += 1
            skipping = length
            filled = 0
        } else if filled == Self.headingLength + length {
            if length > 0 { body(buffer.span.bytes.extracting(Self.headingLength..<filled)) }
            filled = 0
        }
    }

    /// Writes the length of a packet of `length` bytes, which follows, at `cursor` and moves `cursor` past it.
    @inline(__always)
    public static func writeHeading(
        length: Int, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTPError) {
        guard buffer.byteCount - cursor >= headingLength else { throw .bufferTooSmall }
        guard let length = UInt16(exactly: length) else {
            throw .invalidPayload("a packet over 65,535 bytes in a frame")
        }
        buffer.store(length, at: cursor)
        cursor += headingLength
    }
}
