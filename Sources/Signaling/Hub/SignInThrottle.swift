/// Slows those who guess passwords: by the pair of name and address, and by address. The owner, who comes from another address,
/// is never locked out.
struct SignInThrottle {
    private struct Pair: Hashable {
        let name: Name
        let address: IPAddress?
    }

    private struct Count {
        var failures = 0
        var since: Timestamp
    }

    private var pairs: [Pair: Count] = [:]
    private var addresses: [IPAddress?: Count] = [:]
    private static let window: Int64 = 60_000
    private static let maximumEntries = 20_000

    /// For how many milliseconds further attempts are refused; nil where they are not.
    func delay(_ name: Name, _ address: IPAddress?, limit: Int, now: Timestamp) -> Int64? {
        guard limit > 0 else { return nil }
        for (count, most) in [(pairs[Pair(name: name, address: address)], limit), (addresses[address], 10 * limit)] {
            guard let count, count.failures >= most else { continue }
            let left = count.since.milliseconds + SignInThrottle.window - now.milliseconds
            if left > 0 { return left }
        }
        return nil
    }

    /// Counts a wrong password.
    mutating func failed(_ name: Name, _ address: IPAddress?, now: Timestamp) {
        if pairs.count + addresses.count > SignInThrottle.maximumEntries { forgetOld(now) }
        SignInThrottle.count(&pairs[Pair(name: name, address: address), default: Count(since: now)], now)
        SignInThrottle.count(&addresses[address, default: Count(since: now)], now)
    }

    private static func count(_ count: inout Count, _ now: Timestamp) {
        if count.since.milliseconds + window <= now.milliseconds { count = Count(since: now) }
        count.failures += 1
    }

    private mutating func forgetOld(_ now: Timestamp) {
        let isFresh: (Count) -> Bool = { $0.since.milliseconds + SignInThrottle.window > now.milliseconds }
        pairs = pairs.filter { isFresh($0.value) }
        addresses = addresses.filter { isFresh($0.value) }
        if pairs.count + addresses.count > SignInThrottle.maximumEntries {
            pairs.removeAll()
        }
    }
}
