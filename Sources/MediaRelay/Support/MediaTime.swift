/// A moment on the monotonic clock that the caller reads: nanoseconds since an origin of its own.
///
/// Every state machine in this module is given the time as a value of this type; none reads a clock.
public struct MediaTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock's origin.
    public var nanoseconds: Int64

    /// Makes a moment from nanoseconds since the clock's origin.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Makes a moment from milliseconds since the clock's origin.
    public static func milliseconds(_ value: Int64) -> MediaTime {
        MediaTime(nanoseconds: value * 1_000_000)
    }

    /// The clock's origin.
    public static let zero = MediaTime(nanoseconds: 0)

    /// Orders two moments.
    public static func < (left: MediaTime, right: MediaTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment a number of milliseconds later (or earlier, where negative).
    func advanced(milliseconds: Int64) -> MediaTime {
        MediaTime(nanoseconds: nanoseconds &+ milliseconds &* 1_000_000)
    }

    /// Milliseconds from `earlier` to this moment.
    func milliseconds(since earlier: MediaTime) -> Int64 {
        (nanoseconds &- earlier.nanoseconds) / 1_000_000
    }

    /// The time from `earlier` to this moment, in ticks of an RTP clock.
    func ticks(since earlier: MediaTime, clockRate: Int) -> Int64 {
        let elapsed = nanoseconds &- earlier.nanoseconds
        let seconds = elapsed / 1_000_000_000
        let rest = elapsed % 1_000_000_000
        return seconds &* Int64(clockRate) &+ rest &* Int64(clockRate) / 1_000_000_000
    }
}
