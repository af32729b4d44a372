/// Gives one receiver an unbroken RTP stream, whatever source its packets come from: sequence numbers and timestamps go on over a switch of source
/// (RFC 3550, 5.1; the same names and numbers must never be used for two packets).
struct StreamRewriter {
    /// The stream's own name.
    let ssrc: UInt32
    /// The payload type that the receiver expects.
    let payloadType: UInt8
    /// Ticks of the RTP clock in a second.
    let clockRate: Int

    private var sequenceOffset: UInt16 = 0
    private var timestampOffset: UInt32 = 0
    private var firstOfSource: UInt64 = 0
    private var highest: UInt64 = 0
    private var nextSequence: UInt16
    private(set) var lastTimestamp: UInt32
    private var lastTime: MediaTime?

    /// Makes the rewriter of a stream that has not begun.
    init(ssrc: UInt32, payloadType: UInt8, clockRate: Int, firstSequence: UInt16, firstTimestamp: UInt32) {
        self.ssrc = ssrc
        self.payloadType = payloadType
        self.clockRate = clockRate
        nextSequence = firstSequence
        lastTimestamp = firstTimestamp
    }

    /// Goes on with another source, whose first packet for us has these numbers. Its time is placed by the clock, at least one tick after the last.
    mutating func begin(sequence: UInt64, timestamp: UInt32, at now: MediaTime) {
        var next = lastTimestamp
        if let last = lastTime {
            next &+= UInt32(clamping: max(1, now.ticks(since: last, clockRate: clockRate)))
        }
        timestampOffset = next &- timestamp
        sequenceOffset = nextSequence &- UInt16(truncatingIfNeeded: sequence)
        firstOfSource = sequence
        highest = sequence
        lastTimestamp = next
        lastTime = now
    }

    /// The numbers that a packet leaves with, or nil where it belongs to the time before the switch.
    @inline(__always)
    mutating func rewrite(sequence: UInt64, timestamp: UInt32, at now: MediaTime) -> (SequenceNumber, UInt32)? {
        guard sequence >= firstOfSource else { return nil }
        let rewritten = UInt16(truncatingIfNeeded: sequence) &+ sequenceOffset
        let time = timestamp &+ timestampOffset
        if sequence >= highest {
            highest = sequence
            nextSequence = rewritten &+ 1
            if time != lastTimestamp {
                lastTimestamp = time
                lastTime = now
            }
        }
        return (SequenceNumber(rewritten), time)
    }
}
