/// Bytes that were fed in and not yet taken.
struct ByteQueue {
    private var bytes: [UInt8] = []
    private var offset = 0

    var count: Int { bytes.count - offset }

    mutating func append(_ more: RawSpan) {
        if offset > 0 {
            bytes.removeSubrange(0..<offset)
            offset = 0
        }
        more.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    subscript(_ index: Int) -> UInt8 { bytes[offset + index] }

    func littleEndian(_ index: Int, bytes count: Int) -> Int {
        (0..<count).reversed().reduce(0) { $0 << 8 | Int(self[index + $1]) }
    }

    func hasText(_ text: StaticString, at index: Int = 0) -> Bool {
        guard count >= index + text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in expected.indices.allSatisfy { self[index + $0] == expected[$0] } }
    }

    /// The place of the first such byte among the next `limit`.
    func firstIndex(of byte: UInt8, limit: Int) -> Int? {
        bytes[offset..<min(bytes.count, offset + limit)].firstIndex(of: byte).map { $0 - offset }
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[(offset + range.lowerBound)..<(offset + range.upperBound)], as: UTF8.self)
    }

    mutating func skip(_ count: Int) {
        offset += min(count, self.count)
    }

    /// Moves bytes to the end of `target`.
    mutating func take(_ count: Int, into target: inout [UInt8]) {
        target.append(contentsOf: bytes[offset..<(offset + count)])
        offset += count
    }
}
