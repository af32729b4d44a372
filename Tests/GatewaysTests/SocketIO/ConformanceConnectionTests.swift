import Testing

@testable import Gateways

/// What the protocol's own suite asks of a server, without a network.
@Suite struct ConformanceConnectionTests {
    private final class Client {
        var connection = ConformanceConnection(deadline: 1000, makeSID: { "abc" })

        func ask(_ text: String) -> [ConformanceConnection.Output] {
            connection.receive(.text(Array(text.utf8)))
            return output()
        }

        func attach(_ data: [UInt8]) -> [ConformanceConnection.Output] {
            connection.receive(.binary(data))
            return output()
        }

        func output() -> [ConformanceConnection.Output] {
            defer { connection.output = [] }
            return connection.output
        }
    }

    private func text(_ text: String) -> ConformanceConnection.Output { .text(Array(text.utf8)) }

    @Test func connectsToTheMainNamespace() {
        let client = Client()
        #expect(client.ask("0") == [text(#"40{"sid":"abc"}"#), text(#"42["auth",{}]"#)])
        let withPayload = Client()
        #expect(
            withPayload.ask(#"0{"token":"123"}"#) == [text(#"40{"sid":"abc"}"#), text(#"42["auth",{"token":"123"}]"#)])
    }

    @Test func connectsToACustomNamespace() {
        let client = Client()
        #expect(
            client.ask("0/custom,") == [text(#"40/custom,{"sid":"abc"}"#), text(#"42/custom,["auth",{}]"#)])
        let withPayload = Client()
        #expect(
            withPayload.ask(#"0/custom,{"token":"abc"}"#)
                == [text(#"40/custom,{"sid":"abc"}"#), text(#"42/custom,["auth",{"token":"abc"}]"#)])
    }

    @Test func anUnknownNamespaceIsRefused() {
        let client = Client()
        #expect(client.ask("0/random") == [text(#"44/random,{"message":"Invalid namespace"}"#)])
        // The connection stays.
        #expect(client.ask("0").count == 2)
    }

    @Test func messagesComeBack() {
        let client = Client()
        _ = client.ask("0")
        #expect(
            client.ask(#"2["message",1,"2",{"3":[true]}]"#) == [text(#"42["message-back",1,"2",{"3":[true]}]"#)])
        #expect(client.ask(#"2["message"]"#) == [text(#"42["message-back"]"#)])
    }

    @Test func bytesOfTheJSONStayAsTheyWere() {
        let client = Client()
        _ = client.ask("0")
        let arguments = #"{"b":1.0 ,"a":"\/\u00e9é" } , [1e3, -0]"#
        #expect(
            client.ask("2[\"message\",\(arguments)]")
                == [text(#"42["message-back",{"b":1.0 ,"a":"\/\u00e9é" },[1e3, -0]]"#)])
    }

    @Test func binaryMessagesComeBack() {
        let client = Client()
        _ = client.ask("0")
        let head = #"["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#
        #expect(client.ask("52-\(head)").isEmpty)
        #expect(client.attach([1, 2, 3]).isEmpty)
        #expect(
            client.attach([4, 5, 6]) == [
                text(#"452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#),
                .binary([1, 2, 3]), .binary([4, 5, 6]),
            ])
    }

    @Test func acknowledgements() {
        let client = Client()
        _ = client.ask("0")
        #expect(client.ask(#"2456["message-with-ack",1,"2",{"3":[false]}]"#) == [text(#"43456[1,"2",{"3":[false]}]"#)])
        #expect(client.ask(#"51-789["message-with-ack",{"_placeholder":true,"num":0}]"#).isEmpty)
        #expect(client.attach([9]) == [text(#"461-789[{"_placeholder":true,"num":0}]"#), .binary([9])])
    }

    @Test(arguments: ["4abc", "abc", "2{}", "2abc[\"message\",1]", "2[]", "2[\"message\"", "3", "0\"x\"", "5[\"x\"]"])
    func whatIsMalformedCloses(_ packet: String) {
        let client = Client()
        _ = client.ask("0")
        #expect(client.ask(packet) == [.close])
    }

    @Test func anEventBeforeTheConnectCloses() {
        let client = Client()
        #expect(client.ask(#"2["message"]"#) == [.close])
    }

    @Test func aSecondConnectCloses() {
        let client = Client()
        _ = client.ask("0")
        #expect(client.ask("0") == [.close])
    }

    @Test func disconnectingLeavesTheOtherNamespace() {
        let client = Client()
        _ = client.ask("0")
        _ = client.ask("0/custom,")
        #expect(client.ask("1").isEmpty)
        #expect(client.ask("2/custom,[\"message\"]").isEmpty)
        #expect(client.ask("2[\"message\"]") == [.close])
    }

    @Test func whoConnectsToNothingIsClosed() {
        let client = Client()
        client.connection.advance(to: 999)
        #expect(client.output().isEmpty)
        client.connection.advance(to: 1000)
        #expect(client.output() == [.close])
        let connected = Client()
        _ = connected.ask("0")
        #expect(connected.connection.deadline == nil)
        connected.connection.advance(to: 5000)
        #expect(connected.output().isEmpty)
    }
}
