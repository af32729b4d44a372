/// Reorders the packets of one audio stream and says, at each step of the playout, what to decode next.
///
/// Positions are RTP timestamps of the stream's clock, unwrapped. The depth follows the network: packets are held for as long as ``DelayEstimator`` says that
/// nearly all of them need. A packet that is missing when its turn has come is recovered from the next one's redundancy or concealed. When nothing at all has
/// arrived the wait is bridged without moving on (the sender may only be late), and taken off the gap if it turns out that packets were lost.
struct JitterBuffer {
    /// What to do for the next samples.
    enum Step: Equatable {
        /// Decode the payload in this slot.
        case packet(slot: Int)
        /// The packet before the one in `slot` is lost: recover `samples` from the redundancy in it.
        case recover(slot: Int, samples: Int)
        /// `samples` are lost: conceal them.
        case conceal(samples: Int)
        /// Nothing has arrived in time: bridge `samples` that the stream does not know of.
        case wait(samples: Int)
        /// The sender paused: `samples` of silence.
        case silence(samples: Int)
        /// The stream does not play.
        case idle
    }

    private struct Slot {
        var sequence: Int64 = -1
        var timestamp: Int64 = 0
        var samples = 0
        var length = 0
        var hasFEC = false
    }

    /// Packets that are held at most: 1.28 s at 20 ms each.
    static let capacity = 64
    /// Bytes of payload held for a packet at most.
    static let slotBytes = 1_500
    /// A stream is given up after bridging this much, in ms.
    private static let longestWait = 200
    /// A sender's pause longer than this, in ms, ends the playout; the stream begins again with the next packet.
    private static let longestPause = 200
    /// A jump in sequence numbers beyond this is another stream under the same name (RFC 3550 A.1).
    private static let longestJump: Int64 = 1_000

    /// Ticks of the RTP clock in a second.
    let clockRate: Int
    private var slots = [Slot](repeating: Slot(), count: capacity)
    private var payloads = ByteStore(capacity: capacity * slotBytes)
    private var sequenceUnwrapper = SequenceUnwrapper()
    private var timestampUnwrapper = TimestampUnwrapper()
    private var delay = DelayEstimator()
    private var count = 0
    private var playing = false
    private var nextSequence: Int64 = 0
    private var nextTimestamp: Int64 = 0
    private var usualSamples: Int
    /// Samples bridged since the stream last gave some.
    private var waited = 0

    /// Packets that came after their turn.
    private(set) var latePackets = 0
    /// Packets that had come before.
    private(set) var duplicatePackets = 0

    /// Makes an empty buffer for a stream of `clockRate` ticks a second.
    init(clockRate: Int) {
        self.clockRate = clockRate
        usualSamples = clockRate / 50
    }

    /// How long packets are held in nanoseconds, beyond the network's lowest delay.
    var targetDelay: Int64 {
        min(delay.jitter(share: 0.97) + 3_000_000, 300_000_000)
    }

    /// Packets held now.
    var packetCount: Int { count }

    /// Whether the packet whose turn is next is there.
    var hasNext: Bool {
        playing && slots[slotIndex(nextSequence)].sequence == nextSequence
    }

    /// Takes in a packet; false where it comes too late, again, or is not acceptable.
    ///
    /// - Parameters:
    ///   - samples: what the packet holds, in ticks of the clock.
    ///   - hasFEC: whether the payload carries redundancy for the packet before it.
    @discardableResult
    mutating func insert(
        sequenceNumber: SequenceNumber, timestamp: UInt32, arrival: MediaTime, samples: Int, hasFEC: Bool,
        payload: RawSpan
    ) -> Bool {
        guard payload.byteCount <= Self.slotBytes, samples > 0 else { return false }
        let highest = sequenceUnwrapper.highest.map(Int64.init)
        var sequence = Int64(sequenceUnwrapper.unwrap(sequenceNumber))
        if let highest, abs(sequence - highest) > Self.longestJump {
            clear()
            delay.reset()
            timestampUnwrapper = TimestampUnwrapper()
            sequenceUnwrapper = SequenceUnwrapper()
            sequence = Int64(sequenceUnwrapper.unwrap(sequenceNumber))
        }
        let timestamp = Int64(timestampUnwrapper.unwrap(timestamp))
        delay.insert(offset: arrival.nanoseconds - nanoseconds(timestamp))
        if playing {
            guard sequence >= nextSequence else {
                latePackets += 1
                return false
            }
            if sequence >= nextSequence + Int64(Self.capacity) { clear() }
        }
        let index = slotIndex(sequence)
        if slots[index].sequence >= 0 {
            if slots[index].sequence == sequence {
                duplicatePackets += 1
                return false
            }
            count -= 1
        }
        slots[index] = Slot(
            sequence: sequence, timestamp: timestamp, samples: samples, length: payload.byteCount, hasFEC: hasFEC)
        payloads.copy(payload, to: index * Self.slotBytes)
        count += 1
        usualSamples = samples
        return true
    }

    /// Lends the payload in a slot that ``next(at:buffered:)`` named.
    func withPayload<Result>(slot: Int, _ body: (RawSpan) -> Result) -> Result {
        payloads.read(slot * Self.slotBytes..<slot * Self.slotBytes + slots[slot].length, body)
    }

