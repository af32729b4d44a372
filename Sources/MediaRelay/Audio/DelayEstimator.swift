/// How late packets of one stream arrive, beyond the earliest of them: the measure from which the jitter buffer takes its depth.
///
/// A packet's *offset* is its arrival less its media time. The lowest offset of the recent past is the network's own delay (and follows the
/// sender's clock as it drifts); what a packet lies above it is its jitter. Both are kept over a sliding window of `windows` × `windowPackets` packets.
struct DelayEstimator {
    /// Jitter histogram: `binCount` bins of 2 ms.
    private static let binCount = 128
    private static let binNanoseconds: Int64 = 2_000_000
    private static let windowPackets = 100
    /// By how much each packet counts more than the one before, and when all weights are brought back.
    private static let growth: Float = 1 / 0.996
    private static let mostWeight: Float = 1e6
    private static let windows = 4

    private var minima: InlineArray<4, Int64> = .init(repeating: .max)
    private var histogram = [Float](repeating: 0, count: binCount)
    private var weight: Float = 1
    private var window = 0
    private var packetsInWindow = 0

    /// The lowest offset of the window in nanoseconds, or nil before the first packet.
    private(set) var lowestOffset: Int64?

    /// Counts one packet.
    ///
    /// - Parameter offset: arrival less media time, in nanoseconds.
    mutating func insert(offset: Int64) {
        if packetsInWindow == Self.windowPackets {
            packetsInWindow = 0
            window = (window + 1) % Self.windows
            minima[window] = .max
        }
        packetsInWindow += 1
        if offset < minima[window] { minima[window] = offset }
        var lowest = Int64.max
        for index in 0..<Self.windows where minima[index] < lowest { lowest = minima[index] }
        lowestOffset = lowest

        // Old packets fade: each counts half after about 170 later ones. Rather than that all become less, the new one counts more.
        let bin = min(Self.binCount - 1, Int(max(0, offset - lowest) / Self.binNanoseconds))
        weight *= Self.growth
        histogram[bin] += weight
        guard weight > Self.mostWeight else { return }
        for index in 0..<Self.binCount { histogram[index] /= weight }
        weight = 1
    }

    /// The jitter in nanoseconds that `share` (0…1) of the packets stay under.
    func jitter(share: Float) -> Int64 {
        var total: Float = 0
        for value in histogram { total += value }
        guard total > 0 else { return 0 }
        var sum: Float = 0
        for (index, value) in histogram.enumerated() {
            sum += value
            if sum >= total * share { return Int64(index) * Self.binNanoseconds }
        }
        return Int64(Self.binCount) * Self.binNanoseconds
    }

    /// Forgets everything: the stream begins anew.
    mutating func reset() {
        self = DelayEstimator()
    }
}
