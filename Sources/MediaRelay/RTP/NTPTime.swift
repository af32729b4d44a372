/// An NTP timestamp: seconds since 1900 in 32.32 fixed point (RFC 3550, 4).
public struct NTPTime: Hashable, Sendable {
    /// Seconds in the upper 32 bits, the fraction in the lower.
    public var rawValue: UInt64

    /// A timestamp from its 64 bits.
    @inline(__always)
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The timestamp of a wall-clock time in nanoseconds since 1970, UTC; seconds wrap in 2036.
    @inline(__always)
    public init(unixNanoseconds nanoseconds: UInt64) {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        rawValue = (seconds &+ 2_208_988_800) << 32 | (rest << 32) / 1_000_000_000
    }

    /// The middle 32 bits: 16.16 fixed-point seconds, as reports refer to a sender report (LSR).
    @inline(__always)
    public var middle: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

    /// A span of time in units of 1/65,536 s, as reports give delays (DLSR); at most 18 hours.
    @inline(__always)
    static func units(ofNanoseconds nanoseconds: UInt64) -> UInt32 {
        UInt32(clamping: (nanoseconds / 1_000_000_000) << 16 + ((nanoseconds % 1_000_000_000) << 16) / 1_000_000_000)
    }

    /// The nanoseconds in a span of 1/65,536 s units.
    @inline(__always)
    static func nanoseconds(ofUnits units: UInt32) -> UInt64 {
        UInt64(units) * 1_000_000_000 >> 16
    }
}
