/// Grants so many tokens a second, and four seconds' worth at once. Time is passed in.
struct TokenBucket {
    /// Thousandths of a token used up.
    private var used: Int64 = 0
    private var since = Timestamp(milliseconds: 0)

    /// Takes a token; false where none is left. A rate of 0 grants everything.
    mutating func take(rate: Int, now: Timestamp) -> Bool {
        guard rate > 0 else { return true }
        let rate = Int64(rate)
        let elapsed = now.milliseconds - since.milliseconds
        if elapsed > 0 {
            used = elapsed > 4000 ? 0 : max(0, used - elapsed * rate)
            since = now
        }
        guard used + 1000 <= 4000 * rate else { return false }
        used += 1000
        return true
    }
}
