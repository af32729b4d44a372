/// The two sources that every feedback message begins with (RFC 4585, 6.1).
struct FeedbackHeading: Equatable, Sendable {
    static let length = 8

    var sender: UInt32
    var media: UInt32

    /// Reads the heading and gives where the feedback control information stands.
    @inline(__always)
    static func parse(
        _ header: RTCPHeader, in datagram: borrowing RawSpan
    ) throws(RTCPError) -> (FeedbackHeading, Range<Int>) {
        guard header.body.count >= length else { throw .truncated }
        let start = header.body.lowerBound
        let heading = FeedbackHeading(sender: datagram.uint32(at: start), media: datagram.uint32(at: start + 4))
        return (heading, start + length..<header.body.upperBound)
    }

    /// Writes an RTCP heading and this one, for `informationLength` bytes of feedback control information that follow.
    @inline(__always)
    func write(
        packetType: UInt8, format: Int, informationLength: Int, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        try RTCPHeader.write(
            packetType: packetType, count: format, bodyLength: Self.length + informationLength, into: &buffer,
            at: &cursor)
        buffer.store(sender, at: cursor)
        buffer.store(media, at: cursor + 4)
        cursor += Self.length
    }
}
