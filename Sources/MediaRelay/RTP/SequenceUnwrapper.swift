/// Extends 16-bit sequence numbers to 64 bits that never wrap, following the newest number seen (RFC 3550, A.1).
///
/// A stream may come up to 32,767 packets late and still be placed right. The first number seen is placed in the second
/// cycle (65,536 and up), so that packets from before it still get a number that is not negative.
public struct SequenceUnwrapper: Sendable {
    /// The highest extended number so far; nil before the first packet.
    public private(set) var highest: UInt64?

    /// An unwrapper that has seen nothing.
    public init() {}

    /// The extended number of `number`, which becomes the highest when it is newer.
    @inline(__always)
    public mutating func unwrap(_ number: SequenceNumber) -> UInt64 {
        guard let last = highest else {
            let first = 0x1_0000 | UInt64(number.rawValue)
            highest = first
            return first
        }
        let step = number.distance(from: SequenceNumber(UInt16(truncatingIfNeeded: last)))
        guard step < 0 else {
            let extended = last &+ UInt64(step)
            highest = extended
            return extended
        }
        let back = UInt64(-step)
        return last >= back ? last - back : UInt64(number.rawValue)
    }
}
