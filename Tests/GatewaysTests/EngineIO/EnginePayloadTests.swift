import Testing

@testable import Gateways

@Suite struct EnginePayloadTests {
    @Test func severalPackets() {
        let packets: [EnginePacket] = [.text(Array("4hello".utf8)), .binary([1, 2, 3, 4]), .text(Array("2".utf8))]
        let body = EnginePayload.encode(packets)
        #expect(body == Array("4hello\u{1E}bAQIDBA==\u{1E}2".utf8))
        #expect(EnginePayload.decode(body) == packets)
    }

    @Test(arguments: ["", "\u{1E}", "4a\u{1E}", "\u{1E}4a", "4a\u{1E}\u{1E}4b", "b*", "bA", "bAQ=A", "bAQIDBA="])
    func refuses(_ body: String) {
        #expect(EnginePayload.decode(Array(body.utf8)) == nil)
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(EnginePayload.decode([0x34, 0xFF]) == nil)
    }

    @Test func base64OfEveryLength() {
        for count in 0..<70 {
            let data = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            var text: [UInt8] = []
            Base64.encode(data, to: &text)
            #expect(text.count == (count + 2) / 3 * 4)
            #expect(Base64.decode(text[...]) == data)
            // Unpadded is read too.
            #expect(Base64.decode(ArraySlice(text.filter { $0 != 0x3D })) == data)
            #expect(EnginePacket.binary(data).pollingCount == text.count + 1)
        }
        // RFC 4648, section 10.
        for (data, text) in [("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            var encoded: [UInt8] = []
            Base64.encode(Array(data.utf8), to: &encoded)
            #expect(String(decoding: encoded, as: UTF8.self) == text)
        }
    }
}
