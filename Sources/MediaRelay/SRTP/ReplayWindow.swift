/// Remembers which of the last 128 packets of a source have come (RFC 3711, 3.3.2).
struct ReplayWindow: Equatable, Sendable {
    static let length: UInt64 = 128

    /// The highest index that was accepted; nil before the first.
    private(set) var highest: UInt64?
    /// Bit n stands for the index `highest - n`.
    private var seen: UInt128 = 0

    /// Whether a packet with this index may be accepted.
    @inline(__always)
    func allows(_ index: UInt64) -> Bool {
        guard let highest, index <= highest else { return true }
        let age = highest - index
        return age < Self.length && seen >> UInt128(age) & 1 == 0
    }

    /// Notes an index that was authentic and allowed.
    @inline(__always)
    mutating func accept(_ index: UInt64) {
        guard let highest else {
            self.highest = index
            seen = 1
            return
        }
        guard index > highest else {
            seen |= 1 << UInt128(highest - index)
            return
        }
        let step = index - highest
        seen = step < Self.length ? seen << UInt128(step) | 1 : 1
        self.highest = index
    }
}
