import Testing

@testable import MediaRelay

@Suite("Jitter buffer")
struct JitterBufferTests {
    /// A sender of 20 ms packets whose payload is the packet's number.
    private struct Sender {
        var number: UInt16 = 65_500
        var timestamp: UInt32 = .max - 4_000

        mutating func next() -> (SequenceNumber, UInt32, [UInt8]) {
            defer {
                number &+= 1
                timestamp &+= 960
            }
            return (SequenceNumber(number), timestamp, [UInt8(number >> 8), UInt8(number & 0xFF)])
        }
    }

    @discardableResult
    private func insert(
        _ packet: (SequenceNumber, UInt32, [UInt8]), into buffer: inout JitterBuffer, at now: MediaTime,
        fec: Bool = false
    ) -> Bool {
        buffer.insert(
            sequenceNumber: packet.0, timestamp: packet.1, arrival: now, samples: 960, hasFEC: fec,
            payload: packet.2.span.bytes)
    }

    private func number(_ buffer: JitterBuffer, _ slot: Int) -> UInt16 {
        buffer.withPayload(slot: slot) { UInt16($0.byte(at: 0)) << 8 | UInt16($0.byte(at: 1)) }
    }

    @Test("Packets in time come out in order, each once, over the wrap of both numbers")
    func inOrder() {
        var buffer = JitterBuffer(clockRate: 48_000)
        var sender = Sender()
        var heard: [UInt16] = []
        for index in 0..<200 {
            let now = MediaTime.milliseconds(Int64(index) * 20)
            insert(sender.next(), into: &buffer, at: now)
            if case .packet(let slot) = buffer.next(at: now.advanced(milliseconds: 10), buffered: 0) {
                heard.append(number(buffer, slot))
            }
        }
        #expect(heard == (0..<200).map { 65_500 &+ UInt16($0) })
    }

    @Test("Packets out of order are put in order when there is time")
    func reordering() {
        var buffer = JitterBuffer(clockRate: 48_000)
        var sender = Sender()
        let sent = (0..<6).map { _ in sender.next() }
        for (place, index) in [0, 2, 1, 4, 3, 5].enumerated() {
            insert(sent[index], into: &buffer, at: MediaTime.milliseconds(Int64(place)))
        }
        var heard: [UInt16] = []
        for tick in 0..<6 {
            let now = MediaTime.milliseconds(200 + Int64(tick) * 20)
            if case .packet(let slot) = buffer.next(at: now, buffered: 0) { heard.append(number(buffer, slot)) }
        }
        #expect(heard == sent.map { $0.0.rawValue })
    }

    @Test("A duplicate and a packet after its turn are counted and dropped")
    func duplicates() {
        var buffer = JitterBuffer(clockRate: 48_000)
        var sender = Sender()
        let first = sender.next()
        let now = MediaTime.milliseconds(100)
        let wasKept = insert(first, into: &buffer, at: now)
        #expect(wasKept)
        let wasKeptAgain = insert(first, into: &buffer, at: now)
        #expect(!wasKeptAgain)
        #expect(buffer.duplicatePackets == 1)
        insert(sender.next(), into: &buffer, at: now)
        _ = buffer.next(at: now.advanced(milliseconds: 50), buffered: 0)
        let wasKeptLate = insert(first, into: &buffer, at: now.advanced(milliseconds: 60))
        #expect(!wasKeptLate)
        #expect(buffer.latePackets == 1)
    }

    @Test("A lost packet is recovered from the next one's redundancy, or concealed where there is none")
    func loss() {
        for fec in [true, false] {
            var buffer = JitterBuffer(clockRate: 48_000)
            var sender = Sender()
            let sent = (0..<4).map { _ in sender.next() }
            for index in [0, 2, 3] {
                insert(sent[index], into: &buffer, at: .milliseconds(Int64(index * 20)), fec: fec)
            }
            let late = MediaTime.milliseconds(120)
            guard case .packet = buffer.next(at: late, buffered: 0) else {
                Issue.record("the first packet was not played")
                return
            }
            let step = buffer.next(at: late, buffered: 0)
            if fec, case .recover(let next, samples: 960) = step {
                #expect(number(buffer, next) == sent[2].0.rawValue)
            } else {
                #expect(!fec && step == .conceal(samples: 960))
            }
            guard case .packet(let slot) = buffer.next(at: late, buffered: 0) else {
                Issue.record("the packet after the lost one was not played")
                return
            }
            #expect(number(buffer, slot) == sent[2].0.rawValue)
        }
    }

    @Test("A stream that stops is given up, and begins again with the next packet")
    func stop() {
        var buffer = JitterBuffer(clockRate: 48_000)
        var sender = Sender()
        var now = MediaTime.milliseconds(0)
        for _ in 0..<10 {
            insert(sender.next(), into: &buffer, at: now)
            now = now.advanced(milliseconds: 20)
            _ = buffer.next(at: now, buffered: 0)
        }
        var waits = 0
        while case .wait = buffer.next(at: now, buffered: 0) {
            waits += 1
            now = now.advanced(milliseconds: 20)
        }
        #expect((5...12).contains(waits))
        let afterwards = buffer.next(at: now, buffered: 0)
        #expect(afterwards == .idle)
        // A pause of the sender: numbers go on, time has jumped.
        sender.timestamp &+= UInt32(48 * 20 * waits)
        insert(sender.next(), into: &buffer, at: now)
        guard case .packet = buffer.next(at: now.advanced(milliseconds: 20), buffered: 0) else {
            Issue.record("the stream did not begin again")
            return
        }
    }

    @Test("A sender who begins anew with other numbers is heard")
    func restart() {
        var buffer = JitterBuffer(clockRate: 48_000)
        var sender = Sender()
        var heard = 0
        for index in 0..<100 {
            if index == 50 {
                sender.number = 20_000
                sender.timestamp = 77
            }
            let now = MediaTime.milliseconds(Int64(index) * 20)
            insert(sender.next(), into: &buffer, at: now)
            if case .packet = buffer.next(at: now.advanced(milliseconds: 8), buffered: 0) { heard += 1 }
        }
        #expect(heard >= 97)
    }

    @Test("The depth follows the network's jitter", arguments: [0, 20, 60, 120])
    func depth(jitter: Int) {
        var generator = SeededGenerator(seed: 7)
        var buffer = JitterBuffer(clockRate: 48_000)
        var sender = Sender()
        for index in 0..<500 {
            let late = jitter == 0 ? 0 : Int.random(in: 0...jitter, using: &generator)
            insert(sender.next(), into: &buffer, at: .milliseconds(Int64(index * 20 + late)))
            buffer.clear()
        }
        let depth = Int(buffer.targetDelay / 1_000_000)
        #expect(depth <= jitter + 8)
        #expect(depth >= jitter * 8 / 10)
    }
}
