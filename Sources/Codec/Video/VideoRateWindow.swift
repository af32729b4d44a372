/// Holds a stream of video packets under a bitrate: no two seconds of it have more than the bitrate and 4 %.
///
/// Knows what was sent when within the last two seconds, and so what a packet may have now. A packet that is too large
/// for now is kept until there is room, and pictures that come meanwhile are left out; a smaller one is never lost,
/// since later ones are made from it.
struct VideoRateWindow: Sendable {
    /// In bit/s.
    var bitrate: Int

    private var times: [Int64]
    private var sizes: [Int]
    private var first = 0
    private var count = 0
    private var sum = 0
    private let windowTicks: Int64
    private let ticksPerSecond: Double

    /// Mean size of recent packets between key frames, 0 before the first.
    private(set) var typicalSize = 0.0

    /// - Parameters:
    ///   - bitrate: in bit/s.
    ///   - clock: of the times given.
    init(bitrate: Int, clock: MediaClock) {
        self.bitrate = bitrate
        ticksPerSecond = Double(clock.denominator) / Double(clock.numerator)
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

    /// Whether it is worth encoding a picture now: it is likely to fit.
    mutating func isReady(at time: Int64) -> Bool {
        Double(room(at: time)) >= typicalSize * 1.25
    }

    /// Counts a packet.
    mutating func spend(_ size: Int, at time: Int64, isKeyFrame: Bool) {
        _ = room(at: time)
        let slot = (first + count) & 511
        times[slot] = time
        sizes[slot] = size
        count = min(count + 1, 512)
        sum += size
        if !isKeyFrame { typicalSize = typicalSize == 0 ? Double(size) : typicalSize * 0.8 + Double(size) * 0.2 }
    }

    /// Counts a time at which nothing was sent, so that one large packet does not hold back the rest forever.
    mutating func skip() {
        typicalSize *= 0.95
    }

    mutating func reset() {
        first = 0
        count = 0
        sum = 0
        typicalSize = 0
    }
}
