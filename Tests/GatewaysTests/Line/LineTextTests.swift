import Testing

@testable import Gateways

@Suite struct LineTextTests {
    private func lines(_ text: String) -> [String] {
        var lines: [String] = []
        LineText.forEachLine(text.utf8.span) { lines.append(String(decoding: $0.bytesCopy, as: UTF8.self)) }
        return lines
    }

    @Test(
        arguments: [
            ("", [""]), ("a", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\rc", ["a", "b", "c"]), ("a\n", ["a"]),
            ("a\n\nb", ["a", "", "b"]),
            ("\n", [""]), ("\r\n\r\n", ["", ""]), ("a\n\rb", ["a", "", "b"]),
        ] as [(String, [String])])
    func splitsTextsIntoLines(text: String, expected: [String]) {
        #expect(lines(text) == expected)
    }

    @Test(arguments: ["a", "a b", "123456789012345678901234567890", "ööööööööööööööö", "#x", "\"", "日本"])
    func acceptsNames(name: String) {
        let isName = LineText.isName(name.utf8.span)
        #expect(isName)
    }

    @Test(arguments: [
        "", "1234567890123456789012345678901", "öööööööööööööööö", "a\tb", "a\u{1}", "a\u{85}b", "\u{7F}",
    ])
    func refusesNames(name: String) {
        let isName = LineText.isName(name.utf8.span)
        #expect(!isName)
    }
}

extension Span where Element == UInt8 {
    /// The bytes as an array, for comparing.
    var bytesCopy: [UInt8] { indices.map { self[$0] } }
}
