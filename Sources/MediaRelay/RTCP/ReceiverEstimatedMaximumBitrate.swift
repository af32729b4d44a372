/// REMB (draft-alvestrand-rmcat-remb, 2.2): the bitrate that a receiver believes it can take, over all the sources listed.
public struct ReceiverEstimatedMaximumBitrate: Equatable, Sendable {
    /// Application-layer feedback.
    static let format = 15
    /// The letters "REMB".
    private static let identifier: UInt32 = 0x5245_4d42

    /// Who says so.
    public let sender: UInt32
    /// The bitrate in bits per second.
    public let bitrate: UInt64
    /// The number of sources that share it.
    public let count: Int
    private let offset: Int

    static func isPresent(_ header: RTCPHeader, in datagram: borrowing RawSpan) -> Bool {
        header.body.count >= 12 && datagram.uint32(at: header.body.lowerBound + 8) == identifier
    }

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        let (heading, information) = try FeedbackHeading.parse(header, in: datagram)
        guard information.count >= 8 else { throw .truncated }
        sender = heading.sender
        count = Int(datagram.byte(at: information.lowerBound + 4))
        let word = datagram.uint24(at: information.lowerBound + 5)
        bitrate = ExponentialBitrate.decode(exponent: word >> 18, mantissa: word & 0x3ffff)
        offset = information.lowerBound + 8
        guard information.count >= 8 + 4 * count else { throw .truncated }
    }

    /// The source at `index`, less than `count`, of the datagram that the packet was read from.
    public func source(at index: Int, in datagram: borrowing RawSpan) -> UInt32 {
        precondition(index >= 0 && index < count, "no such source")
        return datagram.uint32(at: offset + 4 * index)
    }

    /// Writes a message for `sources` (at most 255) at `cursor` and moves `cursor` past it. The bitrate, in bits per
    /// second, is rounded down to 18 significant bits.
    public static func write(
        sender: UInt32, bitrate: UInt64, sources: borrowing Span<UInt32>, into buffer: inout MutableRawSpan,
        at cursor: inout Int
    ) throws(RTCPError) {
        guard sources.count <= 255 else { throw .invalidBody("more than 255 sources") }
        try FeedbackHeading(sender: sender, media: 0).write(
            packetType: RTCPPacketType.payloadFeedback, format: format, informationLength: 8 + 4 * sources.count,
            into: &buffer, at: &cursor)
        let (exponent, mantissa) = ExponentialBitrate.encode(bitrate, mantissaBits: 18)
        buffer.store(identifier, at: cursor)
        buffer.store(UInt8(sources.count), at: cursor + 4)
        buffer.store(uint24: exponent << 18 | mantissa, at: cursor + 5)
        cursor += 8
        for index in sources.indices {
            buffer.store(sources[index], at: cursor)
            cursor += 4
        }
    }
}
