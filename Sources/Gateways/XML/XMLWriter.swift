/// Writes documents into a byte buffer. What is put into them is escaped; characters that XML does not allow become U+FFFD.
struct XMLWriter {
    /// What has been written.
    var bytes: [UInt8] = []

    /// Writes markup as it stands.
    mutating func literal(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Writes ` name="value"`.
    mutating func attribute(_ name: StaticString, _ value: String) {
        bytes.append(0x20)
        literal(name)
        literal("=\"")
        escaped(value, isAttribute: true)
        bytes.append(0x22)
    }

    /// Writes ` name="number"`.
    mutating func attribute(_ name: StaticString, _ value: Int) {
        attribute(name, String(value))
    }

    /// Writes character data.
    mutating func text(_ text: String) {
        escaped(text, isAttribute: false)
    }

    private mutating func escaped(_ text: String, isAttribute: Bool) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": literal("&amp;")
            case "<": literal("&lt;")
            case ">": literal("&gt;")
            case "\"": literal("&quot;")
            // A reader would make a bare CR an LF, and in an attribute any of them a space.
            case "\r": literal("&#13;")
            case "\n" where isAttribute: literal("&#10;")
            case "\t" where isAttribute: literal("&#9;")
            default:
                UTF8Text.append(XMLCharacter.isAllowed(scalar.value) ? scalar.value : 0xFFFD, to: &bytes)
            }
        }
    }
}
