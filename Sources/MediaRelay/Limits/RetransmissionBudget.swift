/// What is sent again to one receiver: counted, and kept within what its limit leaves.
struct RetransmissionBudget {
    /// The length of a slot, in ms: the window of the video limit.
    private static let slot = FrameGate.windowMilliseconds

    private var slotStart: MediaTime?
    private var bits = 0
    private var bitsBefore = 0
    /// Packets that were sent again.
    private(set) var packets: UInt64 = 0

    /// Takes `wanted` bits out of what is left of `allowance` for the window that ends now; false where that is too little.
    mutating func take(_ wanted: Int, of allowance: Int, at now: MediaTime) -> Bool {
        let age = slotStart.map { now.milliseconds(since: $0) } ?? .max
        if age >= Self.slot {
            bitsBefore = age < 2 * Self.slot ? bits : 0
            bits = 0
            slotStart = now
        }
        guard bitsBefore + bits + wanted <= allowance else { return false }
        bits += wanted
        packets += 1
        return true
    }
}
