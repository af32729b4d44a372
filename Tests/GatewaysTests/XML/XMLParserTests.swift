import Testing

@testable import Gateways

@Suite struct XMLParserTests {
    /// What the parser makes of bytes, handed over in pieces of a size: one line for each token, texts that touch joined.
    private func parse(_ bytes: [UInt8], by size: Int, bounds: XMLParser.Bounds = XMLParser.Bounds()) throws -> [String]
    {
        var parser = XMLParser(bounds: bounds)
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            var offset = 0
            while let token = try parser.next(in: piece.span, from: &offset) {
                switch token {
                case .startElement(let name, let attributes):
                    let words = attributes.map { "\(Self.text($0.name))=\(Self.text($0.value))" }
                    lines.append((["<" + Self.text(name)] + words).joined(separator: " "))
                case .text(let text):
                    if let last = lines.last, last.hasPrefix("'") {
                        lines[lines.count - 1] = last + Self.text(text)
                    } else {
                        lines.append("'" + Self.text(text))
                    }
                case .endElement: lines.append(">")
                case .endDocument: lines.append("= " + Self.text(parser.document))
                }
            }
        }
        return lines
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static let sound: [(String, [String])] = [
        ("<A/>", ["<A", ">", "= <A/>"]),
        ("  <A/>\n<B />", ["<A", ">", "= <A/>", "<B", ">", "= <B />"]),
        ("<A></A>", ["<A", ">", "= <A></A>"]),
        ("<A\n x = '1'\ty=\"2\" ></A >", ["<A x=1 y=2", ">", "= <A\n x = '1'\ty=\"2\" ></A >"]),
        ("<A>a<B/>b</A>", ["<A", "'a", "<B", ">", "'b", ">", "= <A>a<B/>b</A>"]),
        (
            "<A x=\"&lt;&#65;&#x42;&quot;&apos;&amp;&gt;\">&lt;&#x20AC;</A>",
            [
                "<A x=<AB\"'&>", "'<€", ">",
                "= <A x=\"&lt;&#65;&#x42;&quot;&apos;&amp;&gt;\">&lt;&#x20AC;</A>",
            ]
        ),
        (
            "<A x=\"a\nb\tc\r\nd\">a\r\nb\rc</A>",
            ["<A x=a b c d", "'a\nb\nc", ">", "= <A x=\"a\nb\tc\r\nd\">a\r\nb\rc</A>"]
        ),
        ("<A><![CDATA[<x>&amp;]]]]></A>", ["<A", "'<x>&amp;]]", ">", "= <A><![CDATA[<x>&amp;]]]]></A>"]),
        ("<A><!-- <B> & - --></A>", ["<A", ">", "= <A><!-- <B> & - --></A>"]),
        ("<!-- c --><A/>", ["<A", ">", "= <!-- c --><A/>"]),
        (
            "<?xml version=\"1.0\" encoding='UTF-8' standalone=\"yes\"?>\n<A/>",
            ["<A", ">", "= <?xml version=\"1.0\" encoding='UTF-8' standalone=\"yes\"?>\n<A/>"]
        ),
        ("<Ä.ö-1:x é=\"😀\">😀</Ä.ö-1:x>", ["<Ä.ö-1:x é=😀", "'😀", ">", "= <Ä.ö-1:x é=\"😀\">😀</Ä.ö-1:x>"]),
        ("<A>a]]b]>c</A>", ["<A", "'a]]b]>c", ">", "= <A>a]]b]>c</A>"]),
    ]

