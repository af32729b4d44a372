import Testing

@testable import Gateways

@Suite struct JSONDocumentTests {
    private func read(_ text: String) throws -> JSONValue { try JSONDocument(Array(text.utf8)).root }

    @Test func readsEveryKindOfValue() throws {
        let root = try read(#" {"a": [1, -2.5e3, "x", true, false, null], "b": {"c": {}}, "d": []} "#)
        #expect(root.isObject)
        let elements = try #require(root["a"]).elements
        #expect(elements.count == 6)
        #expect(elements[0].integer == 1)
        #expect(elements[1].integer == -2500)
        #expect(elements[2].string == "x")
        #expect(elements[3].bool == true)
        #expect(elements[4].bool == false)
        #expect(elements[5].isNull)
        #expect(root["b"]?["c"]?.isObject == true)
        #expect(root["d"]?.elements.isEmpty == true)
        #expect(root["missing"] == nil)
    }

    @Test func keepsTheBytesOfEachValue() throws {
        let root = try read(#"["a",{ "x" : 1.50 ,"y":"\/\u00e9"},  [ ] ]"#)
        let raw = root.elements.map { String(decoding: $0.raw, as: UTF8.self) }
        #expect(raw == [#""a""#, #"{ "x" : 1.50 ,"y":"\/\u00e9"}"#, "[ ]"])
    }

    @Test(arguments: [
        ("\"\"", ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), ("\"é😀\"", "é😀"), (#""\u0000""#, "\0"),
    ])
    func readsStrings(_ text: String, _ expected: String) throws {
        #expect(try read(text).string == expected)
    }

    @Test func anObjectsLastMemberOfANameCounts() throws {
        let root = try read(#"{"a":1,"a":2,"\u0061":3,"b":null}"#)
        #expect(root["a"]?.integer == 3)
        #expect(root["b"] == nil)
        #expect(root.member("b")?.isNull == true)
    }

    @Test func wholeNumbersOnly() throws {
        #expect(try read("1.0").integer == 1)
        #expect(try read("1e3").integer == 1000)
        #expect(try read("1.5").integer == nil)
        #expect(try read("9223372036854775807").integer == .max)
        #expect(try read("1e30").integer == nil)
        #expect(try read("\"1\"").integer == nil)
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "01",
        "-",
        "1.", ".5", "1e", "1e+", "+1", "tru", "nul", "NaN", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
        "\"\n\"", "\"\t\"", "1 2", "[] x", "[1}", "{]", "[1 2]", "\u{FEFF}1", "// x\n1",
    ])
    func refusesWhatIsNoJSON(_ text: String) {
        #expect(throws: JSONError.self) { try JSONDocument(Array(text.utf8)) }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSONDocument(nested(32))
        #expect(throws: JSONError.tooDeep) { try JSONDocument(nested(33)) }
        #expect(throws: JSONError.tooDeep) { try JSONDocument(nested(20_000)) }
        let objects = String(repeating: "{\"a\":", count: 20_000)
        #expect(throws: JSONError.tooDeep) { try JSONDocument(Array(objects.utf8)) }
    }

    @Test func theNumberOfValuesIsBounded() throws {
        let bounds = JSONDocument.Bounds(depth: 4, values: 10)
        _ = try JSONDocument(Array("[1,2,3,4,5,6,7,8,9]".utf8), bounds: bounds)
        #expect(throws: JSONError.tooMany) { try JSONDocument(Array("[1,2,3,4,5,6,7,8,9,0]".utf8), bounds: bounds) }
        #expect(throws: JSONError.tooMany) {
            try JSONDocument(Array(#"{"a":1,"b":2,"c":3,"d":4,"e":5}"#.utf8), bounds: bounds)
        }
    }

    @Test func anythingAtAllIsSurvived() {
        var generator = Lottery(seed: 7)
        let alphabet = Array(#"[]{}",:\u0123aeE+-.tfn "#.utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<generator.next(20)).map { _ in alphabet[generator.next(alphabet.count)] }
            guard let document = try? JSONDocument(bytes) else { continue }
            // What was taken can be walked and written.
            var writer = JSONWriter()
            writer.raw(document.root.raw)
            #expect((try? JSONDocument(writer.bytes)) != nil)
        }
    }
}
