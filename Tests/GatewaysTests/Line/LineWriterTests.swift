import Testing

@testable import Gateways

@Suite struct LineWriterTests {
    private func written(_ body: (inout LineWriter) -> Void) -> String {
        var writer = LineWriter(Array("@".utf8))
        body(&writer)
        return String(decoding: writer.bytes.dropFirst(), as: UTF8.self)
    }

    @Test func putsNoSpaceBeforeTheFirstWordOfALine() {
        let rows = written { writer in
            writer.end()
            writer.word("a".utf8.span)
            writer.number(1)
            writer.end()
            writer.quoted("b".utf8.span)
        }
        #expect(rows == "\r\na 1\r\n\"b\"")
    }

    @Test(arguments: [
        ("bob", " bob"), ("", #" """#), ("two words", #" "two words""#), ("a\tb", " \"a\tb\""), (#"a"b"#, #" "a\"b""#),
        (#"a\b"#, #" "a\\b""#), ("größe", " größe"), ("-", " -"), ("#x", " #x"), ("a'b", " a'b"),
        ("twelve bytes and more\\ than eight", #" "twelve bytes and more\\ than eight""#),
    ])
    func quotesWordsWhereNeeded(word: String, wire: String) {
        #expect(written { $0.word(word.utf8.span) } == wire)
    }

    @Test(arguments: [("hi", #" "hi""#), ("", #" """#), (#"say "x\y""#, #" "say \"x\\y\"""#)])
    func alwaysQuotesTexts(text: String, wire: String) {
        #expect(written { $0.quoted(text.utf8.span) } == wire)
    }

    @Test func letsNoControlCharacterOut() {
        #expect(
            written { $0.quoted("a\u{7}b\u{0}c\u{85}d\u{7F}e\u{9F}f\tg\u{A0}".utf8.span) }
                == " \"a b c d e f\tg\u{A0}\"")
        #expect(written { $0.word("a\r\n#x".utf8.span) } == " \"a  #x\"")
    }

    @Test(arguments: [
        (0, " 0"), (7, " 7"), (-5, " -5"), (1_234_567_890, " 1234567890"), (Int.max, " 9223372036854775807"),
    ])
    func writesNumbers(value: Int, wire: String) {
        #expect(written { $0.number(value) } == wire)
    }

    @Test func writesStatuses() {
        #expect(written { $0.status(.ok) } == "@status 0\r\n")
        #expect(written { $0.status(.invalidName) } == "@status -4\r\n")
        #expect(written { $0.status(.wrongCommand) } == "@status 3502\r\n")
    }

    @Test func whatIsQuotedIsReadBackAsItWas() {
        for text in ["", " ", "\"", "\\", "\\\"", "a\\\\b", "\t", "ends in \\", "ünï", "\"\"", "x y \" z"] {
            var words = LineWords()
            words.bytes = Array(written { $0.quoted(text.utf8.span) }.utf8)
            let isRight = words.split()
            #expect(isRight)
            #expect(words.count == 1)
            #expect(words.word(0) == Array(text.utf8))
        }
    }
}
