/// Holds a stream of packets under a bitrate: no second of it has more than the bitrate and 5 %.
///
/// A token bucket that is filled with each frame's share and holds a twentieth of a second beyond it, less what the
/// rounding of a second to whole frames takes. A frame that would not fit must be made smaller or left out.
struct BitrateBucket: Sendable {
    /// In bit/s.
    var bitrate: Int {
        didSet { fullness = min(fullness, capacity) }
    }

    /// Bits, times ticks per second, so that nothing is rounded.
    private var fullness = 0
    private var capacity: Int { bitrate * depthTicks }
    private let ticksPerSecond: Int
    private let frameTicks: Int
    private let depthTicks: Int

    /// - Parameters:
    ///   - bitrate: in bit/s.
    ///   - frameTicks: a frame's length in ticks.
    init(bitrate: Int, frameTicks: Int, ticksPerSecond: Int) {
        self.bitrate = bitrate
        self.ticksPerSecond = ticksPerSecond
        self.frameTicks = frameTicks
        let framesInSecond = (ticksPerSecond + frameTicks - 1) / frameTicks
        depthTicks = max(0, ticksPerSecond * 21 / 20 - framesInSecond * frameTicks)
        fullness = bitrate * depthTicks
    }

    /// Bytes that the next frame may have, its own share included.
    var allowance: Int {
        (fullness + bitrate * frameTicks) / (8 * ticksPerSecond)
    }

    /// Counts a frame of so many bytes.
    mutating func spend(_ bytes: Int) {
        fullness = min(fullness + bitrate * frameTicks - bytes * 8 * ticksPerSecond, capacity)
    }
}
