/// A receiver report (RFC 3550, 6.4.2): what somebody who sends nothing received.
public struct ReceiverReport: Equatable, Sendable {
    /// Who reports.
    public var ssrc: UInt32
    /// The blocks of a received report; empty in one that is to be written.
    public private(set) var blocks = ReportBlockList.empty

    /// A report to be written.
    public init(ssrc: UInt32) {
        self.ssrc = ssrc
    }

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        guard header.body.count >= 4 else { throw .truncated }
        ssrc = datagram.uint32(at: header.body.lowerBound)
        blocks = try ReportBlockList(count: header.count, in: header.body.lowerBound + 4..<header.body.upperBound)
    }

    /// Writes the report with at most 31 `blocks` at `cursor` and moves `cursor` past it.
    public func write(
        blocks: borrowing Span<ReportBlock>, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        guard blocks.count <= 31 else { throw .invalidBody("more than 31 report blocks") }
        try RTCPHeader.write(
            packetType: RTCPPacketType.receiverReport, count: blocks.count,
            bodyLength: 4 + blocks.count * ReportBlock.length, into: &buffer, at: &cursor)
        buffer.store(ssrc, at: cursor)
        cursor += 4
        for index in blocks.indices { blocks[index].write(into: &buffer, at: &cursor) }
    }
}
