/// A goodbye (RFC 3550, 6.6): sources that have left.
public struct Goodbye: Equatable, Sendable {
    /// The number of sources that leave.
    public let count: Int
    private let offset: Int
    /// Where the reason stands in the datagram, UTF-8; nil without one.
    public let reason: Range<Int>?

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        count = header.count
        offset = header.body.lowerBound
        let end = offset + 4 * count
        guard end <= header.body.upperBound else { throw .truncated }
        guard end < header.body.upperBound else {
            reason = nil
            return
        }
        let length = Int(datagram.byte(at: end))
        guard end + 1 + length <= header.body.upperBound else { throw .truncated }
        reason = end + 1..<end + 1 + length
    }

    /// The source at `index`, less than `count`, of the datagram that the packet was read from.
    public func source(at index: Int, in datagram: borrowing RawSpan) -> UInt32 {
        precondition(index >= 0 && index < count, "no such source")
        return datagram.uint32(at: offset + 4 * index)
    }

    /// Whether `ssrc` is one of those that leave.
    public func names(_ ssrc: UInt32, in datagram: borrowing RawSpan) -> Bool {
        for index in 0..<count where source(at: index, in: datagram) == ssrc { return true }
        return false
    }

    /// Writes a goodbye of one source, without a reason, at `cursor`, and moves `cursor` past it.
    public static func write(ssrc: UInt32, into buffer: inout MutableRawSpan, at cursor: inout Int) throws(RTCPError) {
        try RTCPHeader.write(
            packetType: RTCPPacketType.goodbye, count: 1, bodyLength: 4, into: &buffer, at: &cursor)
        buffer.store(ssrc, at: cursor)
        cursor += 4
    }
}
