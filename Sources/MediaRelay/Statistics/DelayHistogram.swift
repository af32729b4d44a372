/// How many packets were in our hands for how long.
public struct DelayHistogram: Equatable, Sendable {
    /// The upper ends of the buckets in microseconds; one more holds what is above.
    public static let bounds: [Int64] = [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000]

    /// Packets in each bucket.
    public private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// The sum of all delays, in microseconds.
    public private(set) var sum: Int64 = 0

    /// No packets yet.
    public init() {}

    /// Counts `packets` packets that were kept for so many microseconds.
    mutating func add(microseconds: Int64, packets: Int) {
        var index = 0
        while index < Self.bounds.count, microseconds > Self.bounds[index] { index += 1 }
        counts[index] += UInt64(packets)
        sum += microseconds * Int64(packets)
    }

    /// Adds the counts of another.
    public mutating func add(_ other: DelayHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }
}
