/// Decodes UTF-8 byte by byte (RFC 3629): overlong forms, surrogates and what is past U+10FFFF are errors.
struct UTF8Decoder: Sendable {
    /// What a byte brought.
    enum Step {
        /// A whole character.
        case scalar(UInt32)
        /// A part of one.
        case more
        /// It is not UTF-8.
        case invalid
    }

    private var scalar: UInt32 = 0
    private var missing = 0
    private var least: UInt32 = 0

    /// Whether the last byte ended a character.
    var isBetweenCharacters: Bool { missing == 0 }

    /// Takes the next byte.
    mutating func take(_ byte: UInt8) -> Step {
        if missing == 0 {
            switch byte {
            case 0..<0x80: return .scalar(UInt32(byte))
            case 0xC2...0xDF: (scalar, missing, least) = (UInt32(byte & 0x1F), 1, 0x80)
            case 0xE0...0xEF: (scalar, missing, least) = (UInt32(byte & 0x0F), 2, 0x800)
            case 0xF0...0xF4: (scalar, missing, least) = (UInt32(byte & 0x07), 3, 0x10000)
            default: return .invalid
            }
            return .more
        }
        guard byte & 0xC0 == 0x80 else { return .invalid }
        scalar = scalar << 6 | UInt32(byte & 0x3F)
        missing -= 1
        guard missing == 0 else { return .more }
        guard scalar >= least, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else { return .invalid }
        return .scalar(scalar)
    }
}
