/// The initial counter block or nonce of a packet, as two big-endian halves.
struct CounterBlock: Equatable {
    var high: UInt64
    var low: UInt64

    /// Counter mode (RFC 3711, 4.1.1): a salt of 14 bytes, xor the source, xor the packet's index, and a block counter of
    /// two bytes that begins at 0.
    @inline(__always)
    init(salt: CounterBlock, ssrc: UInt32, index: UInt64) {
        high = salt.high ^ UInt64(ssrc)
        low = salt.low ^ index << 16
    }

    /// Galois/counter mode (RFC 7714, 8.1 and 9.1): twelve bytes, of which the source and the packet's index are xored
    /// with the salt.
    @inline(__always)
    init(nonceWithSalt salt: CounterBlock, ssrc: UInt32, index: UInt64) {
        high = salt.high ^ (UInt64(ssrc) << 16 | index >> 32)
        low = salt.low ^ index << 32
    }

    /// Up to 16 bytes, the rest zero.
    init(_ bytes: [UInt8]) {
        func half(_ range: Range<Int>) -> UInt64 {
            range.reduce(0) { $0 << 8 | UInt64($1 < bytes.count ? bytes[$1] : 0) }
        }
        high = half(0..<8)
        low = half(8..<16)
    }

    /// The bytes in memory order.
    @inline(__always)
    var bytes: (UInt64, UInt64) { (high.bigEndian, low.bigEndian) }
}