    /// What to decode now. Ask until enough samples are there.
    ///
    /// - Parameter buffered: samples that were decoded before and not played yet, in ticks.
    mutating func next(at now: MediaTime, buffered: Int) -> Step {
        guard playing || start(at: now) else { return .idle }
        guard let following = firstSlot() else { return bridge() }
        waits: if slots[following].sequence != nextSequence {
            // Something is missing, later packets are here. While there is time, it may only be out of order.
            guard surplus(at: now, buffered: buffered) < 0, waited == 0, buffered > 0 else { break waits }
            return bridge()
        }
        let slot = slots[following]
        let gap = slot.timestamp - nextTimestamp
        if slot.sequence == nextSequence, gap <= 0 { return take(following) }

        // What was bridged while nothing came has stood in for a part of the gap.
        let bridged = Int(min(Int64(waited), max(0, gap)))
        waited = 0
        nextTimestamp += Int64(bridged)
        let rest = Int(gap) - bridged
        guard rest > 0 else {
            nextSequence = slot.sequence
            return take(following)
        }
        if slot.sequence == nextSequence {
            guard rest <= ticks(milliseconds: Self.longestPause) else {
                nextTimestamp = slot.timestamp
                return take(following)
            }
            nextTimestamp = slot.timestamp
            return .silence(samples: rest)
        }
        if rest <= slot.samples {
            nextTimestamp = slot.timestamp
            nextSequence = slot.sequence
            return slot.hasFEC ? .recover(slot: following, samples: rest) : .conceal(samples: rest)
        }
        let lost = min(usualSamples, rest)
        nextTimestamp += Int64(lost)
        nextSequence += 1
        return .conceal(samples: lost)
    }

    /// How long after it could have been at the earliest (nanoseconds) the next sample is played; nil while the stream does not play.
    func heldDelay(at now: MediaTime, buffered: Int) -> Int64? {
        guard playing, let lowest = delay.lowestOffset else { return nil }
        // What was bridged stands in for samples that are taken to be lost until they come.
        return now.nanoseconds - nanoseconds(nextTimestamp + Int64(waited - buffered)) - lowest
    }

    /// By how much (nanoseconds) the playout lies behind where it should: positive when too much is held, negative when too little.
    func surplus(at now: MediaTime, buffered: Int) -> Int64 {
        heldDelay(at: now, buffered: buffered).map { $0 - targetDelay } ?? 0
    }

    /// Skips to a later packet when far too much is held, so that a burst after a stall does not stay as delay.
    ///
    /// - Returns: whether anything was skipped.
    mutating func skip(at now: MediaTime, buffered: Int, beyond limit: Int64) -> Bool {
        var skipped = false
        while count > 1, surplus(at: now, buffered: buffered) > limit, let first = firstSlot() {
            nextTimestamp = slots[first].timestamp + Int64(slots[first].samples)
            nextSequence = slots[first].sequence + 1
            release(first)
            skipped = true
        }
        return skipped
    }

    /// Empties the buffer; the next packet begins the playout anew.
    mutating func clear() {
        for index in slots.indices { slots[index].sequence = -1 }
        count = 0
        stop()
    }

    // MARK: - Steps

    private mutating func start(at now: MediaTime) -> Bool {
        guard let first = firstSlot(), let lowest = delay.lowestOffset else { return false }
        let due = nanoseconds(slots[first].timestamp) + lowest + targetDelay
        guard now.nanoseconds >= due else { return false }
        playing = true
        waited = 0
        nextSequence = slots[first].sequence
        nextTimestamp = slots[first].timestamp
        return true
    }

    private mutating func stop() {
        playing = false
        waited = 0
    }

    private mutating func bridge() -> Step {
        guard waited < ticks(milliseconds: Self.longestWait) else {
            stop()
            return .idle
        }
        waited += usualSamples
        return .wait(samples: usualSamples)
    }

    private mutating func take(_ index: Int) -> Step {
        let slot = slots[index]
        nextSequence = slot.sequence + 1
        nextTimestamp = slot.timestamp + Int64(slot.samples)
        waited = 0
        release(index)
        return .packet(slot: index)
    }

    private mutating func release(_ index: Int) {
        slots[index].sequence = -1
        count -= 1
    }

    private func firstSlot() -> Int? {
        guard count > 0 else { return nil }
        if playing {
            for sequence in nextSequence..<nextSequence + Int64(Self.capacity) {
                let index = slotIndex(sequence)
                if slots[index].sequence == sequence { return index }
            }
            return nil
        }
        var first: Int?
        for index in slots.indices where slots[index].sequence >= 0 {
            if let known = first, slots[known].sequence < slots[index].sequence { continue }
            first = index
        }
        return first
    }

    private func slotIndex(_ sequence: Int64) -> Int {
        let remainder = Int(sequence % Int64(Self.capacity))
        return remainder < 0 ? remainder + Self.capacity : remainder
    }

    private func nanoseconds(_ ticks: Int64) -> Int64 {
        ticks / Int64(clockRate) * 1_000_000_000 + ticks % Int64(clockRate) * 1_000_000_000 / Int64(clockRate)
    }

    private func ticks(milliseconds: Int) -> Int {
        clockRate / 1_000 * milliseconds
    }
}
