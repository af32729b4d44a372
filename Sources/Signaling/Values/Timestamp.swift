/// A moment: whole milliseconds since 1970 (UTC). The domain never reads a clock; its shell passes the time in.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var milliseconds: Int64

    /// A moment, by milliseconds since 1970 (UTC).
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// A moment, by whole seconds since 1970 (UTC).
    public init(seconds: Int64) {
        self.milliseconds = seconds &* 1000
    }

    /// Whole seconds since 1970 (UTC), rounded down.
    public var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    }

    /// The moment so many milliseconds later; it stops at the ends of the range.
    public func adding(milliseconds amount: Int64) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(amount)
        return Timestamp(milliseconds: overflow ? (amount > 0 ? .max : .min) : sum)
    }

    /// The moment so many seconds later; it stops at the ends of the range.
    public func adding(seconds amount: Int64) -> Timestamp {
        let (product, overflow) = amount.multipliedReportingOverflow(by: 1000)
        return adding(milliseconds: overflow ? (amount > 0 ? .max : .min) : product)
    }

    /// Whether the left moment is before the right one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}
