/// Writes the protocol's lines into a byte buffer.
///
/// Words are separated by one space, which the writer puts before each word but a line's first, and quoted where they are empty or hold white space, `"` or `\`; lines end in CRLF.
public struct LineWriter: Sendable {
    /// What has been written.
    public var bytes: [UInt8]

    /// Makes a writer that goes on behind `bytes`.
    public init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    /// Writes fixed text as it is: the protocol's own words and separators.
    @inline(__always)
    public mutating func literal(_ text: StaticString) {
        // A static string is memory of the program itself: its pointer is always valid.
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Ends the line.
    @inline(__always)
    public mutating func end() {
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    /// Writes a number as a word.
    public mutating func number(_ value: some BinaryInteger) {
        separate()
        decimal(Int64(clamping: value))
    }

    /// Writes a word, quoted if it has to be.
    public mutating func word(_ text: Span<UInt8>) {
        separate()
        if Self.isPlain(text), ByteScan.first(0x20, or: 0x09, in: text, text.indices) == nil, !text.isEmpty {
            raw(text)
        } else {
            quote(text)
        }
    }

    /// Writes a text in quotes, whatever it holds.
    public mutating func quoted(_ text: Span<UInt8>) {
        separate()
        quote(text)
    }

    /// Writes bytes as they are.
    public mutating func raw(_ text: Span<UInt8>) {
        // The pointer lives for one memcpy.
        text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// Writes `@status n`.
    public mutating func status(_ status: LineStatus) {
        literal("@status ")
        decimal(Int64(status.rawValue))
        end()
    }

    /// Writes the space between two words; none where a line begins.
    @inline(__always)
    private mutating func separate() {
        if let last = bytes.last, last != 0x0A { bytes.append(0x20) }
    }

    private mutating func quote(_ text: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        if Self.isPlain(text) {
            raw(text)
        } else {
            escape(text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ text: Span<UInt8>) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            // Other protocols allow control characters; a line of this one holds none but tab, so each becomes a space.
            if let length = LineText.controlLength(text, at: index) {
                bytes.append(0x20)
                index += length
                continue
            }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
            index += 1
        }
    }

    private mutating func decimal(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// Whether the text can stand between quotes as it is.
    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        LineText.isClean(text)
            && ByteScan.first(UInt8(ascii: "\""), or: UInt8(ascii: "\\"), in: text, text.indices) == nil
    }
}
