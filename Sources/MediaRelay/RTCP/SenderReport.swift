/// A sender report (RFC 3550, 6.4.1): what was sent until a moment, given in NTP and RTP time at once.
public struct SenderReport: Equatable, Sendable {
    private static let fixedBodyLength = 24

    /// The sender.
    public var ssrc: UInt32
    /// The wall-clock time of the report.
    public var time: NTPTime
    /// The same moment in the stream's timestamp.
    public var timestamp: UInt32
    /// Packets sent since the stream began.
    public var packetCount: UInt32
    /// Payload bytes sent since the stream began.
    public var octetCount: UInt32
    /// The blocks of a received report; empty in one that is to be written.
    public private(set) var blocks = ReportBlockList.empty

    /// The sender information of a report to be written.
    public init(ssrc: UInt32, time: NTPTime, timestamp: UInt32, packetCount: UInt32, octetCount: UInt32) {
        self.ssrc = ssrc
        self.time = time
        self.timestamp = timestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
    }

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        let body = header.body
        guard body.count >= Self.fixedBodyLength else { throw .truncated }
        let start = body.lowerBound
        ssrc = datagram.uint32(at: start)
        time = NTPTime(rawValue: datagram.uint64(at: start + 4))
        timestamp = datagram.uint32(at: start + 12)
        packetCount = datagram.uint32(at: start + 16)
        octetCount = datagram.uint32(at: start + 20)
        blocks = try ReportBlockList(count: header.count, in: start + Self.fixedBodyLength..<body.upperBound)
    }

    /// Writes the report with at most 31 `blocks` at `cursor` and moves `cursor` past it.
    public func write(
        blocks: borrowing Span<ReportBlock>, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        guard blocks.count <= 31 else { throw .invalidBody("more than 31 report blocks") }
        try RTCPHeader.write(
            packetType: RTCPPacketType.senderReport, count: blocks.count,
            bodyLength: Self.fixedBodyLength + blocks.count * ReportBlock.length, into: &buffer, at: &cursor)
        buffer.store(ssrc, at: cursor)
        buffer.store(time.rawValue, at: cursor + 4)
        buffer.store(timestamp, at: cursor + 12)
        buffer.store(packetCount, at: cursor + 16)
        buffer.store(octetCount, at: cursor + 20)
        cursor += Self.fixedBodyLength
        for index in blocks.indices { blocks[index].write(into: &buffer, at: &cursor) }
    }
}