    @Test(arguments: sound.indices)
    func readsInAnySplit(_ index: Int) throws {
        let (text, expected) = Self.sound[index]
        let bytes = Array(text.utf8)
        for size in [1, 2, 3, 7, bytes.count] { #expect(try parse(bytes, by: size) == expected) }
    }

    @Test func aDocumentIsOverWithItsLastByte() throws {
        var parser = XMLParser()
        let bytes = Array("<A>x</A>".utf8)
        var offset = 0
        var tokens: [XMLToken] = []
        while let token = try parser.next(in: bytes.span, from: &offset) { tokens.append(token) }
        #expect(tokens.last == .endDocument)
        #expect(parser.document == bytes)
        #expect(parser.isBetweenDocuments)
    }

    @Test(arguments: [
        "x", "<A", "< A/>", "<1/>", "<A/ >", "<A></B>", "<A><B></A></B>", "</A>", "<A x/>", "<A x=1/>",
        "<A x=\"1\"y=\"2\"/>",
        "<A x=\"<\"/>", "<A x='1' x='2'/>", "<A>&</A>", "<A>& </A>", "<A>&#0;</A>", "<A>&#xD800;</A>",
        "<A>&#x110000;</A>",
        "<A>&#x;</A>", "<A>&#12a;</A>", "<A>&;</A>", "<A>]]></A>", "<A><!-- -- --></A>", "<A><!- x --></A>",
        "<A><![CDATX[x]]></A>", "<A>\u{1}</A>", "<A>\u{FFFE}</A>", "<A/>x", "<A></A x>", "<A x=\"&#1;\"/>",
        "<?xml version=\"2.0\"?><A/>", "<?xml?><A/>", "<?xml version='1.0' encoding='latin1'?><A/>",
        "<?xml encoding='UTF-8'?><A/>", "<?xml version='1.0' standalone='maybe'?><A/>",
    ])
    func refusesWhatIsMalformed(_ text: String) {
        // A document that only breaks off is not wrong yet; what comes next makes it so.
        let bytes = Array((text + "<").utf8)
        for size in [1, 5, bytes.count] { #expect(throws: XMLError.self) { try parse(bytes, by: size) } }
    }

    @Test(arguments: [
        "<!DOCTYPE A><A/>", "<!DOCTYPE A [<!ENTITY a \"b\">]><A>&a;</A>", "<A>&a;</A>", "<A x=\"&lol9;\"/>",
        "<?php x?><A/>", "<A><?x y?></A>", "<!-- a --><?xml version='1.0'?><A/>", "<!ELEMENT A>", "<A><!ENTITY></A>",
        "<A>&aaaaaaaaaaaaaaaaaaaaaaaaaa;</A>",
    ])
    func refusesWhatIsNotTakenHere(_ text: String) {
        for size in [1, 3, text.utf8.count] { #expect(throws: XMLError.self) { try parse(Array(text.utf8), by: size) } }
    }

    @Test(arguments: [
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xE2, 0x28, 0xA1], [0xFF],
    ])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        #expect(throws: XMLError.malformed("The document is not valid UTF-8.")) {
            try parse(Array("<A>".utf8) + bytes + Array("</A>".utf8), by: 1)
        }
    }

    @Test func bounds() throws {
        let bounds = XMLParser.Bounds(bytes: 100, depth: 3, attributes: 2)
        let longest = Array("<A>".utf8) + [UInt8](repeating: 0x78, count: 93) + Array("</A>".utf8)
        #expect(try parse(longest, by: 10, bounds: bounds).count == 4)
        #expect(throws: XMLError.tooLarge("A document has at most 100 bytes.")) {
            try parse(Array("<A>x".utf8) + longest.dropFirst(3), by: 10, bounds: bounds)
        }
        _ = try parse(Array("<A><B><C/></B></A>".utf8), by: 1, bounds: bounds)
        #expect(throws: XMLError.self) { try parse(Array("<A><B><C><D/></C></B></A>".utf8), by: 1, bounds: bounds) }
        #expect(throws: XMLError.self) { try parse(Array("<A a='' b='' c=''/>".utf8), by: 1, bounds: bounds) }
        // White space between documents counts for nothing.
        _ = try parse([UInt8](repeating: 0x20, count: 1000) + Array("<A/>".utf8), by: 50, bounds: bounds)
    }

    @Test func aDeepOrLongDocumentCostsNoMoreThanItsBound() {
        let deep = Array(String(repeating: "<a>", count: 20_000).utf8)
        #expect(throws: XMLError.self) { try parse(deep, by: 1000) }
        let long = Array("<a b=\"".utf8) + [UInt8](repeating: 0x78, count: 70_000)
        #expect(throws: XMLError.self) { try parse(long, by: 1000) }
    }

    @Test func anythingAtAllIsTheSameInAnySplit() {
        var lottery = Lottery(seed: 3)
        let pieces = [
            "<", ">", "/", "A", "B", " ", "=", "\"", "'", "&amp;", "&", ";", "]]>", "<![CDATA[", "<!--", "-->", "?",
            "x", "\r",
            "\n", "é", "<A>", "</A>", "<A/>", "#",
        ]
        for _ in 0..<3000 {
            let bytes = Array((0..<lottery.next(14)).map { _ in pieces[lottery.next(pieces.count)] }.joined().utf8)
            let whole = Result { try parse(bytes, by: max(1, bytes.count)) }
            let split = Result { try parse(bytes, by: 1 + lottery.next(3)) }
            switch (whole, split) {
            case (.success(let whole), .success(let split)): #expect(whole == split)
            case (.failure, .failure): break
            default: Issue.record("\(String(decoding: bytes, as: UTF8.self)) depends on the split")
            }
        }
    }
}
