/// A bitrate as a mantissa and a power of two, which REMB and TMMBR share with mantissas of different widths.
enum ExponentialBitrate {
    /// The bitrate of the two fields, in bits per second; clamped where it would not fit 64 bits.
    @inline(__always)
    static func decode(exponent: UInt32, mantissa: UInt32) -> UInt64 {
        guard mantissa != 0 else { return 0 }
        let value = UInt64(mantissa)
        guard Int(exponent) <= value.leadingZeroBitCount else { return .max }
        return value << UInt64(exponent)
    }

    /// The fields for `bitrate`, rounded down to what `mantissaBits` can say.
    @inline(__always)
    static func encode(_ bitrate: UInt64, mantissaBits: Int) -> (exponent: UInt32, mantissa: UInt32) {
        let exponent = max(0, 64 - bitrate.leadingZeroBitCount - mantissaBits)
        return (UInt32(exponent), UInt32(truncatingIfNeeded: bitrate >> UInt64(exponent)))
    }
}
