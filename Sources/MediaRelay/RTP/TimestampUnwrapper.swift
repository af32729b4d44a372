/// Extends 32-bit RTP timestamps to 64 bits, following the newest timestamp seen.
///
/// Differences of up to 2³¹ units either way are followed: 12 hours at 48 kHz, 6.6 hours at 90 kHz.
public struct TimestampUnwrapper: Sendable {
    /// The highest extended timestamp so far; nil before the first.
    public private(set) var highest: UInt64?

    /// An unwrapper that has seen nothing.
    public init() {}

    /// The extended form of `timestamp`, in units of its clock rate. The first one lands at 2³² plus its own value, so
    /// that what came before it does not go below zero.
    @inline(__always)
    public mutating func unwrap(_ timestamp: UInt32) -> UInt64 {
        guard let last = highest else {
            let first = 0x1_0000_0000 | UInt64(timestamp)
            highest = first
            return first
        }
        let step = Int64(Int32(bitPattern: timestamp &- UInt32(truncatingIfNeeded: last)))
        guard step < 0 else {
            let extended = last &+ UInt64(step)
            highest = extended
            return extended
        }
        let back = UInt64(-step)
        return last >= back ? last - back : UInt64(timestamp)
    }
}
