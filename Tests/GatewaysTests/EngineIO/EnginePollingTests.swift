import Testing

@testable import Gateways
@testable import Signaling

@Suite struct EnginePollingTests {
    @Test func theHandshakeOffersTheUpgrade() throws {
        let harness = EngineHarness(.polling)
        #expect(harness.session.handshake.first == 0x30)
        let root = try JSONDocument(Array(harness.session.handshake.dropFirst())).root
        #expect(root["sid"]?.string == "sid")
        #expect(root["upgrades"]?.elements.map(\.string) == ["websocket"])
        #expect(root["pingInterval"]?.integer == 300)
        #expect(root["pingTimeout"]?.integer == 200)
        #expect(root["maxPayload"]?.integer == 1000)
    }

    @Test func aMessageAnswersThePollThatWaits() {
        let harness = EngineHarness(.polling)
        #expect(harness.poll() == .wait)
        harness.send("hello")
        #expect(harness.effects() == [.answer("4hello")])
        #expect(harness.poll() == .wait)
    }

    @Test func messagesWaitForAPoll() {
        let harness = EngineHarness(.polling)
        harness.send("a")
        harness.session.send(.binary([1, 2, 3, 4]))
        harness.send("b")
        #expect(harness.session.queuedBytes > 0)
        #expect(harness.poll() == .text("4a\u{1E}bAQIDBA==\u{1E}4b"))
        #expect(harness.session.queuedBytes == 0)
    }

    @Test func aPostBringsSeveralPackets() {
        let harness = EngineHarness(.polling)
        #expect(harness.post("4a\u{1E}bAQIDBA==\u{1E}4\u{20AC}"))
        #expect(harness.heard == [.words("a"), .binary([1, 2, 3, 4]), .words("\u{20AC}")])
        #expect(harness.effects().isEmpty)
    }

    @Test func aBodyHoldsNoMoreThanMaxPayload() {
        let harness = EngineHarness(.polling, maxPayload: 20)
        harness.send("12345678")
        harness.send("12345678")
        harness.send(String(repeating: "x", count: 50))
        #expect(harness.poll() == .text("412345678\u{1E}412345678"))
        // A packet that is larger by itself goes alone.
        #expect(harness.poll() == .text("4" + String(repeating: "x", count: 50)))
    }

    @Test(arguments: ["", "abc", "4a\u{1E}", "0", "5", "6", "2", "3x", "1x", "\u{1E}", "b*"])
    func aMalformedPostEndsTheSession(_ body: String) {
        let harness = EngineHarness(.polling)
        #expect(!harness.post(body))
        #expect(harness.effects() == [.closed(reason: "parse error")])
        #expect(harness.poll() == .refuse)
        #expect(!harness.post("4a"))
    }

    @Test func whatStandsBeforeAMalformedPacketWasSaid() {
        let harness = EngineHarness(.polling)
        #expect(!harness.post("4a\u{1E}abc\u{1E}4b"))
        #expect(harness.heard == [.words("a")])
    }

    @Test func aSecondPollEndsTheSessionAndTellsTheFirst() {
        let harness = EngineHarness(.polling)
        #expect(harness.poll() == .wait)
        #expect(harness.poll() == .refuse)
        #expect(harness.effects() == [.answer("1"), .closed(reason: "two polls at once")])
        #expect(harness.poll() == .refuse)
    }

    @Test func aCancelledPollEndsTheSession() {
        let harness = EngineHarness(.polling)
        #expect(harness.poll() == .wait)
        harness.session.pollEnded(now: harness.now)
        #expect(harness.effects() == [.closed(reason: "transport error")])
        #expect(harness.poll() == .refuse)
    }

    @Test func theClientClosesTheSession() {
        let harness = EngineHarness(.polling)
        #expect(harness.poll() == .wait)
        #expect(harness.post("1"))
        #expect(harness.effects() == [.answer("6"), .closed(reason: "transport close")])
        #expect(harness.poll() == .refuse)
    }

    @Test func theServerClosesTheSessionWithThePollThatWaits() {
        let harness = EngineHarness(.polling)
        #expect(harness.poll() == .wait)
        harness.session.close(reason: "over")
        #expect(harness.effects() == [.answer("1"), .closed(reason: "over")])
    }

    @Test func theServerClosesTheSessionWithTheNextPoll() {
        let harness = EngineHarness(.polling)
        harness.send("last")
        harness.session.close(reason: "over")
        #expect(harness.effects().isEmpty)
        harness.send("never")
        #expect(harness.post("4never"))
        #expect(harness.heard.isEmpty)
        #expect(harness.poll() == .text("4last\u{1E}1"))
        #expect(harness.effects() == [.closed(reason: "over")])
        #expect(harness.poll() == .refuse)
    }

    @Test func aClosedSessionDoesNotWaitForEver() {
        let harness = EngineHarness(.polling)
        harness.session.close(reason: "over")
        let deadline = harness.session.deadline
        harness.wait(deadline.milliseconds - harness.now.milliseconds - 1)
        #expect(harness.effects().isEmpty)
        harness.wait(1)
        #expect(harness.effects() == [.closed(reason: "over")])
    }

    // Heartbeats

    @Test func pingsAndTheirAnswers() {
        let harness = EngineHarness(.polling)
        for _ in 0..<3 {
            #expect(harness.poll() == .wait)
            harness.wait(299)
            #expect(harness.effects().isEmpty)
            harness.wait(1)
            #expect(harness.effects() == [.answer("2")])
            harness.wait(100)
            #expect(harness.post("3"))
        }
        #expect(!harness.session.isClosed)
    }

    @Test func thePingTimeoutIsExact() {
        let harness = EngineHarness(.polling)
        harness.wait(300)
        #expect(harness.session.deadline == harness.now.adding(milliseconds: 200))
        harness.wait(199)
        #expect(!harness.session.isClosed)
        harness.wait(1)
        #expect(harness.effects() == [.closed(reason: "ping timeout")])
    }

    @Test func anOverdueSessionIsRefusedOnAccess() {
        // Nothing has called `advance` since; what asks first finds it over.
        let polled = EngineHarness(.polling)
        polled.now = polled.now.adding(milliseconds: 500)
        #expect(polled.poll() == .refuse)
        let posted = EngineHarness(.polling)
        posted.now = posted.now.adding(milliseconds: 500)
        #expect(!posted.post("3"))
        let probed = EngineHarness(.polling)
        probed.now = probed.now.adding(milliseconds: 500)
        let isTaken = probed.session.probeOpened(now: probed.now)
        #expect(!isTaken)
    }

    @Test func aPingThatIsSentLateLeavesLessTime() {
        let harness = EngineHarness(.polling)
        harness.wait(450)
        #expect(harness.session.deadline == harness.now.adding(milliseconds: 50))
        harness.wait(50)
        #expect(harness.session.isClosed)
    }

    @Test func anAnswerThatNobodyAskedForChangesNothing() {
        let harness = EngineHarness(.polling)
        harness.wait(200)
        #expect(harness.post("3"))
        harness.wait(100)
        #expect(harness.poll() == .text("2"))
    }
}
