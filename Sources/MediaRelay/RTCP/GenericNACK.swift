/// A generic negative acknowledgement (RFC 4585, 6.2.1): packets that did not arrive.
public struct GenericNACK: Equatable, Sendable {
    static let format = 1

    /// Who asks.
    public let sender: UInt32
    /// The source whose packets are missing.
    public let media: UInt32
    private let entries: Range<Int>

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        let (heading, information) = try FeedbackHeading.parse(header, in: datagram)
        guard information.count >= 4, information.count % 4 == 0 else {
            throw .invalidBody("a NACK is made of one or more whole words")
        }
        sender = heading.sender
        media = heading.media
        entries = information
    }

    /// Walks over the missing packets.
    public struct MissingNumbers: Sendable {
        private var offset: Int
        private let end: Int
        private var number: SequenceNumber = 0
        private var mask: UInt32 = 0

        /// Begins at the first missing packet.
        public init(_ packet: GenericNACK) {
            offset = packet.entries.lowerBound
            end = packet.entries.upperBound
        }

        /// The next missing packet's number, or nil at the end.
        @inline(__always)
        public mutating func next(in datagram: borrowing RawSpan) -> SequenceNumber? {
            if mask == 0 {
                guard offset < end else { return nil }
                number = SequenceNumber(datagram.uint16(at: offset))
                // The packet itself is bit 0, those of the mask (BLP) follow.
                mask = UInt32(datagram.uint16(at: offset + 2)) << 1 | 1
                offset += 4
            }
            let step = mask.trailingZeroBitCount
            mask &= mask - 1
            return number.advanced(by: step)
        }
    }

    /// Writes a NACK for the `missing` packets, given in the order of their numbers, at `cursor`, and moves `cursor` past
    /// it. Numbers at most 16 apart share a word.
    public static func write(
        sender: UInt32, media: UInt32, missing: borrowing Span<SequenceNumber>, into buffer: inout MutableRawSpan,
        at cursor: inout Int
    ) throws(RTCPError) {
        guard !missing.isEmpty else { throw .invalidBody("a NACK of nothing") }
        var words = 0
        var index = 0
        while index < missing.count {
            _ = word(from: &index, of: missing)
            words += 1
        }
        try FeedbackHeading(sender: sender, media: media).write(
            packetType: RTCPPacketType.transportFeedback, format: format, informationLength: 4 * words, into: &buffer,
            at: &cursor)
        index = 0
        while index < missing.count {
            buffer.store(word(from: &index, of: missing), at: cursor)
            cursor += 4
        }
    }

    /// The word that names the packet at `index` and those after it that its mask reaches.
    private static func word(from index: inout Int, of missing: borrowing Span<SequenceNumber>) -> UInt32 {
        let first = missing[index]
        var mask: UInt32 = 0
        index += 1
        while index < missing.count {
            let distance = missing[index].distance(from: first)
            guard 0...16 ~= distance else { break }
            if distance > 0 { mask |= 1 << UInt32(distance - 1) }
            index += 1
        }
        return UInt32(first.rawValue) << 16 | mask
    }
}
