/// A temporary maximum media stream bitrate request or notification (RFC 5104, 4.2.1 and 4.2.2): TMMBR and TMMBN.
public struct TemporaryMaximumBitrate: Equatable, Sendable {
    static let requestFormat = 3
    static let notificationFormat = 4

    /// A limit for one source.
    public struct Entry: Equatable, Sendable {
        /// In a request the source that is to obey; in a notification who set the limit.
        public var ssrc: UInt32
        /// The most it may send, in bits per second, with the overhead below counted in.
        public var bitrate: UInt64
        /// The bytes of headers that the limit counts for each packet, 0 to 511.
        public var overhead: Int
    }

    /// Who sends the message.
    public let sender: UInt32
    /// The number of entries; a notification may have none.
    public let count: Int
    private let offset: Int

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        let (heading, information) = try FeedbackHeading.parse(header, in: datagram)
        guard information.count % 8 == 0 else { throw .invalidBody("a limit is an entry of eight bytes") }
        sender = heading.sender
        count = information.count / 8
        offset = information.lowerBound
    }

    /// The entry at `index`, less than `count`, of the datagram that the packet was read from.
    public func entry(at index: Int, in datagram: borrowing RawSpan) -> Entry {
        precondition(index >= 0 && index < count, "no such entry")
        let start = offset + 8 * index
        let word = datagram.uint32(at: start + 4)
        return Entry(
            ssrc: datagram.uint32(at: start),
            bitrate: ExponentialBitrate.decode(exponent: word >> 26, mantissa: word >> 9 & 0x1ffff),
            overhead: Int(word & 0x1ff))
    }

    /// Writes a request to one source at `cursor` and moves `cursor` past it. The bitrate is rounded down to 17
    /// significant bits.
    public static func writeRequest(
        sender: UInt32, entry: Entry, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        try write(sender: sender, format: requestFormat, entry: entry, into: &buffer, at: &cursor)
    }

    /// Writes the notification of one limit in force at `cursor` and moves `cursor` past it.
    public static func writeNotification(
        sender: UInt32, entry: Entry, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        try write(sender: sender, format: notificationFormat, entry: entry, into: &buffer, at: &cursor)
    }

    private static func write(
        sender: UInt32, format: Int, entry: Entry, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        guard 0...511 ~= entry.overhead else { throw .invalidBody("an overhead over 511 bytes") }
        try FeedbackHeading(sender: sender, media: 0).write(
            packetType: RTCPPacketType.transportFeedback, format: format, informationLength: 8, into: &buffer,
            at: &cursor)
        let (exponent, mantissa) = ExponentialBitrate.encode(entry.bitrate, mantissaBits: 17)
        buffer.store(entry.ssrc, at: cursor)
        buffer.store(exponent << 26 | mantissa << 9 | UInt32(entry.overhead), at: cursor + 4)
        cursor += 8
    }
}
