import Testing

@testable import Gateways
@testable import Signaling

@Suite struct EngineWebSocketTests {
    @Test func theHandshakeOffersNoUpgrade() throws {
        let harness = EngineHarness(.webSocket)
        let root = try JSONDocument(Array(harness.session.handshake.dropFirst())).root
        #expect(root["upgrades"]?.elements.isEmpty == true)
    }

    @Test func messagesBothWays() {
        let harness = EngineHarness(.webSocket)
        harness.receive("4hello")
        harness.receive(.binary([1, 2]))
        #expect(harness.heard == [.words("hello"), .binary([1, 2])])
        harness.send("hello")
        harness.session.send(.binary([3]))
        harness.session.send(prefixed: Array("4x".utf8))
        #expect(harness.effects() == [.text("4hello"), .send(.binary([3])), .text("4x")])
    }

    @Test(arguments: ["", "abc", "0", "2", "5", "6", "1x"])
    func aMalformedPacketEndsTheSession(_ packet: String) {
        let harness = EngineHarness(.webSocket)
        harness.receive(packet)
        #expect(harness.effects() == [.closed(reason: "parse error")])
    }

    @Test func closing() {
        let byPacket = EngineHarness(.webSocket)
        byPacket.receive("1")
        #expect(byPacket.effects() == [.closed(reason: "transport close")])
        let byFrame = EngineHarness(.webSocket)
        byFrame.receive(.closed(code: 1001))
        #expect(byFrame.effects() == [.closed(reason: "transport close")])
        let byLoss = EngineHarness(.webSocket)
        byLoss.session.socketEnded()
        #expect(byLoss.effects() == [.closed(reason: "transport close")])
        byLoss.session.socketEnded()
        byLoss.send("never")
        #expect(byLoss.effects().isEmpty)
        let byServer = EngineHarness(.webSocket)
        byServer.session.close(reason: "over")
        #expect(byServer.effects() == [.closed(reason: "over")])
    }

    @Test func heartbeats() {
        let harness = EngineHarness(.webSocket)
        harness.wait(300)
        #expect(harness.effects() == [.text("2")])
        harness.wait(199)
        harness.receive("3")
        harness.wait(299)
        #expect(harness.effects().isEmpty)
        harness.wait(1)
        #expect(harness.effects() == [.text("2")])
        harness.wait(200)
        #expect(harness.effects() == [.closed(reason: "ping timeout")])
    }

    @Test func aMessageIsNoAnswerToAPing() {
        let harness = EngineHarness(.webSocket)
        harness.wait(300)
        harness.receive("4still here")
        harness.wait(200)
        #expect(harness.session.isClosed)
    }

    @Test func pollsAreRefused() {
        let harness = EngineHarness(.webSocket)
        #expect(harness.poll() == .refuse)
        #expect(!harness.post("4a"))
        let isTaken = harness.session.probeOpened(now: harness.now)
        #expect(!isTaken)
        #expect(!harness.session.isClosed)
    }
}
