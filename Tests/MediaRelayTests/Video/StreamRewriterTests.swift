import Testing

@testable import MediaRelay

@Suite("Rewriting of streams")
struct StreamRewriterTests {
    private func packet(
        _ sequence: UInt64, _ timestamp: UInt32 = 0, pictureID: UInt16? = nil, baseLayerIndex: UInt8? = nil
    ) -> ForwardBuffer.Packet {
        var descriptor = VP8Descriptor()
        descriptor.pictureID = pictureID
        descriptor.hasLongPictureID = true
        descriptor.baseLayerIndex = baseLayerIndex
        return ForwardBuffer.Packet(
            range: 0..<100, sequence: sequence, timestamp: timestamp, marker: true, beginsKeyFrame: false,
            descriptor: descriptor)
    }

    @Test("Numbers go on over a switch, the clock says by how much the time goes on")
    func switching() throws {
        var rewriter = StreamRewriter(
            ssrc: 1, payloadType: 97, clockRate: 90_000, firstSequence: 65_534, firstTimestamp: .max - 100)
        var now = MediaTime.milliseconds(0)
        rewriter.begin(packet(70_000, 5), at: now)
        let first = rewriter.rewrite(packet(70_000, 5), shift: .init(), at: now)
        var last = try #require(first)
        #expect(last.sequence == 65_534 && last.timestamp == .max - 100)
        for step in 1...4 {
            now = now.advanced(milliseconds: 40)
            let rewritten = rewriter.rewrite(
                packet(70_000 + UInt64(step), 5 + UInt32(step) * 3_600), shift: .init(), at: now)
            let next = try #require(rewritten)
            #expect(next.sequence == last.sequence.advanced(by: 1))
            #expect(next.timestamp == last.timestamp &+ 3_600)
            last = next
        }
        now = now.advanced(milliseconds: 100)
        rewriter.begin(packet(100, 4_000_000_000), at: now)
        let rewritten = rewriter.rewrite(packet(100, 4_000_000_000), shift: .init(), at: now)
        let next = try #require(rewritten)
        #expect(next.sequence == last.sequence.advanced(by: 1))
        #expect(next.timestamp == last.timestamp &+ 9_000)
    }

    @Test("A loss stays a gap, what is late keeps its place, what is older than the switch is dropped")
    func gaps() throws {
        var rewriter = StreamRewriter(
            ssrc: 1, payloadType: 97, clockRate: 90_000, firstSequence: 10, firstTimestamp: 0)
        let now = MediaTime.zero
        rewriter.begin(packet(500), at: now)
        let numbers = [500, 503, 501, 499].map { sequence in
            rewriter.rewrite(packet(sequence), shift: .init(), at: now)?.sequence.rawValue
        }
        #expect(numbers == [10, 13, 11, nil])
        #expect(rewriter.original(of: 11) == 501)
        #expect(rewriter.original(of: 14) == nil, "it has not been sent yet")
        rewriter.begin(packet(9), at: now)
        let afterSwitch = rewriter.rewrite(packet(9), shift: .init(), at: now)?.sequence
        #expect(afterSwitch == 14)
    }

    @Test("Picture ids and base layer indices go on over a switch and over what is left out")
    func pictures() throws {
        var rewriter = StreamRewriter(
            ssrc: 1, payloadType: 97, clockRate: 90_000, firstSequence: 10, firstTimestamp: 0)
        let now = MediaTime.zero
        rewriter.begin(packet(500, pictureID: 32_767, baseLayerIndex: 255), at: now)
        let first = rewriter.rewrite(
            packet(500, pictureID: 32_767, baseLayerIndex: 255), shift: .init(), at: now)
        #expect(first?.picture == nil, "the first source keeps its own")
        let shift = PacketMap.Shift(sequence: 3, pictureID: 1, baseLayerIndex: 0)
        let second = rewriter.rewrite(packet(504, pictureID: 1, baseLayerIndex: 0), shift: shift, at: now)
        #expect(second?.sequence == 11)
        #expect(second?.picture?.pictureID == 0 && second?.picture?.baseLayerIndex == 0)
        rewriter.begin(packet(7, pictureID: 90, baseLayerIndex: 40), at: now)
        let third = rewriter.rewrite(packet(7, pictureID: 90, baseLayerIndex: 40), shift: .init(), at: now)
        #expect(third?.sequence == 12)
        #expect(third?.picture?.pictureID == 1 && third?.picture?.baseLayerIndex == 1)
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
