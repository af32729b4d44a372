extension RawSpan {
    /// The byte at this offset, which must lie inside.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: precondition(offset), as: UInt8.self)
    }

    /// 16 bits, least significant byte first.
    @inline(__always)
    func littleEndian16(_ offset: Int) -> UInt16 {
        UInt16(byte(offset)) | UInt16(byte(offset + 1)) << 8
    }

    /// 32 bits, least significant byte first.
    @inline(__always)
    func littleEndian32(_ offset: Int) -> UInt32 {
        UInt32(littleEndian16(offset)) | UInt32(littleEndian16(offset + 2)) << 16
    }

    /// 64 bits, least significant byte first.
    @inline(__always)
    func littleEndian64(_ offset: Int) -> UInt64 {
        UInt64(littleEndian32(offset)) | UInt64(littleEndian32(offset + 4)) << 32
    }

    /// 32 bits, most significant byte first.
    @inline(__always)
    func bigEndian32(_ offset: Int) -> UInt32 {
        littleEndian32(offset).byteSwapped
    }

    /// Whether the bytes from the offset on are those of the text.
    func hasText(_ text: StaticString, at offset: Int = 0) -> Bool {
        guard offset >= 0, byteCount - offset >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            for index in expected.indices where byte(offset + index) != expected[index] { return false }
            return true
        }
    }

    @inline(__always)
    private func precondition(_ offset: Int) -> Int {
        Swift.precondition(offset >= 0 && offset < byteCount)
        return offset
    }
}

extension [UInt8] {
    mutating func appendLittleEndian<Integer: FixedWidthInteger>(_ value: Integer) {
        var rest = value
        for _ in 0..<(Integer.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: rest))
            rest = rest >> 8
        }
    }

    mutating func append(text: String) {
        append(contentsOf: text.utf8)
    }
}
