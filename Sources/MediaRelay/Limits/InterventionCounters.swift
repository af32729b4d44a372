/// What a limiter did to a stream since it began.
public struct InterventionCounters: Equatable, Sendable {
    /// Frames that left, those of them that were delayed, and frames that were left out.
    public internal(set) var framesSent: UInt64 = 0
    public internal(set) var framesDelayed: UInt64 = 0
    public internal(set) var framesLeftOut: UInt64 = 0
    /// Bits that came, and bits of them that were left out, as the limit counts them.
    public internal(set) var bitsIn: UInt64 = 0
    public internal(set) var bitsLeftOut: UInt64 = 0
}
