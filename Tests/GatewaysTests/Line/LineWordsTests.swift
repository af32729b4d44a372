import Testing

@testable import Gateways

@Suite struct LineWordsTests {
    private func split(_ line: [UInt8]) -> [String]? {
        var words = LineWords()
        words.bytes = line
        guard words.split() else { return nil }
        return (0..<words.count).compactMap { words.word($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    private func split(_ line: String) -> [String]? { split(Array(line.utf8)) }

    @Test(
        arguments: [
            ("", []),
            ("  \t ", []),
            ("#whoami", ["#whoami"]),
            ("  #sendto\tbob \t hi  ", ["#sendto", "bob", "hi"]),
            (#"#broadcast "two words""#, ["#broadcast", "two words"]),
            (#"#createroom r "" anon"#, ["#createroom", "r", "", "anon"]),
            (#""""#, [""]),
            (#"x "a\"b\\c""#, ["x", #"a"b\c"#]),
            (#"x "\\" "\"" "\\\"\\" y"#, ["x", #"\"#, "\"", #"\"\"#, "y"]),
            (#"ab"c d"e""#, [#"ab"c"#, #"d"e""#]),
            (#"a\b \" c"#, [#"a\b"#, #"\""#, "c"]),
            ("x \"tab\there\"", ["x", "tab\there"]),
            ("x \"12345678 12345678 1234\\\"5678 12345678\" y", ["x", "12345678 12345678 1234\"5678 12345678", "y"]),
            ("x grüße \"日本 語\" 🙂", ["x", "grüße", "日本 語", "🙂"]),
            ("x \u{A0}", ["x", "\u{A0}"]),
        ] as [(String, [String])])
    func splits(line: String, words: [String]) {
        #expect(split(line) == words)
    }

    @Test(arguments: [
        #"x "abc"#, #"x ""#, #"""#, #"x "abc\"#, #"x "abc\""#, #"x "a"b"#, #"x "a""b""#, #"x """"#, #"x "a\n""#,
        #"x "\x41""#,
        #""a"b"#, #"x "a\ b""#,
    ])
    func refusesBrokenQuoting(line: String) {
        #expect(split(line) == nil)
    }

    @Test func refusesControlCharacters() {
        for control in Array(UInt32(0)..<0x20) + Array(0x7F..<0xA0) where control != 9 {
            guard let scalar = Unicode.Scalar(control) else { continue }
            for filler in ["", "1234567", "12345678", "long enough for several words of eight bytes"] {
                #expect(split("x \(filler)\(Character(scalar))") == nil, "U+\(String(control, radix: 16))")
                #expect(split("x \"\(filler)\(Character(scalar))\" y") == nil, "U+\(String(control, radix: 16))")
            }
        }
    }

    @Test(
        arguments: [
            [0x80], [0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xFE],
            [0xC3, 0x28],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        #expect(split(Array("x ".utf8) + bytes) == nil)
        #expect(split(Array("x \"".utf8) + bytes + Array("\"".utf8)) == nil)
    }

    @Test func countsAsManyWordsAsFitALine() {
        var words = LineWords()
        words.bytes = Array(String(repeating: "a ", count: 499).utf8)
        let isRight = words.split()
        #expect(isRight)
        #expect(words.count == 499)
        #expect(words.word(5) == [0x61])
        #expect(words.word(6) == nil)
    }

    @Test func canBeUsedAgain() {
        var words = LineWords()
        words.bytes = Array(#"a "b\"c" d"#.utf8)
        let isRight = words.split()
        #expect(isRight)
        words.removeAll()
        words.bytes.append(contentsOf: "z".utf8)
        let isRightAgain = words.split()
        #expect(isRightAgain)
        #expect(words.count == 1)
        #expect(words[1] == nil)
        #expect(words.word(0) == [0x7A])
    }
}
