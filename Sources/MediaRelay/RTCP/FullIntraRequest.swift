/// A full intra request (RFC 5104, 4.3.1): the sources listed are to send a key frame.
public struct FullIntraRequest: Equatable, Sendable {
    static let format = 4

    /// One source and the number of the request to it; a repeated number is the same request again.
    public struct Entry: Equatable, Sendable {
        /// The source that is to send a key frame.
        public var ssrc: UInt32
        /// The number of the request, modulo 256.
        public var sequenceNumber: UInt8
    }

    /// Who asks.
    public let sender: UInt32
    /// The number of sources asked.
    public let count: Int
    private let offset: Int

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        let (heading, information) = try FeedbackHeading.parse(header, in: datagram)
        guard information.count >= 8, information.count % 8 == 0 else {
            throw .invalidBody("an intra request is made of entries of eight bytes")
        }
        sender = heading.sender
        count = information.count / 8
        offset = information.lowerBound
    }

    /// The entry at `index`, less than `count`, of the datagram that the packet was read from.
    public func entry(at index: Int, in datagram: borrowing RawSpan) -> Entry {
        precondition(index >= 0 && index < count, "no such entry")
        return Entry(
            ssrc: datagram.uint32(at: offset + 8 * index), sequenceNumber: datagram.byte(at: offset + 8 * index + 4))
    }

    /// Writes a request to one source at `cursor` and moves `cursor` past it.
    public static func write(
        sender: UInt32, entry: Entry, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        // The media source of the heading is unused and 0 (4.3.1.2).
        try FeedbackHeading(sender: sender, media: 0).write(
            packetType: RTCPPacketType.payloadFeedback, format: format, informationLength: 8, into: &buffer, at: &cursor
        )
        buffer.store(entry.ssrc, at: cursor)
        buffer.store(UInt32(entry.sequenceNumber) << 24, at: cursor + 4)
        cursor += 8
    }
}
