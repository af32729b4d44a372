/// The inside of JSON strings.
enum JSONText {
    /// The value of a hexadecimal digit.
    static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    /// The text of a string that has been read, its escapes resolved. A half of a surrogate pair becomes U+FFFD.
    static func unescape(_ text: Span<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard text[index] == 0x5C else {
                bytes.append(text[index])
                index += 1
                continue
            }
            switch text[index + 1] {
            case 0x62: bytes.append(0x08)
            case 0x66: bytes.append(0x0C)
            case 0x6E: bytes.append(0x0A)
            case 0x72: bytes.append(0x0D)
            case 0x74: bytes.append(0x09)
            case 0x75:
                UTF8Text.append(scalar(text, at: &index), to: &bytes)
                continue
            default: bytes.append(text[index + 1])
            }
            index += 2
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The character of the `\uXXXX`, or of the two of them, at an index, which is left behind it.
    private static func scalar(_ text: Span<UInt8>, at index: inout Int) -> UInt32 {
        let first = unit(text, at: index) ?? 0xFFFD
        index += 6
        guard (0xD800...0xDFFF).contains(first) else { return first }
        guard first < 0xDC00, let second = unit(text, at: index), (0xDC00...0xDFFF).contains(second) else {
            return 0xFFFD
        }
        index += 6
        return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private static func unit(_ text: Span<UInt8>, at index: Int) -> UInt32? {
        guard index + 6 <= text.count, text[index] == 0x5C, text[index + 1] == 0x75 else { return nil }
        var value: UInt32 = 0
        for place in index + 2..<index + 6 {
            guard let digit = digit(text[place]) else { return nil }
            value = value << 4 | digit
        }
        return value
    }
}
