/// Searches through bytes, eight at a time: these loops touch every byte that a line client sends.
enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The index of the first `byte` in `range`, or nil.
    @inline(__always)
    static func first(_ byte: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let pattern = UInt64(byte) &* ones
        return first(in: bytes, range, word: { zeroBytes($0 ^ pattern) }, byte: { $0 == byte })
    }

    /// The index of the first `one` or `other` in `range`, or nil.
    @inline(__always)
    static func first(_ one: UInt8, or other: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let onePattern = UInt64(one) &* ones
        let otherPattern = UInt64(other) &* ones
        return first(
            in: bytes, range, word: { zeroBytes($0 ^ onePattern) | zeroBytes($0 ^ otherPattern) },
            byte: { $0 == one || $0 == other })
    }

    /// The first byte that `byte` finds; `word` marks the top bits of such bytes in eight at once, at least of the first.
    @inline(__always)
    private static func first(
        in bytes: Span<UInt8>, _ range: Range<Int>, word: (UInt64) -> UInt64, byte: (UInt8) -> Bool
    ) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        let raw = bytes.bytes
        var index = range.lowerBound
        while index &+ 8 <= range.upperBound {
            let marks = word(UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)))
            if marks != 0 { return index &+ marks.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < range.upperBound {
            if byte(bytes[index]) { return index }
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

    /// The index of the first byte in `range` that is not printable ASCII, or is a quote or a backslash; nil where there is none.
    @inline(__always)
    static func firstSpecial(in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let quotes = UInt64(UInt8(ascii: "\"")) &* ones
        let backslashes = UInt64(UInt8(ascii: "\\")) &* ones
        return first(
            in: bytes, range,
            // The lowest mark is true: what a borrow or carry does reaches only the bytes above the one it came from.
            word: {
                zeroBytes($0 ^ quotes) | zeroBytes($0 ^ backslashes)
                    | (($0 &- ones &* 0x20) | ($0 &+ ones) | $0) & highBits
            },
            byte: { $0 < 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })
    }

    /// Marks the bytes that are zero; of marks above the lowest some may be false.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- ones) & ~word & highBits
    }
}
