import Testing

@testable import Gateways

@Suite struct XMLWriterTests {
    @Test(arguments: [
        "plain", "<a href=\"x\">&amp;</a>", "]]>", "a\tb\nc\rd\r\ne", "  spaces  ", "é€😀", "\"'",
    ])
    func whatIsWrittenIsReadTheSame(_ text: String) throws {
        var writer = XMLWriter()
        writer.literal("<A")
        writer.attribute("x", text)
        writer.literal(">")
        writer.text(text)
        writer.literal("</A>")
        var parser = XMLParser()
        var element = XMLElement()
        var offset = 0
        while let token = try parser.next(in: writer.bytes.span, from: &offset) { element.take(token) }
        #expect(element["x"] == text)
        #expect(String(decoding: element.text, as: UTF8.self) == text)
    }

    @Test func whatXMLDoesNotAllowIsReplaced() {
        var writer = XMLWriter()
        writer.text("a\u{0}\u{1B}\u{FFFF}b")
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "a\u{FFFD}\u{FFFD}\u{FFFD}b")
    }
}
