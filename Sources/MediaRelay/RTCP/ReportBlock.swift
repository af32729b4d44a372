/// What a receiver reports about one source (RFC 3550, 6.4.1). 24 bytes on the wire.
public struct ReportBlock: Equatable, Sendable {
    /// The length of a block in bytes.
    public static let length = 24

    /// The source that the report is about.
    public var ssrc: UInt32
    /// The part of the packets lost since the last report, in 1/256.
    public var fractionLost: UInt8
    /// All packets lost so far; negative with duplicates. 24 bits on the wire.
    public var cumulativeLost: Int32
    /// The highest sequence number received, the number of cycles in the upper 16 bits.
    public var extendedHighestSequenceNumber: UInt32
    /// The interarrival jitter, in units of the timestamp.
    public var jitter: UInt32
    /// The middle 32 bits of the NTP time in the last sender report; 0 without one.
    public var lastSenderReport: UInt32
    /// The time since that report arrived, in 1/65,536 s; 0 without one.
    public var delaySinceLastSenderReport: UInt32

    /// A block of the given values.
    public init(
        ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, extendedHighestSequenceNumber: UInt32, jitter: UInt32,
        lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.extendedHighestSequenceNumber = extendedHighestSequenceNumber
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }

    /// Reads the block at `offset`; the caller has checked that 24 bytes are there.
    @inline(__always)
    init(at offset: Int, in datagram: borrowing RawSpan) {
        ssrc = datagram.uint32(at: offset)
        fractionLost = datagram.byte(at: offset + 4)
        // Shifting up and down again extends the sign of the 24 bits.
        cumulativeLost = Int32(bitPattern: datagram.uint24(at: offset + 5) << 8) >> 8
        extendedHighestSequenceNumber = datagram.uint32(at: offset + 8)
        jitter = datagram.uint32(at: offset + 12)
        lastSenderReport = datagram.uint32(at: offset + 16)
        delaySinceLastSenderReport = datagram.uint32(at: offset + 20)
    }

    /// Writes the block; the caller has checked that there is room for it.
    @inline(__always)
    func write(into buffer: inout MutableRawSpan, at cursor: inout Int) {
        buffer.store(ssrc, at: cursor)
        buffer.store(fractionLost, at: cursor + 4)
        buffer.store(uint24: UInt32(bitPattern: min(max(cumulativeLost, -0x80_0000), 0x7f_ffff)), at: cursor + 5)
        buffer.store(extendedHighestSequenceNumber, at: cursor + 8)
        buffer.store(jitter, at: cursor + 12)
        buffer.store(lastSenderReport, at: cursor + 16)
        buffer.store(delaySinceLastSenderReport, at: cursor + 20)
        cursor += Self.length
    }
}

/// The report blocks of a received report: where they stand and how many they are.
public struct ReportBlockList: Equatable, Sendable {
    /// The number of blocks, 0 to 31.
    public let count: Int
    private let offset: Int

    /// No blocks.
    public static let empty = ReportBlockList(count: 0, offset: 0)

    private init(count: Int, offset: Int) {
        self.count = count
        self.offset = offset
    }

    init(count: Int, in range: Range<Int>) throws(RTCPError) {
        guard range.count >= count * ReportBlock.length else { throw .truncated }
        self.init(count: count, offset: range.lowerBound)
    }

    /// The block at `index`, less than `count`, of the datagram that the report was read from.
    @inline(__always)
    public func block(at index: Int, in datagram: borrowing RawSpan) -> ReportBlock {
        precondition(index >= 0 && index < count, "no such report block")
        return ReportBlock(at: offset + index * ReportBlock.length, in: datagram)
    }
}
