/// Writes JSON (RFC 8259), value by value.
struct JSONText {
    /// What was written.
    private(set) var text = ""
    private var needsComma = false

    /// `{` … `}` with its members written by the body.
    mutating func object<Failure: Error>(_ body: (inout JSONText) throws(Failure) -> Void) throws(Failure) {
        try nest("{", "}", body)
    }

    /// `[` … `]` with its values written by the body.
    mutating func array<Failure: Error>(_ body: (inout JSONText) throws(Failure) -> Void) throws(Failure) {
        try nest("[", "]", body)
    }

    /// A member's name; its value is written next.
    mutating func key(_ name: String) {
        separate()
        quote(name)
        text += ":"
        needsComma = false
    }

    mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int64?) {
        guard let value else { return }
        key(name)
        separate()
        text += String(value)
        needsComma = true
    }

    mutating func member(_ name: String, _ value: Bool) {
        key(name)
        separate()
        text += value ? "true" : "false"
        needsComma = true
    }

    mutating func string(_ value: String) {
        separate()
        quote(value)
        needsComma = true
    }

    private mutating func nest<Failure: Error>(
        _ open: String, _ close: String, _ body: (inout JSONText) throws(Failure) -> Void
    ) throws(Failure) {
        separate()
        text += open
        needsComma = false
        try body(&self)
        text += close
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { text += "," }
    }

    private mutating func quote(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if scalar.value < 0x20 {
                    text += "\\u00" + Hexadecimal.text([UInt8(scalar.value)])
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
