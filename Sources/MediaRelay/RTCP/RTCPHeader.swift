/// The packet types of RTCP that this module knows (RFC 3550, 12.1; RFC 4585, 6.1).
public enum RTCPPacketType {
    /// Sender report.
    public static let senderReport: UInt8 = 200
    /// Receiver report.
    public static let receiverReport: UInt8 = 201
    /// Source description.
    public static let sourceDescription: UInt8 = 202
    /// Goodbye.
    public static let goodbye: UInt8 = 203
    /// Application-defined.
    public static let applicationDefined: UInt8 = 204
    /// Transport-layer feedback.
    public static let transportFeedback: UInt8 = 205
    /// Payload-specific feedback.
    public static let payloadFeedback: UInt8 = 206
}

/// The four bytes that every RTCP packet begins with, and where its body stands.
public struct RTCPHeader: Equatable, Sendable {
    /// The length of the heading in bytes.
    public static let length = 4

    /// The packet type, 192 to 223.
    public let packetType: UInt8
    /// The five bits that hold a count of reports or sources, or the format of a feedback message.
    public let count: Int
    /// The packet's body in the datagram, without heading and padding.
    public let body: Range<Int>

    /// Reads the heading of the packet that begins at `offset`, and moves `offset` to the next packet. Padding is allowed
    /// on the last packet only (RFC 3550, A.2).
    @inline(__always)
    init(parsing datagram: borrowing RawSpan, at offset: inout Int) throws(RTCPError) {
        let size = datagram.byteCount
        guard size - offset >= Self.length else { throw .truncated }
        let first = datagram.byte(at: offset)
        guard first >> 6 == 2 else { throw .unsupportedVersion(first >> 6) }
        let type = datagram.byte(at: offset + 1)
        guard 192...223 ~= type else { throw .notRTCP }
        let end = offset + 4 * (Int(datagram.uint16(at: offset + 2)) + 1)
        guard end <= size else { throw .truncated }
        var bodyEnd = end
        if first & 0x20 != 0 {
            guard end == size else { throw .invalidPadding }
            let padding = Int(datagram.byte(at: end - 1))
            guard padding > 0, padding % 4 == 0, padding <= end - offset - Self.length else { throw .invalidPadding }
            bodyEnd -= padding
        }
        packetType = type
        count = Int(first & 0x1f)
        body = offset + Self.length..<bodyEnd
        offset = end
    }

    /// Writes a heading at `cursor`, for a body of `bodyLength` bytes (a multiple of four), and moves `cursor` to the body.
    /// Throws when the buffer does not hold heading and body.
    @inline(__always)
    static func write(
        packetType: UInt8, count: Int, bodyLength: Int, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        precondition(bodyLength % 4 == 0 && 0...31 ~= count, "an RTCP packet is made of whole words")
        guard buffer.byteCount - cursor >= length + bodyLength, bodyLength / 4 <= 0xffff else { throw .bufferTooSmall }
        buffer.store(0x80 | UInt8(count), at: cursor)
        buffer.store(packetType, at: cursor + 1)
        buffer.store(UInt16(bodyLength / 4), at: cursor + 2)
        cursor += length
    }
}
