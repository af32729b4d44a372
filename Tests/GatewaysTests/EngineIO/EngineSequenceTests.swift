import Testing

@testable import Gateways
@testable import Signaling

/// Anything in any order: what must hold whatever a client does.
@Suite struct EngineSequenceTests {
    @Test(arguments: 0..<200)
    func whateverHappens(_ seed: Int) {
        var lottery = Lottery(seed: UInt64(seed + 1))
        let harness = EngineHarness(lottery.next(2) == 0 ? .polling : .webSocket)
        var (isPolled, hasProbe, closed) = (false, false, 0)
        var (said, sent) = (0, 0)
        for _ in 0..<300 {
            let wasClosed = harness.session.isClosed
            switch lottery.next(12) {
            case 0:
                let outcome = harness.poll()
                if outcome == .wait { isPolled = true }
                if case .answer(let body) = outcome { sent += body.split(separator: 0x1E).count { $0.first == 0x34 } }
                if wasClosed { #expect(outcome == .refuse) }
            case 1 where isPolled:
                isPolled = false
                if lottery.next(20) == 0 { harness.session.pollEnded(now: harness.now) } else { isPolled = true }
            case 2: _ = harness.post(["3", "4x", "4x\u{1E}3", "1", "abc"][lottery.next(40) % 5])
            case 3: if harness.session.transport == .webSocket { harness.receive(["4x", "3"][lottery.next(2)]) }
            case 4:
                let isTaken = harness.session.probeOpened(now: harness.now)
                // There is never more than one.
                if isTaken { #expect(!hasProbe) }
                hasProbe = hasProbe || isTaken
            case 5, 6: if hasProbe { harness.probe(["2probe", "5", "nonsense"][lottery.next(12) % 3]) }
            case 7 where hasProbe:
                hasProbe = false
                harness.session.probeEnded()
            case 8, 9:
                if !harness.session.isClosed { said += 1 }
                harness.send("x")
            case 10: if lottery.next(100) == 0 { harness.session.close(reason: "over") }
            default: harness.wait(Int64(lottery.next(120)))
            }
            for effect in harness.effects() {
                switch effect {
                case .answerPoll(let body):
                    #expect(isPolled)
                    isPolled = false
                    sent += body.split(separator: 0x1E).count { $0.first == 0x34 }
                case .refusePoll:
                    #expect(isPolled)
                    isPolled = false
                case .send(let packet):
                    #expect(harness.session.transport == .webSocket)
                    if case .text(let text) = packet, text.first == 0x34 { sent += 1 }
                case .sendOnProbe: #expect(hasProbe)
                case .closeProbe, .adoptProbe: hasProbe = false
                case .closed: closed += 1
                }
            }
            #expect(closed == (harness.session.isClosed ? 1 : 0))
            #expect(sent <= said)
            if harness.session.isClosed { #expect(!isPolled && !hasProbe) }
        }
    }
}
