/// The 48-bit index of an RTP packet: the number of times that the sequence number has wrapped, and the number itself
/// (RFC 3711, 3.3.1).
enum PacketIndex {
    /// The indices that a key may be used for.
    static let limit: UInt64 = 1 << 48

    /// The index of a packet with this number, the one nearest to the highest so far; nil for one from before the
    /// first cycle, or after the last.
    @inline(__always)
    static func estimate(_ number: UInt16, highest: UInt64?) -> UInt64? {
        guard let highest else { return UInt64(number) }
        let step = Int64(Int16(bitPattern: number &- UInt16(truncatingIfNeeded: highest)))
        let index = Int64(highest) + step
        return index >= 0 && index < Int64(limit) ? UInt64(index) : nil
    }
}
