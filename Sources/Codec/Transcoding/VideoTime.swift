/// A time that many clocks can count exactly: in parts of a second of which there is a whole number in a picture at 24, 25,
/// 30, 48, 50, 60, 90, 100 and 120 a second. For others it is off by less than a nanosecond.
struct VideoTime: Sendable, Equatable {
    /// Parts in a second.
    static let perSecond: Int64 = 705_600_000

    static let zero = VideoTime(parts: 0)

    private(set) var parts: Int64

    var seconds: Double { Double(parts) / Double(Self.perSecond) }

    /// This time and so many ticks, rounded to parts.
    func advanced(by ticks: Int64, of clock: MediaClock) -> VideoTime {
        let scaled = scaled(plus: ticks, of: clock)
        let rounded = (scaled + Int128(clock.denominator / 2)) / Int128(clock.denominator)
        return VideoTime(parts: Int64(clamping: rounded))
    }

    /// This time and so many ticks, in parts divided by the clock's denominator: without rounding.
    func scaled(plus ticks: Int64, of clock: MediaClock) -> Int128 {
        Int128(parts) * Int128(clock.denominator)
            + Int128(ticks) * Int128(clock.numerator) * Int128(Self.perSecond)
    }
}
