/// Writes JSON into a byte buffer. Commas come by themselves.
public struct JSONWriter: Sendable {
    /// What has been written.
    public var bytes: [UInt8]
    /// Whether a value stands before the place where the next one comes.
    private var needsComma = false

    /// A writer that goes on behind some bytes.
    public init(after bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    /// Writes an object; the body writes its members.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(0x7B)
        body(&self)
        bytes.append(0x7D)
        needsComma = true
    }

    /// Writes an array; the body writes its elements.
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(0x5B)
        body(&self)
        bytes.append(0x5D)
        needsComma = true
    }

    /// Writes a member's name; its value comes next.
    public mutating func name(_ name: StaticString) {
        if needsComma { bytes.append(0x2C) }
        bytes.append(0x22)
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(0x22)
        bytes.append(0x3A)
        needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        separate()
        bytes.append(0x22)
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, byte])
            case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
            case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
            case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
            case 0..<0x20:
                bytes.append(contentsOf: [0x5C, 0x75, 0x30, 0x30])
                bytes.append(Self.digit(byte >> 4))
                bytes.append(Self.digit(byte & 15))
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
        needsComma = true
    }

    /// Writes a whole number.
    public mutating func integer(_ number: some BinaryInteger) {
        raw(String(number).utf8)
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        raw((value ? "true" : "false").utf8)
    }

    /// Writes `null`.
    public mutating func null() {
        raw("null".utf8)
    }

    /// Writes a value that is JSON already.
    public mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
        needsComma = false
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 + value - 10 }
}

extension JSONWriter {
    /// Writes a member that is a string.
    public mutating func member(_ name: StaticString, _ text: String) {
        self.name(name)
        string(text)
    }

    /// Writes a member whose name is known only now.
    public mutating func member(named name: String, _ text: String) {
        string(name)
        bytes.append(0x3A)
        needsComma = false
        string(text)
    }

    /// Writes a member that is a whole number.
    public mutating func member(_ name: StaticString, _ number: some BinaryInteger) {
        self.name(name)
        integer(number)
    }

    /// Writes a member that is true or false.
    public mutating func member(_ name: StaticString, _ value: Bool) {
        self.name(name)
        bool(value)
    }
}
