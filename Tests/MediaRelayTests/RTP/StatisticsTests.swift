import Testing

@testable import MediaRelay

@Suite("What receivers and senders count (RFC 3550)")
struct StatisticsTests {
    private static let millisecond: UInt64 = 1_000_000

    /// Receives the packets with these numbers, one each 20 ms.
    private func receive(_ numbers: [UInt16], into statistics: inout ReceptionStatistics) -> [ReceptionStatistics
        .Arrival]
    {
        numbers.enumerated().map { index, number in
            statistics.receive(
                SequenceNumber(number), timestamp: UInt32(index) * 960, at: UInt64(index) * 20 * Self.millisecond)
        }
    }

    @Test("losses are counted over the end of a cycle")
    func losses() {
        var statistics = ReceptionStatistics(clockRate: 48000)
        #expect(receive([65533, 65534, 1, 2], into: &statistics).allSatisfy { $0 == .inOrder })
        let block = statistics.makeReportBlock(ssrc: 7, at: 0)
        #expect(block.cumulativeLost == 2)
        #expect(block.fractionLost == 85)
        #expect(block.extendedHighestSequenceNumber == 0x1_0002)
        // Nothing lost since: the fraction is of the interval, the sum is not.
        _ = statistics.receive(3, timestamp: 0, at: 0)
        let next = statistics.makeReportBlock(ssrc: 7, at: 0)
        #expect(next.fractionLost == 0)
        #expect(next.cumulativeLost == 2)
    }

    @Test("duplicates and late packets make up for losses")
    func late() {
        var statistics = ReceptionStatistics(clockRate: 48000)
        #expect(receive([10, 12, 11, 11], into: &statistics) == [.inOrder, .inOrder, .late, .late])
        #expect(statistics.cumulativeLost == -1)
        #expect(statistics.makeReportBlock(ssrc: 1, at: 0).fractionLost == 0)
    }

    @Test("a jump counts once a second packet confirms it")
    func restart() {
        var statistics = ReceptionStatistics(clockRate: 48000)
        #expect(
            receive([10, 11, 40_000, 12, 40_000, 40_001], into: &statistics)
                == [.inOrder, .inOrder, .suspect, .inOrder, .suspect, .restarted])
        #expect(statistics.packetsReceived == 1)
        #expect(statistics.packetsExpected == 1)
    }

    @Test("jitter follows the formula of A.8")
    func jitter() {
        var statistics = ReceptionStatistics(clockRate: 8000)
        var expected = 0.0
        var lastTransit: Double?
        var generator = SeededGenerator(seed: 3)
        for index in 0..<400 {
            let timestamp = UInt32(index) * 160
            let delay = UInt64.random(in: 0...40, using: &generator)
            let now = (UInt64(index) * 20 + delay) * Self.millisecond
            _ = statistics.receive(SequenceNumber(UInt16(index)), timestamp: timestamp, at: now)
            let transit = Double(now) * 8e-6 - Double(timestamp)
            if let lastTransit { expected += (abs(transit - lastTransit) - expected) / 16 }
            lastTransit = transit
        }
        #expect(abs(Double(statistics.jitter) - expected) < 2)
    }

    @Test("delay since the last sender report, and the round trip made of it")
    func roundTrip() throws {
        let wall: UInt64 = 1_700_000_000_123_456_789
        var sender = SenderStatistics(clockRate: 90000)
        sender.send(timestamp: 1000, payloadLength: 1200, at: 5_000_000_000)
        let report = sender.makeReport(ssrc: 1, time: NTPTime(unixNanoseconds: wall), at: 5_500_000_000)
        #expect(report.timestamp == 46000)
        #expect(report.packetCount == 1)
        #expect(report.octetCount == 1200)

        var receiver = ReceptionStatistics(clockRate: 90000)
        _ = receiver.receive(1, timestamp: 1000, at: 0)
        receiver.receive(senderReport: report.time, at: 10 * Self.millisecond)
        let block = receiver.makeReportBlock(ssrc: 1, at: 260 * Self.millisecond)
        #expect(block.lastSenderReport == report.time.middle)
        #expect(block.delaySinceLastSenderReport == 16384)

        // 250 ms at the receiver and 80 ms on the way.
        sender.receive(block, time: NTPTime(unixNanoseconds: wall + 330 * Self.millisecond))
        let roundTrip = try #require(sender.roundTrip)
        #expect(abs(Int64(roundTrip) - 80_000_000) < 100_000)
    }

    @Test("NTP time of a known moment")
    func ntp() {
        // 1970 is 2,208,988,800 s into the NTP era; half a second is half of the fraction.
        let expected: UInt64 = 2_208_988_800 << 32 | 0x8000_0000
        #expect(NTPTime(unixNanoseconds: 500_000_000).rawValue == expected)
    }
}
