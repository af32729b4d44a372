/// Searches through bytes, eight at a time: these three loops touch every byte that a line client sends.
enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The index of the first `byte` in `range`, or nil.
    @inline(__always)
    static func first(_ byte: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        first(byte, or: byte, in: bytes, range)
    }

    /// The index of the first `one` or `other` in `range`, or nil.
    @inline(__always)
    static func first(_ one: UInt8, or other: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        let raw = bytes.bytes
        let onePattern = UInt64(one) &* ones
        let otherPattern = UInt64(other) &* ones
        var index = range.lowerBound
        while index &+ 8 <= range.upperBound {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            // A byte that equals the pattern becomes zero; the lowest marked byte is always a true zero.
            let zero = zeroBytes(word ^ onePattern) | zeroBytes(word ^ otherPattern)
            if zero != 0 { return index &+ zero.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < range.upperBound {
            if bytes[index] == one || bytes[index] == other { return index }
            index &+= 1
        }
        return nil
    }

    /// Whether all bytes are printable ASCII (space to `~`): then they are valid UTF-8 without control characters.
    static func isPrintableASCII(_ bytes: Span<UInt8>) -> Bool {
        let raw = bytes.bytes
        var index = 0
        while index &+ 8 <= bytes.count {
            let word = raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            // The top bit of a byte is set by a borrow (below space), by a carry (DEL) or was set before (not ASCII). What
            // a borrow or carry does to its neighbour is harmless: the byte it came from is already marked.
            if ((word &- ones &* 0x20) | (word &+ ones) | word) & highBits != 0 { return false }
            index &+= 8
        }
        while index < bytes.count {
            guard (0x20..<0x7F).contains(bytes[index]) else { return false }
            index &+= 1
        }
        return true
    }

    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- ones) & ~word & highBits
    }
}
