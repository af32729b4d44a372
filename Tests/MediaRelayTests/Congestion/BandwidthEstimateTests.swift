import Testing

@testable import MediaRelay

@Suite("What a network takes")
struct BandwidthEstimateTests {
    /// A link of some rate with a queue of some ms before it, and a sender that follows the estimate.
    private struct Link {
        var rate: Int
        var queueMilliseconds: Int64 = 200
        var busyUntil: Int64 = 0

        /// When a packet arrives that is sent at `time` (ns), or nil where the queue is full.
        mutating func send(bytes: Int, at time: Int64) -> Int64? {
            guard busyUntil - time < queueMilliseconds * 1_000_000 else { return nil }
            busyUntil = max(busyUntil, time) + Int64(bytes * 8) * 1_000_000_000 / Int64(rate)
            return busyUntil + 20_000_000
        }
    }

    /// Sends for so long, at most at `source` bit/s, and gives the losses and the rate that got through in the last ten seconds.
    private func run(
        _ link: inout Link, source: Int, from start: Int = 0, seconds: Int, byDelay: Bool,
        _ estimate: inout BandwidthEstimate
    ) -> (lost: Double, through: Int, longestQueue: Int64) {
        var sent = 0
        var lost = 0
        var through = 0
        var interval = (sent: 0, lost: 0, bits: 0)
        var longest: Int64 = 0
        var arrivals: [(time: Int64, bits: Int)] = []
        var next = Int64(start) * 1_000_000_000
        for millisecond in Int64(start * 1_000)..<Int64((start + seconds) * 1_000) {
            let now = MediaTime.milliseconds(millisecond)
            let rate = min(source, estimate.bitrate(at: now) ?? .max)
            while next <= now.nanoseconds {
                next += Int64(1_000 * 8) * 1_000_000_000 / Int64(rate)
                let isLate = millisecond >= Int64(start + seconds - 10) * 1_000
                interval.sent += 1
                interval.bits += 8_000
                if isLate { sent += 1 }
                guard let arrival = link.send(bytes: 1_000, at: now.nanoseconds) else {
                    interval.lost += 1
                    if isLate { lost += 1 }
                    continue
                }
                if isLate {
                    through += 8_000
                    longest = max(longest, arrival - now.nanoseconds)
                }
                arrivals.append((arrival, 8_000))
                arrivals.removeAll { arrival - $0.time > 500_000_000 }
                if byDelay {
                    let arriving = arrivals.reduce(0) { $0 + $1.bits } * 2
                    estimate.receiveArrival(
                        sent: now.nanoseconds, arrived: arrival + 7_777, arriving: arriving, at: now)
                }
            }
            if millisecond % 1_000 == 999 {
                let fraction = UInt8(clamping: interval.lost * 256 / max(1, interval.sent))
                estimate.receiveReport(fractionLost: fraction, sent: interval.bits, at: now)
                interval = (0, 0, 0)
            }
        }
        return (Double(lost) / Double(max(1, sent)), through / 10, longest)
    }

    @Test("By losses: a bottleneck is found and most of it used; it is forgotten when it goes away")
    func losses() {
        var link = Link(rate: 500_000)
        var estimate = BandwidthEstimate()
        let limited = run(&link, source: 1_000_000, seconds: 90, byDelay: false, &estimate)
        #expect(limited.lost < 0.12)
        #expect(limited.through > 350_000)
        link.rate = 5_000_000
        let free = run(&link, source: 1_000_000, from: 90, seconds: 60, byDelay: false, &estimate)
        #expect(free.lost == 0 && free.through > 950_000)
    }

    @Test("By delay: the queue never fills, nothing is lost, most of the link is used")
    func delay() {
        var link = Link(rate: 500_000, queueMilliseconds: 1_000)
        var estimate = BandwidthEstimate()
        let limited = run(&link, source: 1_000_000, seconds: 60, byDelay: true, &estimate)
        #expect(limited.lost == 0)
        #expect(limited.through > 300_000)
        #expect(limited.longestQueue < 500_000_000)
    }

    @Test("A network that takes all is never held back, whatever jitter it has")
    func clean() {
        var estimate = BandwidthEstimate()
        for index in Int64(0)..<5_000 {
            let sent = index * 8_000_000
            // Up to 15 ms of jitter, without order.
            let arrived = sent + 30_000_000 + (index * 7_919 % 15) * 1_000_000
            estimate.receiveArrival(sent: sent, arrived: arrived, arriving: 1_000_000, at: MediaTime(nanoseconds: sent))
        }
        #expect(estimate.bitrate(at: .milliseconds(40_000)) == nil)
    }

    @Test("What a receiver asks for counts for ten seconds")
    func asked() {
        var estimate = BandwidthEstimate()
        estimate.receive(asked: 200_000, at: .milliseconds(0))
        #expect(estimate.bitrate(at: .milliseconds(9_000)) == 200_000)
        #expect(estimate.bitrate(at: .milliseconds(11_000)) == nil)
    }
}
