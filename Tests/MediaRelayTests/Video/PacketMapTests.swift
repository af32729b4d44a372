import Testing

@testable import MediaRelay

@Suite("Gaps that are closed")
struct PacketMapTests {
    @Test("What is left out leaves no gap; what the network lost does")
    func gaps() {
        var map = PacketMap()
        var left: [UInt64] = []
        for sequence in UInt64(100)..<160 where sequence != 141 {
            if (110..<113).contains(sequence) || (120..<150).contains(sequence) {
                map.leaveOut(sequence, timestamp: UInt32(sequence / 3), isBaseLayer: true)
            } else if let shift = map.shift(of: sequence) {
                left.append(sequence - shift.sequence)
            }
        }
        #expect(left == Array(100..<UInt64(100 + 27)))
        var lossy = PacketMap()
        lossy.leaveOut(5, timestamp: 1, isBaseLayer: true)
        let numbers = [6, 8].compactMap { sequence in lossy.shift(of: sequence).map { sequence - $0.sequence } }
        #expect(numbers == [5, 7])
    }

    @Test(
        "A late packet keeps its number; one of a frame that was left out has none; a number leads back to its packet")
    func late() {
        var map = PacketMap()
        for first in [UInt64(10), 30, 50] {
            for sequence in first..<first + 5 { map.leaveOut(sequence, timestamp: UInt32(first), isBaseLayer: true) }
            _ = map.shift(of: first + 5)
        }
        let shifts = [9, 12, 20, 33, 40, 60].map { map.shift(of: $0)?.sequence }
        #expect(shifts == [0, nil, 5, nil, 10, 15])
        for sequence in [UInt64(9), 20, 40, 60] {
            let number = map.shift(of: sequence).map { sequence - $0.sequence }
            #expect(number.flatMap { map.original(of: $0) } == sequence)
        }
    }

    @Test("Pictures are counted, and of them those of the base layer")
    func pictures() {
        var map = PacketMap()
        map.leaveOut(1, timestamp: 10, isBaseLayer: false)
        map.leaveOut(2, timestamp: 10, isBaseLayer: false)
        map.leaveOut(3, timestamp: 20, isBaseLayer: true)
        let shift = map.shift(of: 4)
        #expect(shift == PacketMap.Shift(sequence: 3, pictureID: 2, baseLayerIndex: 1))
    }

    @Test("Only so many gaps are remembered: older packets are given up")
    func forgetting() {
        var map = PacketMap()
        for index in UInt64(0)..<40 {
            map.leaveOut(index * 10, timestamp: UInt32(index), isBaseLayer: true)
            _ = map.shift(of: index * 10 + 1)
        }
        let old = map.shift(of: 15)
        #expect(old == nil)
        let recent = map.shift(of: 385)
        #expect(recent?.sequence == 39)
    }
}

@Suite("Packets that are kept")
struct PacketCacheTests {
    private func packet(_ sequence: UInt64, _ length: Int) -> ForwardBuffer.Packet {
        ForwardBuffer.Packet(
            range: 0..<length, sequence: sequence, timestamp: 0, marker: false, beginsKeyFrame: false)
    }

    @Test("The newest are found, whole; the oldest give way")
    func ring() throws {
        var cache = PacketCache(packets: 64, bytes: 10_000)
        for sequence in UInt64(1)...200 {
            let length = 100 + Int(sequence % 7) * 100
            let content = [UInt8](repeating: UInt8(sequence), count: length)
            cache.keep(packet(sequence, length), content.span.bytes)
        }
        var found = 0
        for sequence in UInt64(1)...200 {
            guard let (packet, range) = cache.find(sequence) else { continue }
            found += 1
            #expect(packet.range.count == range.count)
            cache.read(range) { bytes in
                for index in 0..<bytes.byteCount {
                    #expect(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) == UInt8(sequence))
                }
            }
        }
        #expect((15...40).contains(found))
        #expect(cache.find(200) != nil && cache.find(201) == nil && cache.find(100) == nil)
    }
}

@Suite("Losses on the way in")
struct LossTrackerTests {
    @Test("What is missing is asked for soon, again after a round trip, and not for ever")
    func asking() {
        var tracker = LossTracker()
        var asked: [(Int64, [UInt16])] = []
        for sequence in [UInt64(1), 2, 5] { _ = tracker.receive(sequence, at: .milliseconds(100)) }
        for time in stride(from: Int64(100), to: 3_000, by: 5) {
            var numbers: [SequenceNumber] = []
            tracker.takeDue(at: .milliseconds(time), roundTrip: 40_000_000, into: &numbers)
            if !numbers.isEmpty { asked.append((time, numbers.map(\.rawValue))) }
            if time == 200 { _ = tracker.receive(3, at: .milliseconds(time)) }
        }
        #expect(asked.first?.0 == 105)
        #expect(asked.first?.1 == [3, 4])
        #expect(asked.dropFirst().first?.0 == 165)
        #expect(asked.last?.1 == [4])
        #expect(asked.count == 8)
        #expect(tracker.requested == 2 && tracker.recovered == 1)
        #expect(tracker.nextDeadline == nil)
    }

    @Test("What was only reordered is not asked for; more than can be asked for is not asked for at all")
    func patience() {
        var tracker = LossTracker()
        _ = tracker.receive(1, at: .milliseconds(0))
        _ = tracker.receive(3, at: .milliseconds(1))
        _ = tracker.receive(2, at: .milliseconds(3))
        var numbers: [SequenceNumber] = []
        tracker.takeDue(at: .milliseconds(10), roundTrip: nil, into: &numbers)
        #expect(numbers.isEmpty)
        let isHopeless = tracker.receive(500, at: .milliseconds(20))
        #expect(isHopeless && tracker.nextDeadline == nil)
    }
}
