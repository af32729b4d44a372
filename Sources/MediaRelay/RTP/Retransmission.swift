/// A packet that is sent again in a stream of its own (RTX, RFC 4588): the payload begins with the number that the packet
/// had at first.
public enum Retransmission {
    /// What the original number adds to the payload, in bytes.
    public static let headingLength = 2

    /// Reads the original number of a retransmission's payload; the original payload follows it. Throws for a payload that
    /// is too short; a packet of padding alone has none.
    @inline(__always)
    public static func originalNumber(_ payload: borrowing RawSpan) throws(RTPError) -> SequenceNumber {
        guard payload.byteCount >= headingLength else { throw .truncated }
        return SequenceNumber(payload.uint16(at: 0))
    }

    /// Writes the original number at `cursor`, behind the header of the retransmission, and moves `cursor` past it.
    @inline(__always)
    public static func write(
        original: SequenceNumber, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTPError) {
        guard buffer.byteCount - cursor >= headingLength else { throw .bufferTooSmall }
        buffer.store(original.rawValue, at: cursor)
        cursor += headingLength
    }
}
