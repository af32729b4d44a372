import Testing

@testable import Gateways

@Suite struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func putsTheCommas() {
        let written = text {
            $0.object {
                $0.member("a", 1)
                $0.name("b")
                $0.array {
                    $0.string("x")
                    $0.object { _ in }
                    $0.array { _ in }
                    $0.null()
                }
                $0.member("c", true)
                $0.name("d")
                $0.object { $0.member("e", "f") }
                $0.member("g", -9_223_372_036_854_775_808 as Int64)
            }
        }
        #expect(written == #"{"a":1,"b":["x",{},[],null],"c":true,"d":{"e":"f"},"g":-9223372036854775808}"#)
    }

    @Test(arguments: [
        "", "plain", "\"quoted\" and \\", "\u{0}\u{1}\u{1F}\u{7F}", "a\nb\r\tc", "/", "é€😀", "\u{2028}\u{2029}",
    ])
    func whatIsWrittenIsReadTheSame(_ string: String) throws {
        let written = text { $0.string(string) }
        #expect(try JSONDocument(Array(written.utf8)).root.string == string)
        #expect(!written.utf8.contains { $0 < 0x20 })
    }

    @Test func slashesStandAsTheyAre() {
        #expect(text { $0.string("http://a/") } == "\"http://a/\"")
    }

    @Test func rawBytesAreValuesToo() {
        #expect(
            text {
                $0.array {
                    $0.raw("1".utf8)
                    $0.raw("{ }".utf8)
                }
            } == "[1,{ }]")
    }
}
