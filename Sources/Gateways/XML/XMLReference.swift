/// The references that a text may hold (XML 1.0, sections 4.1 and 4.6).
enum XMLReference {
    /// The character that a reference stands for.
    ///
    /// - Parameter name: what is between `&` and `;`.
    static func resolve(_ name: [UInt8]) throws(XMLError) -> UInt32 {
        guard name.first != 0x23 else { return try number(name.dropFirst()) }
        switch String(decoding: name, as: UTF8.self) {
        case "lt": return 0x3C
        case "gt": return 0x3E
        case "amp": return 0x26
        case "quot": return 0x22
        case "apos": return 0x27
        default: throw .refused("An entity is not one of the predefined five.")
        }
    }

    /// Whether a byte may stand in a reference that can be resolved.
    static func mayHold(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x23, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) throws(XMLError) -> UInt32 {
        let isHexadecimal = digits.first == 0x78
        let digits = isHexadecimal ? digits.dropFirst() : digits
        let radix: UInt32 = isHexadecimal ? 16 : 10
        var value: UInt32 = 0
        for digit in digits {
            guard let digit = Character(Unicode.Scalar(digit)).hexDigitValue.map({ UInt32($0) }), digit < radix else {
                throw .malformed("A character reference is no number.")
            }
            value = value * radix + digit
            guard value <= 0x10FFFF else { throw .malformed("A character reference names no character.") }
        }
        guard !digits.isEmpty, XMLCharacter.isAllowed(value) else {
            throw .malformed("A character reference names no character.")
        }
        return value
    }
}
