/// What may stand in a line.
enum LineText {
    /// Whether the bytes are UTF-8 without control characters (C0 other than tab, DEL, C1).
    static func isClean(_ bytes: Span<UInt8>) -> Bool {
        ByteScan.isPrintableASCII(bytes) || UTF8Text.isValid(bytes) && !hasControl(bytes)
    }

    /// Whether the bytes are a name: 1 to 30 of them, no control character (tab is one here).
    static func isName(_ bytes: Span<UInt8>) -> Bool {
        (1...30).contains(bytes.count) && isClean(bytes) && ByteScan.first(0x09, in: bytes, bytes.indices) == nil
    }

    /// The number of bytes of the control character at an index of UTF-8; nil where there is none, or a tab.
    static func controlLength(_ bytes: Span<UInt8>, at index: Int) -> Int? {
        let byte = bytes[index]
        if byte < 0x20 && byte != 0x09 || byte == 0x7F { return 1 }
        // C1 is U+0080 to U+009F, in UTF-8 C2 80 to C2 9F.
        return byte == 0xC2 && index + 1 < bytes.count && bytes[index + 1] < 0xA0 ? 2 : nil
    }

    /// The lines of a text of another protocol: CRLF, LF and CR end one, and the end of the text does.
    static func forEachLine(_ text: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        var start = 0
        while let mark = ByteScan.first(0x0A, or: 0x0D, in: text, start..<text.count) {
            body(text.extracting(start..<mark))
            let isPair = text[mark] == 0x0D && mark + 1 < text.count && text[mark + 1] == 0x0A
            start = mark + (isPair ? 2 : 1)
        }
        if start < text.count || text.isEmpty { body(text.extracting(start..<text.count)) }
    }

    /// The lines of a board message's part: it is kept as it came, and only an LF, which other protocols allow, cuts it.
    static func forEachFeed(_ text: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        var start = 0
        while let feed = ByteScan.first(0x0A, in: text, start..<text.count) {
            let end = feed > start && text[feed - 1] == 0x0D ? feed - 1 : feed
            body(text.extracting(start..<end))
            start = feed + 1
        }
        if start < text.count || start == 0 { body(text.extracting(start..<text.count)) }
    }

    private static func hasControl(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where controlLength(bytes, at: index) != nil { return true }
        return false
    }
}
