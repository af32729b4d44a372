import Testing

@testable import MediaRelay

@Suite("Rewriting of streams")
struct StreamRewriterTests {
    @Test("Numbers go on over a switch, the clock says by how much the time goes on")
    func switching() throws {
        var rewriter = StreamRewriter(
            ssrc: 1, payloadType: 97, clockRate: 90_000, firstSequence: 65_534, firstTimestamp: .max - 100)
        var now = MediaTime.milliseconds(0)
        rewriter.begin(sequence: 70_000, timestamp: 5, at: now)
        let first = rewriter.rewrite(sequence: 70_000, timestamp: 5, at: now)
        var last = try #require(first)
        #expect(last == (65_534, .max - 100))
        for step in 1...4 {
            now = now.advanced(milliseconds: 40)
            let rewritten = rewriter.rewrite(
                sequence: 70_000 + UInt64(step), timestamp: 5 + UInt32(step) * 3_600, at: now)
            let next = try #require(rewritten)
            #expect(next.0 == last.0.advanced(by: 1))
            #expect(next.1 == last.1 &+ 3_600)
            last = next
        }
        now = now.advanced(milliseconds: 100)
        rewriter.begin(sequence: 100, timestamp: 4_000_000_000, at: now)
        let rewritten = rewriter.rewrite(sequence: 100, timestamp: 4_000_000_000, at: now)
        let next = try #require(rewritten)
        #expect(next.0 == last.0.advanced(by: 1))
        #expect(next.1 == last.1 &+ 9_000)
    }

    @Test("A loss stays a gap, what is late keeps its place, what is older than the switch is dropped")
    func gaps() throws {
        var rewriter = StreamRewriter(
            ssrc: 1, payloadType: 97, clockRate: 90_000, firstSequence: 10, firstTimestamp: 0)
        let now = MediaTime.zero
        rewriter.begin(sequence: 500, timestamp: 0, at: now)
        let numbers = [500, 503, 501, 499].map { sequence in
            rewriter.rewrite(sequence: sequence, timestamp: 0, at: now)?.0.rawValue
        }
        #expect(numbers == [10, 13, 11, nil])
        rewriter.begin(sequence: 9, timestamp: 0, at: now)
        let afterSwitch = rewriter.rewrite(sequence: 9, timestamp: 0, at: now)?.0
        #expect(afterSwitch == 14)
    }
}

@Suite("Requests for key frames")
struct KeyFrameRequestsTests {
    @Test("The first asks at once, others wait, and a sender that does not answer is asked less and less")
    func backoff() {
        var requests = KeyFrameRequests()
        var asked: [Int64] = []
        for time in stride(from: Int64(0), to: 20_000, by: 100) {
            let now = MediaTime.milliseconds(time)
            if time < 500 ? requests.want(at: now) : requests.isDue(at: now) { asked.append(time) }
        }
        #expect(asked.first == 0)
        let gaps = zip(asked, asked.dropFirst()).map { $1 - $0 }
        #expect(gaps.allSatisfy { $0 >= 300 })
        #expect(gaps == gaps.sorted())
        #expect(asked.count < 12)
        requests.satisfied()
        let isDue = requests.isDue(at: .milliseconds(60_000))
        #expect(!isDue)
    }
}

@Suite("Who sees whom")
struct VideoAssignmentTests {
    @Test("The speaker comes first, the others in the order of joining, each once")
    func assignment() {
        typealias Assign = VideoAssignment
        #expect(Assign.assign(sections: 2, senders: ["a", "b", "c"], speaker: "b", current: "a") == ["b", "a"])
        #expect(Assign.assign(sections: 3, senders: ["a", "b"], speaker: nil, current: "b") == ["b", "a", nil])
        #expect(Assign.assign(sections: 1, senders: ["a", "b"], speaker: "x", current: "gone") == ["a"])
        #expect(Assign.assign(sections: 1, senders: [String](), speaker: "x", current: nil) == [nil])
        #expect(Assign.assign(sections: 0, senders: ["a"], speaker: "a", current: nil) == [])
    }
}
