/// An application-defined packet (RFC 3550, 6.7). None is acted on; it is told apart so that it can be counted.
public struct ApplicationDefined: Equatable, Sendable {
    /// Who sends it.
    public let ssrc: UInt32
    /// The four letters of its name, the first in the highest byte.
    public let name: UInt32
    /// Where its data stands in the datagram.
    public let data: Range<Int>

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        guard header.body.count >= 8 else { throw .truncated }
        ssrc = datagram.uint32(at: header.body.lowerBound)
        name = datagram.uint32(at: header.body.lowerBound + 4)
        data = header.body.lowerBound + 8..<header.body.upperBound
    }
}
