/// A datagram of one or more RTCP packets, validated as a whole before any of it is believed (RFC 3550, A.2): version,
/// packet types, padding on the last packet only, and lengths that add up to the datagram's.
///
/// Reduced-size datagrams (RFC 5506), which do not begin with a report, are accepted.
public struct CompoundPacket: Sendable {
    private var offset = 0

    /// Validates `datagram`, which has been decrypted before and of which the same bytes are given to `next` later.
    public init(validating datagram: borrowing RawSpan) throws(RTCPError) {
        guard datagram.byteCount > 0 else { throw .truncated }
        var position = 0
        while position < datagram.byteCount {
            _ = try RTCPHeader(parsing: datagram, at: &position)
        }
    }

    /// The next packet, or nil at the end. A body that breaks its format throws; the packets after it can still be read.
    @inline(__always)
    public mutating func next(in datagram: borrowing RawSpan) throws(RTCPError) -> RTCPPacket? {
        guard offset < datagram.byteCount else { return nil }
        let header = try RTCPHeader(parsing: datagram, at: &offset)
        return try RTCPPacket(header, in: datagram)
    }
}
