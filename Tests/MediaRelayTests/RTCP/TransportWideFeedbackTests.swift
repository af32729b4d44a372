import Testing

@testable import MediaRelay

@Suite("Transport-wide congestion feedback")
struct TransportWideFeedbackTests {
    private func statuses(_ bytes: [UInt8]) throws -> [TransportWideFeedback.Status] {
        guard case .transportWideFeedback(let report) = try packets(bytes)[0] else { return [] }
        var walk = TransportWideFeedback.Statuses(report, in: bytes.span.bytes)
        var found: [TransportWideFeedback.Status] = []
        while let status = walk.next(in: bytes.span.bytes) { found.append(status) }
        return found
    }

    @Test("run lengths, vectors of one bit and of two")
    func chunks() throws {
        // 2 received (run), 3 lost (run), 14 by one bit of which the first and last came, 2 by two bits: large, small.
        let bytes: [UInt8] = [
            0x8f, 205, 0, 8, 0, 0, 0, 1, 0, 0, 0, 2,
            0xff, 0xfe, 0, 21, 0, 0, 1, 7,
            0x20, 0x02, 0x00, 0x03, 0xa0, 0x01, 0xe4, 0x00,
            4, 8, 1, 1, 0xff, 0xfc, 2, 0,
        ]
        let found = try statuses(bytes)
        #expect(found.count == 21)
        #expect(found[0] == .init(number: 65534, arrival: 65_000))
        #expect(found[1] == .init(number: 65535, arrival: 67_000))
        #expect(found[2...4].allSatisfy { $0.arrival == nil })
        #expect(found[5] == .init(number: 3, arrival: 67_250))
        #expect(found[18] == .init(number: 16, arrival: 67_500))
        #expect(found[6...17].allSatisfy { $0.arrival == nil })
        #expect(found[19] == .init(number: 17, arrival: 66_500))
        #expect(found[20] == .init(number: 18, arrival: 67_000))
    }

    @Test("what is written is read back to a quarter of a millisecond")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let count = Int.random(in: 1...100, using: &generator)
            var time = Int64.random(in: 0...1_000_000_000, using: &generator)
            var arrivals: [Int64?] = (0..<count).map { _ in
                time += Int64.random(in: -20_000...60_000, using: &generator)
                return Bool.random(using: &generator) ? max(0, time) : nil
            }
            arrivals[0] = max(0, arrivals[0] ?? time)
            let bytes = try written { (buffer, cursor) throws(RTCPError) in
                try TransportWideFeedback.write(
                    sender: 1, media: 2, base: 65_500, reportNumber: 9, arrivals: arrivals.span, into: &buffer,
                    at: &cursor)
            }
            let found = try statuses(bytes)
            #expect(found.count == count)
            for (index, status) in found.enumerated() {
                #expect(status.number == SequenceNumber(65_500).advanced(by: index))
                #expect((status.arrival == nil) == (arrivals[index] == nil))
                // The reference time has 24 bits of 64 ms.
                if let arrival = status.arrival, let truth = arrivals[index] { #expect(abs(arrival - truth) <= 125) }
            }
        }
    }

    @Test("reports that end early, reserved symbols and empty runs are refused")
    func refused() {
        let head: [UInt8] = [0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 1, 7]
        for chunks in [[0x20, 0x09, 1, 1], [0x60, 0x09, 0, 0], [0x00, 0x00, 0x00, 0x09], [0x20, 0x01, 0x20, 0x01]]
            as [[UInt8]]
        {
            #expect(throws: RTCPError.self) { try statuses(head + chunks) }
        }
    }

    @Test("arrivals too far apart, and nothing but losses, cannot be written")
    func unwritable() {
        for arrivals in [[nil, nil], [0, 9_000_000], []] as [[Int64?]] {
            #expect(throws: RTCPError.self) {
                try written { (buffer, cursor) throws(RTCPError) in
                    try TransportWideFeedback.write(
                        sender: 1, media: 2, base: 0, reportNumber: 0, arrivals: arrivals.span, into: &buffer,
                        at: &cursor)
                }
            }
        }
    }
}
