import Testing

@testable import Gateways

@Suite struct SocketIODecoderTests {
    private func decode(_ text: String) throws -> SocketIOPacket? {
        var decoder = SocketIODecoder()
        return try decoder.take(.text(Array(text.utf8)))
    }

    @Test func readsEveryType() throws {
        let connect = try #require(try decode("0"))
        #expect(connect.kind == .connect && connect.namespace == "/" && connect.payload == nil)
        let custom = try #require(try decode(#"0/custom,{"token":"123"}"#))
        #expect(custom.namespace == "/custom" && custom.payload?.root["token"]?.string == "123")
        let disconnect = try #require(try decode("1/custom,"))
        #expect(disconnect.kind == .disconnect && disconnect.namespace == "/custom")
        let event = try #require(try decode(#"2["message",1]"#))
        #expect(event.kind == .event && event.id == nil && event.payload?.root.elements.count == 2)
        let named = try #require(try decode(#"2/custom,456["message"]"#))
        #expect(named.id == 456 && named.namespace == "/custom")
        let acknowledgement = try #require(try decode("3789[]"))
        #expect(acknowledgement.kind == .acknowledgement && acknowledgement.id == 789)
    }

    @Test func aNamespacesQueryIsNoPartOfIt() throws {
        #expect(try decode("0/custom?token=a,")?.namespace == "/custom")
        #expect(try decode("0/custom")?.namespace == "/custom")
    }

    @Test func attachmentsComeBehind() throws {
        var decoder = SocketIODecoder()
        let head = Array(#"52-/custom,7["m",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]"#.utf8)
        #expect(try decoder.take(.text(head)) == nil)
        #expect(try decoder.take(.binary([1])) == nil)
        let packet = try #require(try decoder.take(.binary([2, 3])))
        #expect(packet.kind == .event && packet.id == 7 && packet.attachments == [[1], [2, 3]])
        // The next packet begins anew.
        #expect(try decoder.take(.text(Array("2[\"a\"]".utf8)))?.attachments.isEmpty == true)
    }

    @Test func aBinaryAcknowledgement() throws {
        var decoder = SocketIODecoder()
        #expect(try decoder.take(.text(Array(#"61-3[{"_placeholder":true,"num":0}]"#.utf8))) == nil)
        let packet = try #require(try decoder.take(.binary([9])))
        #expect(packet.kind == .acknowledgement && packet.id == 3 && packet.attachments == [[9]])
    }

    @Test(arguments: [
        "", "abc", "7", "9[]", " 2[]", "2", "2{}", "2[]", "2[1]", "2[{}]", "2abc[\"a\"]", "2[\"a\"", "2\"a\"",
        "2[\"a\"]x",
        "2[\"connect\"]", "2[\"connect_error\"]", "2[\"disconnect\"]", "2[\"disconnecting\"]", "2[\"newListener\"]",
        "2[\"removeListener\"]", "3[]", "31", "31{}", "0\"token\"", "0[]", "0x", "1\"a\"", "1{}", "4{}", "4", "5",
        "5[\"a\"]",
        "51[\"a\"]", "5-[\"a\"]", "50-[\"a\"]", "533-[\"a\"]", "51000000-[\"a\"]", "599999999999999999999-[\"a\"]",
        "51-{}", #"51-["a",{"_placeholder":true,"num":1}]"#, #"51-["a",{"_placeholder":true,"num":-1}]"#,
        #"51-["a",{"_placeholder":true,"num":0.5}]"#, #"51-["a",{"_placeholder":true}]"#,
        #"51-["a",{"_placeholder":true,"num":"0"}]"#, #"51-["a",{"_placeholder":true,"num":1e400}]"#,
    ])
    func refuses(_ text: String) {
        #expect(throws: SocketIOError.self) { try decode(text) }
    }

    @Test func aNamespaceIsBounded() {
        #expect(throws: SocketIOError.malformed) { try decode("0/" + String(repeating: "x", count: 300) + ",") }
    }

    @Test func deepJSONIsRefused() {
        let text = "2[\"a\"," + String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000) + "]"
        #expect(throws: SocketIOError.badPayload) { try decode(text) }
    }

    @Test func attachmentsOutOfPlace() throws {
        var unannounced = SocketIODecoder()
        #expect(throws: SocketIOError.badAttachments) { try unannounced.take(.binary([1])) }
        var interrupted = SocketIODecoder()
        _ = try interrupted.take(.text(Array("51-[\"a\"]".utf8)))
        #expect(throws: SocketIOError.badAttachments) { try interrupted.take(.text(Array("2[\"a\"]".utf8))) }
    }

    @Test func attachmentsAreBoundedTogether() throws {
        var decoder = SocketIODecoder()
        #expect(try decoder.take(.text(Array("532-[\"a\"]".utf8))) == nil)
        for _ in 0..<4 { #expect(try decoder.take(.binary([UInt8](repeating: 0, count: 1_000_000))) == nil) }
        #expect(throws: SocketIOError.badAttachments) { try decoder.take(.binary([0])) }
    }

    @Test func placeholdersInATextAreTextLikeAnyOther() throws {
        let packet = try #require(try decode(#"2["a",{"_placeholder":true,"num":5}]"#))
        #expect(packet.attachments.isEmpty)
    }
}
