/// Which packets of a sender's are missing, and when to ask for them (RFC 4585, 6.2.1): soon after the gap was seen, so that what was only reordered can still come, again while they do
/// not come, and no more when it would be too late.
struct LossTracker {
    private struct Missing {
        var sequence: UInt64
        var due: MediaTime
        var attempts = 0
        var since: MediaTime
    }

    /// Missing packets that are remembered; more than that, and a key frame is the better answer.
    private static let most = 128
    /// The time that reordered packets are given, in ms.
    private static let patience: Int64 = 5
    private static let mostAttempts = 8
    /// Nobody needs a packet that is so late, in ms.
    private static let lifetime: Int64 = 1_000

    private var missing: [Missing] = []
    private var highest: UInt64?
    /// Packets that were asked for, and those of them that came.
    private(set) var requested: UInt64 = 0
    private(set) var recovered: UInt64 = 0

    /// Makes a tracker that has seen nothing.
    init() {
        missing.reserveCapacity(Self.most)
    }

    /// Notes a packet that has come. True where more is missing than can be asked for.
    mutating func receive(_ sequence: UInt64, at now: MediaTime) -> Bool {
        guard let highest else {
            self.highest = sequence
            return false
        }
        if sequence <= highest {
            if let index = missing.firstIndex(where: { $0.sequence == sequence }) {
                if missing[index].attempts > 0 { recovered += 1 }
                missing.remove(at: index)
            }
            return false
        }
        self.highest = sequence
        guard sequence - highest - 1 + UInt64(missing.count) <= UInt64(Self.most) else {
            missing.removeAll(keepingCapacity: true)
            return true
        }
        let due = now.advanced(milliseconds: Self.patience)
        for lost in highest + 1..<sequence { missing.append(Missing(sequence: lost, due: due, since: now)) }
        return false
    }

    /// When ``takeDue(at:roundTrip:into:)`` is to be called next; nil where nothing is missing.
    var nextDeadline: MediaTime? { missing.lazy.map(\.due).min() }

    /// Adds the packets that are to be asked for now to `numbers`, in order. `roundTrip` in ns says how long an answer takes, where that is known.
    mutating func takeDue(at now: MediaTime, roundTrip: UInt64?, into numbers: inout [SequenceNumber]) {
        missing.removeAll { $0.attempts >= Self.mostAttempts || now.milliseconds(since: $0.since) > Self.lifetime }
        let wait = min(max(Int64(roundTrip ?? 80_000_000) / 1_000_000 * 3 / 2, 20), 300)
        for index in missing.indices where missing[index].due <= now {
            numbers.append(SequenceNumber(UInt16(truncatingIfNeeded: missing[index].sequence)))
            missing[index].due = now.advanced(milliseconds: wait)
            if missing[index].attempts == 0 { requested += 1 }
            missing[index].attempts += 1
        }
    }
}
