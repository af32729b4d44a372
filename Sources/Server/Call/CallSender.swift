import MediaRelay

/// Sends the packets of a source at the pace of their audio.
struct CallSender {
    private static let clockRate: UInt32 = 48_000

    /// What was sent, for the reports.
    private(set) var statistics = SenderStatistics(clockRate: clockRate)
    /// Bytes of payload that were sent.
    private(set) var payloadBytes: UInt64 = 0
    /// When the next packet is due, in nanoseconds; nil once the source has ended.
    private(set) var due: UInt64?
    private var header: RTPHeader
    private let source: any CallAudioSource
    private var duration: Int?

    /// A sender whose packets begin with the numbers of `header`; the first is due at `now`.
    init(_ source: any CallAudioSource, header: RTPHeader, at now: UInt64) throws {
        self.source = source
        self.header = header
        self.header.marker = true
        duration = try source.next()
        due = duration == nil ? nil : now
    }

    /// Takes a report about what was sent, which arrived when the wall clock said `time`.
    mutating func receive(_ block: ReportBlock, time: NTPTime) {
        statistics.receive(block, time: time)
    }

    /// Writes the packet that is due at `now`; gives whether there was one.
    mutating func next(at now: UInt64, into buffer: inout MutableRawSpan, at cursor: inout Int) throws -> Bool {
        guard let due, due <= now, let duration else { return false }
        try header.write(into: &buffer, at: &cursor)
        for byte in source.packet {
            guard cursor < buffer.byteCount else { throw RTPError.bufferTooSmall }
            buffer.storeBytes(of: byte, toByteOffset: cursor, as: UInt8.self)
            cursor += 1
        }
        statistics.send(timestamp: header.timestamp, payloadLength: source.packet.count, at: now)
        payloadBytes += UInt64(source.packet.count)
        header.marker = false
        header.sequenceNumber = header.sequenceNumber.advanced(by: 1)
        header.timestamp &+= UInt32(duration)
        self.due = due + UInt64(duration) * 1_000_000_000 / UInt64(Self.clockRate)
        self.duration = try source.next()
        if self.duration == nil { self.due = nil }
        return true
    }
}
