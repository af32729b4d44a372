/// Holds a stream of video packets under a bitrate: no two seconds of it have more than the bitrate and 4 %.
///
/// Knows what was sent when within the last two seconds, and so what a packet may have now, and what packets may have
/// from now on. A packet that is too large for now is kept until there is room, and pictures that come meanwhile are
/// left out; a smaller one is never lost, since later ones are made from it.
struct VideoRateWindow: Sendable {
    /// In bit/s.
    var bitrate: Int

    private var times: [Int64]
    private var sizes: [Int]
    private var first = 0
    private var count = 0
    private var sum = 0
    let windowTicks: Int64

    /// - Parameters:
    ///   - bitrate: in bit/s.
    ///   - clock: of the times given.
    init(bitrate: Int, clock: MediaClock) {
        self.bitrate = bitrate
        let ticksPerSecond = Double(clock.denominator) / Double(clock.numerator)
        windowTicks = Int64((2 * ticksPerSecond).rounded(.up))
        times = Array(repeating: 0, count: 512)
        sizes = Array(repeating: 0, count: 512)
    }

    /// Bytes that two seconds may have.
    var limit: Int { bitrate * 2 * 104 / 100 / 8 }

    /// Bytes that a packet may have at this time.
    mutating func room(at time: Int64) -> Int {
        while count > 0, times[first] <= time - windowTicks || times[first] > time {
            sum -= sizes[first]
            first = (first + 1) & 511
            count -= 1
        }
        return count < 512 ? max(0, limit - sum) : 0
    }

    /// Counts a packet.
    mutating func spend(_ size: Int, at time: Int64) {
        _ = room(at: time)
        let slot = (first + count) & 511
        times[slot] = time
        sizes[slot] = size
        count = min(count + 1, 512)
        sum += size
    }

    /// The largest size, the same for each packet from now on, with which two seconds have `planned` bytes at most.
    /// - Parameters:
    ///   - time: of the next packet.
    ///   - interval: ticks between packets.
    ///   - keys: key frames to come: in how many packets the first is due (1 being the next), how many packets lie
    ///     from one to the next, and their size.
    ///   - least: packets that are looked ahead at least: a shortage that is over sooner is not spread.
    func evenSize(
        at time: Int64, interval: Int64, planned: Double, keys: (first: Int, distance: Int, size: Double), least: Int
    ) -> Double {
        var past = Double(sum)
        var index = 0
        var best = Double.infinity
        var beforeKey = Double.infinity
        let packets = Int(max(1, min(windowTicks / max(interval, 1), 512)))
        for ahead in 1...packets {
            let begin = time + Int64(ahead - 1) * interval - windowTicks
            while index < count, times[(first + index) & 511] <= begin {
                past -= Double(sizes[(first + index) & 511])
                index += 1
            }
            let keyCount = ahead < keys.first ? 0 : (ahead - keys.first) / max(keys.distance, 1) + 1
            guard ahead > keyCount else { continue }
            let size = (planned - past - Double(keyCount) * keys.size) / Double(ahead - keyCount)
            if ahead >= min(least, packets) {
                best = min(best, size)
            } else if ahead == keys.first {
                beforeKey = size
            }
        }
        guard best.isFinite else { return planned / Double(packets) }
        // What the key frame needs is saved before it, but not at any price.
        return max(min(best, max(beforeKey, best / 2)), 0)
    }
}
