/// What a receiver knows about one source, and the report blocks made of it (RFC 3550, 6.4.1, A.1, A.3 and A.8).
///
/// Times are nanoseconds of one monotonic clock, given by the caller. The source is known by signalling, so one packet is
/// enough to believe in it (no probation).
public struct ReceptionStatistics: Sendable {
    /// What a packet is to its stream.
    public enum Arrival: Equatable, Sendable {
        /// The next one, or one after a gap.
        case inOrder
        /// Older than the newest: late, or a duplicate.
        case late
        /// Far from all before, and followed up by a second one: the sender has started anew, and so have the statistics.
        case restarted
        /// Far from all before: not counted until the next packet confirms the jump.
        case suspect
    }

    private static let maximumDropout = 3000
    private static let maximumMisorder = 100

    /// The clock rate of the stream's timestamps, in Hz.
    public let clockRate: UInt32
    /// Packets received, late ones and duplicates included.
    public private(set) var packetsReceived: UInt64 = 0
    /// The highest sequence number received, with the number of cycles in the upper 16 bits.
    public private(set) var extendedHighest: UInt32 = 0
    /// The interarrival jitter in units of 1/16 of the timestamp, as A.8 keeps it.
    private var scaledJitter: UInt32 = 0
    private var hasBegun = false
    private var base: UInt32 = 0
    private var suspectNext: SequenceNumber?
    private var transit: UInt32 = 0
    private var hasTransit = false
    private var expectedPrior: UInt32 = 0
    private var receivedPrior: UInt64 = 0
    private var lastSenderReport: UInt32 = 0
    private var lastSenderReportArrival: UInt64 = 0

    /// Statistics of a stream from which nothing has come.
    public init(clockRate: UInt32) {
        self.clockRate = max(1, clockRate)
    }

    /// The mean deviation of the packets' spacing, in units of the timestamp (A.8).
    public var jitter: UInt32 { scaledJitter >> 4 }

    /// Packets expected so far: from the first to the highest sequence number.
    public var packetsExpected: UInt32 { hasBegun ? extendedHighest &- base &+ 1 : 0 }

    /// Packets lost so far; negative when duplicates outweigh the losses. Clamped to the 24 bits that a report has.
    public var cumulativeLost: Int32 {
        let lost = Int64(packetsExpected) - Int64(clamping: packetsReceived)
        return Int32(min(max(lost, -0x80_0000), 0x7f_ffff))
    }

    /// Counts a packet that arrived at `now`, in nanoseconds.
    @inline(__always)
    public mutating func receive(_ number: SequenceNumber, timestamp: UInt32, at now: UInt64) -> Arrival {
        guard hasBegun else {
            begin(at: number)
            updateJitter(timestamp: timestamp, at: now)
            return .inOrder
        }
        let step = Int(number.rawValue &- UInt16(truncatingIfNeeded: extendedHighest))
        var arrival = Arrival.inOrder
        if step < Self.maximumDropout {
            if step > 0 { extendedHighest &+= UInt32(step) } else { arrival = .late }
        } else if step <= 0x1_0000 - Self.maximumMisorder {
            guard suspectNext == number else {
                suspectNext = number.advanced(by: 1)
                return .suspect
            }
            begin(at: number)
            hasTransit = false
            arrival = .restarted
            updateJitter(timestamp: timestamp, at: now)
            return arrival
        } else {
            arrival = .late
        }
        suspectNext = nil
        packetsReceived += 1
        updateJitter(timestamp: timestamp, at: now)
        return arrival
    }

    /// Notes the time of a sender report from this source that arrived at `now`.
    public mutating func receive(senderReport time: NTPTime, at now: UInt64) {
        lastSenderReport = time.middle
        lastSenderReportArrival = now
    }

    /// The report about this source, `ssrc`, at `now`. The fraction lost is that since the last call.
    public mutating func makeReportBlock(ssrc: UInt32, at now: UInt64) -> ReportBlock {
        let expected = packetsExpected
        let expectedInterval = expected &- expectedPrior
        let receivedInterval = packetsReceived &- receivedPrior
        expectedPrior = expected
        receivedPrior = packetsReceived
        let lost = Int64(expectedInterval) - Int64(clamping: receivedInterval)
        let fraction = expectedInterval == 0 || lost <= 0 ? 0 : (lost << 8) / Int64(expectedInterval)
        let delay = now >= lastSenderReportArrival ? now - lastSenderReportArrival : 0
        return ReportBlock(
            ssrc: ssrc,
            fractionLost: UInt8(clamping: fraction),
            cumulativeLost: cumulativeLost,
            extendedHighestSequenceNumber: extendedHighest,
            jitter: jitter,
            lastSenderReport: lastSenderReport,
            delaySinceLastSenderReport: lastSenderReport == 0 ? 0 : NTPTime.units(ofNanoseconds: delay))
    }

    private mutating func begin(at number: SequenceNumber) {
        hasBegun = true
        base = UInt32(number.rawValue)
        extendedHighest = base
        suspectNext = nil
        packetsReceived = 1
        receivedPrior = 0
        expectedPrior = 0
    }

    private mutating func updateJitter(timestamp: UInt32, at now: UInt64) {
        let (seconds, rest) = now.quotientAndRemainder(dividingBy: 1_000_000_000)
        let arrival = seconds &* UInt64(clockRate) &+ rest * UInt64(clockRate) / 1_000_000_000
        let newTransit = UInt32(truncatingIfNeeded: arrival) &- timestamp
        defer {
            transit = newTransit
            hasTransit = true
        }
        guard hasTransit else { return }
        let deviation = Int32(bitPattern: newTransit &- transit).magnitude
        scaledJitter = scaledJitter &+ deviation &- (scaledJitter &+ 8) >> 4
    }
}
