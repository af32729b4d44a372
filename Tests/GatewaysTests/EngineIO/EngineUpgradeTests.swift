import Testing

@testable import Gateways
@testable import Signaling

@Suite struct EngineUpgradeTests {
    private static let probeAnswer = EngineSession.Effect.sendOnProbe(.text(Array("3probe".utf8)))

    private func opened() -> EngineHarness {
        let harness = EngineHarness(.polling)
        let isTaken = harness.session.probeOpened(now: harness.now)
        #expect(isTaken)
        return harness
    }

    @Test func anUpgradeWithAPollThatWaits() {
        let harness = opened()
        #expect(harness.poll() == .wait)
        harness.probe("2probe")
        #expect(harness.effects() == [Self.probeAnswer, .answer("6")])
        harness.probe("5")
        #expect(harness.effects() == [.adoptProbe])
        #expect(harness.session.transport == .webSocket)
        harness.send("a")
        #expect(harness.effects() == [.text("4a")])
        harness.receive("4b")
        #expect(harness.heard == [.words("b")])
    }

    @Test func aPollDuringAnUpgradeIsAnsweredAtOnce() {
        let harness = opened()
        harness.probe("2probe")
        #expect(harness.poll() == .text("6"))
        harness.send("a")
        #expect(harness.poll() == .text("4a"))
    }

    @Test func whatWaitsGoesOverTheNewTransport() {
        let harness = opened()
        harness.probe("2probe")
        harness.send("a")
        harness.session.send(.binary([9]))
        _ = harness.effects()
        harness.probe("5")
        #expect(harness.effects() == [.adoptProbe, .text("4a"), .send(.binary([9]))])
    }

    @Test func pollsAfterTheUpgradeAreRefusedAndHarmNothing() {
        let harness = opened()
        harness.probe("2probe")
        harness.probe("5")
        _ = harness.effects()
        #expect(harness.poll() == .refuse)
        #expect(!harness.post("4x"))
        #expect(harness.effects().isEmpty)
        harness.receive("4still")
        #expect(harness.heard == [.words("still")])
    }

    @Test func aSecondWebSocketIsRefused() {
        let harness = opened()
        var isTaken = harness.session.probeOpened(now: harness.now)
        #expect(!isTaken)
        harness.probe("2probe")
        harness.probe("5")
        isTaken = harness.session.probeOpened(now: harness.now)
        #expect(!isTaken)
        #expect(!harness.session.isClosed)
    }

    @Test(arguments: ["2", "2prob", "5", "4a", "", "3probe", "2probe2"])
    func aWrongFirstWordClosesTheProbeAlone(_ text: String) {
        let harness = opened()
        harness.probe(text)
        #expect(harness.effects() == [.closeProbe])
        #expect(harness.poll() == .wait)
        harness.send("a")
        #expect(harness.effects() == [.answer("4a")])
        // Another may try.
        let isTaken = harness.session.probeOpened(now: harness.now)
        #expect(isTaken)
    }

    @Test func aHalfOpenUpgradeIsGivenUp() {
        let harness = opened()
        harness.probe("2probe")
        _ = harness.effects()
        for _ in 0..<3 {
            harness.wait(300)
            _ = harness.post("3")
        }
        #expect(!harness.effects().contains(.closeProbe))
        harness.wait(100)
        #expect(harness.effects().contains(.closeProbe))
        #expect(!harness.session.isClosed)
        #expect(harness.session.transport == .polling)
    }

    @Test func aProbeThatGoesLeavesTheSessionPolling() {
        let harness = opened()
        harness.probe("2probe")
        harness.session.probeEnded()
        _ = harness.effects()
        #expect(harness.poll() == .wait)
    }

    @Test func theEndOfTheSessionClosesTheProbe() {
        let harness = opened()
        harness.session.close(reason: "over")
        #expect(harness.effects() == [.closeProbe, .closed(reason: "over")])
    }
}
