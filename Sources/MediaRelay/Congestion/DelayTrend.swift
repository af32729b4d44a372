/// Whether packets take longer and longer: the sign of a queue that fills before it overflows.
///
/// Packets that were sent close together are one group. How the groups' delays change is summed up and smoothed; the slope of the last twenty over time tells.
struct DelayTrend {
    /// What the delays do.
    enum Verdict: Equatable {
        /// Not enough is known, or they stay.
        case steady
        /// They grow.
        case growing
        /// They shrink.
        case shrinking
    }

    private static let groupNanoseconds: Int64 = 5_000_000
    private static let points = 20
    /// A slope of so much delay for time (3 %), seen so often in a row, over a queue of at least so many ns.
    private static let steepest = 0.03
    private static let mostInARow = 3
    private static let leastQueue = 15_000_000.0

    private var group: (sent: Int64, arrived: Int64)?
    private var previous: (sent: Int64, arrived: Int64)?
    private var origin: Int64?
    private var sum = 0.0
    private var smoothed = 0.0
    private var least = 0.0
    private var inARow = 0
    private var times: [Double] = []
    private var delays: [Double] = []

    init() {
        times.reserveCapacity(Self.points + 1)
        delays.reserveCapacity(Self.points + 1)
    }

    /// Forgets what was seen.
    mutating func reset() {
        self = DelayTrend()
    }

    /// Takes in a packet; times in ns, each by a clock of its own.
    mutating func receive(sent: Int64, arrived: Int64) -> Verdict {
        guard let first = group, sent - first.sent <= Self.groupNanoseconds, sent >= first.sent else {
            let verdict = close()
            group = (sent, arrived)
            return verdict
        }
        group?.arrived = max(first.arrived, arrived)
        return .steady
    }

    private mutating func close() -> Verdict {
        guard let group else { return .steady }
        defer { previous = group }
        guard let previous else {
            origin = group.arrived
            return .steady
        }
        sum += Double(group.arrived - previous.arrived) - Double(group.sent - previous.sent)
        smoothed = smoothed * 0.9 + sum * 0.1
        least = min(least, smoothed)
        times.append(Double(group.arrived - (origin ?? 0)))
        delays.append(smoothed)
        if times.count > Self.points {
            times.removeFirst()
            delays.removeFirst()
        }
        guard times.count == Self.points else { return .steady }
        let slope = slope()
        inARow = slope > Self.steepest && smoothed - least > Self.leastQueue ? inARow + 1 : 0
        if inARow >= Self.mostInARow { return .growing }
        return slope < -Self.steepest ? .shrinking : .steady
    }

    /// The straight line through the points (least squares).
    private func slope() -> Double {
        let count = Double(times.count)
        let meanTime = times.reduce(0, +) / count
        let meanDelay = delays.reduce(0, +) / count
        var numerator = 0.0
        var denominator = 0.0
        for (time, delay) in zip(times, delays) {
            numerator += (time - meanTime) * (delay - meanDelay)
            denominator += (time - meanTime) * (time - meanTime)
        }
        return denominator > 0 ? numerator / denominator : 0
    }
}
