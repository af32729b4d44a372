/// A `QString` as Qt's `QDataStream` writes it: a 32-bit length in bytes, then UTF-16, all big-endian. The length 0xFFFFFFFF is
/// that of a null string.
enum MIMString {
    /// Writes a string with its length.
    static func write(_ text: String, to bytes: inout [UInt8]) {
        let units = Array(text.utf16)
        BigEndian.append(UInt32(truncatingIfNeeded: units.count * 2), to: &bytes)
        for unit in units { BigEndian.append(unit, to: &bytes) }
    }

    /// Reads the string that takes up all of the bytes: its length must be theirs, even, and what it holds valid UTF-16.
    static func read(_ bytes: Span<UInt8>) -> String? {
        guard bytes.count >= 4 else { return nil }
        let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[$1]) }
        guard length != 0xFFFF_FFFF else { return bytes.count == 4 ? "" : nil }
        guard length == bytes.count - 4, length.isMultiple(of: 2) else { return nil }
        var units: [UInt16] = []
        units.reserveCapacity(length / 2)
        for index in stride(from: 4, to: bytes.count, by: 2) {
            units.append(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]))
        }
        return String(validating: units, as: UTF16.self)
    }
}
