/// A stream of sound that a receiver gets packet by packet, from whoever it carries at the moment: numbers and time go on over a change of speaker (RFC 3550, 5.1).
struct Voice {
    /// Whose stream it carries.
    struct Source: Equatable {
        var session: Slab<MediaSession>.Key
        var section: Int
    }

    /// The stream's own name.
    let ssrc: UInt32
    /// Whom it carries now.
    private(set) var source: Source?
    /// The number of the next packet, and what the last one was sent with.
    private(set) var nextSequence: UInt16
    private(set) var lastTimestamp: UInt32
    private(set) var lastTime: MediaTime?

    private var hasBegun = false
    private var first: UInt64 = 0
    private var highest: UInt64 = 0
    private var sequenceOffset: UInt16 = 0
    private var timestampOffset: UInt32 = 0

    /// Makes a stream that goes on from these numbers; `time` is when the last packet left, if one did.
    init(ssrc: UInt32, nextSequence: UInt16, lastTimestamp: UInt32, at time: MediaTime?) {
        self.ssrc = ssrc
        self.nextSequence = nextSequence
        self.lastTimestamp = lastTimestamp
        lastTime = time
    }

    /// Carries another speaker from the next packet on, or nobody.
    mutating func carry(_ source: Source?) {
        guard source != self.source else { return }
        self.source = source
        hasBegun = false
    }

    /// The numbers that a packet leaves with; nil for one that is older than the change of speaker.
    mutating func rewrite(
        sequence: UInt64, timestamp: UInt32, clockRate: Int, at now: MediaTime
    ) -> (sequence: SequenceNumber, timestamp: UInt32, begins: Bool)? {
        let begins = !hasBegun
        if begins {
            hasBegun = true
            first = sequence
            highest = sequence
            sequenceOffset = nextSequence &- UInt16(truncatingIfNeeded: sequence)
            var next = lastTimestamp
            if let last = lastTime { next &+= UInt32(clamping: max(1, now.ticks(since: last, clockRate: clockRate))) }
            timestampOffset = next &- timestamp
        }
        guard sequence >= first else { return nil }
        let number = UInt16(truncatingIfNeeded: sequence) &+ sequenceOffset
        if sequence >= highest {
            highest = sequence
            nextSequence = number &+ 1
            lastTimestamp = timestamp &+ timestampOffset
            lastTime = now
        }
        return (SequenceNumber(number), timestamp &+ timestampOffset, begins)
    }

    /// A packet is not sent on: those after it close the gap.
    mutating func leaveOut(_ sequence: UInt64) {
        guard hasBegun, sequence > highest else { return }
        highest = sequence
        sequenceOffset &-= 1
    }
}
