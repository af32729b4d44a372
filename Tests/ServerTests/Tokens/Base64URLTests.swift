import Testing

@testable import Server

@Suite struct Base64URLTests {
    /// RFC 4648, section 10, without the padding; and the two characters that differ.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectors(text: String, encoded: String) {
        #expect(Base64URL.encode(text.utf8) == encoded)
        #expect(Base64URL.decode(encoded.utf8) == Array(text.utf8))
    }

    @Test func theAlphabetIsThatOfURLs() {
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64URL.decode("-_8".utf8) == [0xFB, 0xFF])
    }

    @Test(arguments: ["A", "AAAAA", "Zh", "Zm9", "Zg==", "+/8", "Z g", "é"])
    func whatIsNotItsOnlyTextIsRefused(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
