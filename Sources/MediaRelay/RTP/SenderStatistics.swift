/// What a sender counts about one of its streams, and the sender information and round trips made of it
/// (RFC 3550, 6.4.1).
public struct SenderStatistics: Sendable {
    /// The clock rate of the stream's timestamps, in Hz.
    public let clockRate: UInt32
    /// Packets sent; wraps as the report's field does.
    public private(set) var packetCount: UInt32 = 0
    /// Payload bytes sent, without headers and padding; wraps as the report's field does.
    public private(set) var octetCount: UInt32 = 0
    /// The round trip to the receiver that last reported, in nanoseconds; nil before the first report that tells.
    public private(set) var roundTrip: UInt64?
    private var lastTimestamp: UInt32 = 0
    private var lastTime: UInt64 = 0

    /// Statistics of a stream of which nothing has been sent.
    public init(clockRate: UInt32) {
        self.clockRate = max(1, clockRate)
    }

    /// Counts a packet with `payloadLength` bytes of payload, sent at `now` (monotonic nanoseconds).
    @inline(__always)
    public mutating func send(timestamp: UInt32, payloadLength: Int, at now: UInt64) {
        packetCount &+= 1
        octetCount &+= UInt32(truncatingIfNeeded: payloadLength)
        lastTimestamp = timestamp
        lastTime = now
    }

    /// The sender report's own part for the moment `now` (monotonic nanoseconds), which is `time` by the wall clock.
    /// The RTP timestamp is the last one sent, carried on to `now`.
    public func makeReport(ssrc: UInt32, time: NTPTime, at now: UInt64) -> SenderReport {
        let elapsed = now >= lastTime ? now - lastTime : 0
        let (seconds, rest) = elapsed.quotientAndRemainder(dividingBy: 1_000_000_000)
        let units = seconds &* UInt64(clockRate) &+ rest * UInt64(clockRate) / 1_000_000_000
        return SenderReport(
            ssrc: ssrc, time: time, timestamp: lastTimestamp &+ UInt32(truncatingIfNeeded: units),
            packetCount: packetCount, octetCount: octetCount)
    }

    /// Takes the round trip out of a receiver's report about this stream, which arrived when the wall clock said `time`.
    /// A report that refers to no sender report, or that would give more than a minute, says nothing.
    public mutating func receive(_ block: ReportBlock, time: NTPTime) {
        guard block.lastSenderReport != 0 else { return }
        let units = Int32(bitPattern: time.middle &- block.lastSenderReport &- block.delaySinceLastSenderReport)
        // Rounding in the peer's clock can put a round trip on loopback a little under zero.
        guard units > -656, units < 60 << 16 else { return }
        roundTrip = NTPTime.nanoseconds(ofUnits: UInt32(max(0, units)))
    }
}
