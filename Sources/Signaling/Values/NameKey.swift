/// A name's bytes in place, so that what comes from a socket is looked up without becoming a text.
struct NameKey: Hashable {
    private var words = InlineArray<4, UInt64>(repeating: 0)

    /// The key of a name.
    init(_ name: Name) {
        var shift = 0
        for byte in name.text.utf8 {
            words[shift >> 6] |= UInt64(byte) << UInt64(shift & 63)
            shift += 8
        }
        words[3] |= UInt64(shift >> 3) << 56
    }

    /// The key of bytes; nil where they are too many for a name.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count <= Name.maximumBytes else { return nil }
        for index in bytes.indices {
            words[index >> 3] |= UInt64(bytes[index]) << UInt64((index & 7) << 3)
        }
        // The last byte is never a name's: the number of bytes stands there.
        words[3] |= UInt64(bytes.count) << 56
    }

    static func == (left: NameKey, right: NameKey) -> Bool {
        (left.words[0] ^ right.words[0]) | (left.words[1] ^ right.words[1]) | (left.words[2] ^ right.words[2])
            | (left.words[3] ^ right.words[3]) == 0
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words[0])
        // Few names are longer; equal names take the same way.
        if words[3] >> 56 > 8 {
            hasher.combine(words[1])
            hasher.combine(words[2])
            hasher.combine(words[3])
        }
    }
}
