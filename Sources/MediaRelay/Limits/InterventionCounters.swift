/// What a limiter did to a stream since it began.
public struct InterventionCounters: Equatable, Sendable {
    /// Frames that left.
    public internal(set) var framesSent: UInt64 = 0
    /// Frames of them that were delayed.
    public internal(set) var framesDelayed: UInt64 = 0
    /// Frames that were left out.
    public internal(set) var framesLeftOut: UInt64 = 0
    /// Bits that came, as the limit counts them.
    public internal(set) var bitsIn: UInt64 = 0
    /// Bits of them that were left out.
    public internal(set) var bitsLeftOut: UInt64 = 0

    /// Nothing yet.
    public init() {}

    /// Adds the counts of another stream.
    mutating func add(_ other: InterventionCounters) {
        framesSent += other.framesSent
        framesDelayed += other.framesDelayed
        framesLeftOut += other.framesLeftOut
        bitsIn += other.bitsIn
        bitsLeftOut += other.bitsLeftOut
    }
}
