/// Slows those who guess passwords: by the pair of name and address, by address, and, for those who come from many addresses, by
/// name. The owner is never locked out: neither by somebody at another address, nor, where they have signed in from theirs
/// before, by a crowd.
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
    private var names: [Name: Count] = [:]
    /// From where somebody has signed in, newest last.
    private var known: [Name: [IPAddress?]] = [:]
    private static let window: Int64 = 60_000
    private static let maximumEntries = 20_000
    private static let maximumKnown = 8

    /// For how many milliseconds further attempts are refused; nil where they are not.
    func delay(_ name: Name, _ address: IPAddress?, limit: Int, now: Timestamp) -> Int64? {
        guard limit > 0 else { return nil }
        let isKnown = known[name]?.contains(address) ?? false
        let counts = [
            (pairs[Pair(name: name, address: address)], limit), (addresses[address], 10 * limit),
            (isKnown ? nil : names[name], 10 * limit),
        ]
        for (count, most) in counts {
            guard let count, count.failures >= most else { continue }
            let left = count.since.milliseconds + SignInThrottle.window - now.milliseconds
            if left > 0 { return left }
        }
        return nil
    }

    /// Counts a wrong password.
    mutating func failed(_ name: Name, _ address: IPAddress?, now: Timestamp) {
        if pairs.count + addresses.count + names.count > SignInThrottle.maximumEntries { forgetOld(now) }
        SignInThrottle.count(&pairs[Pair(name: name, address: address), default: Count(since: now)], now)
        SignInThrottle.count(&addresses[address, default: Count(since: now)], now)
        SignInThrottle.count(&names[name, default: Count(since: now)], now)
    }

    /// Remembers from where somebody has signed in.
    mutating func succeeded(_ name: Name, _ address: IPAddress?) {
        if known.count > SignInThrottle.maximumEntries { known.removeAll() }
        var places = known[name] ?? []
        guard places.last != address else { return }
        places.removeAll { $0 == address }
        places.append(address)
        known[name] = places.suffix(SignInThrottle.maximumKnown)
    }

    private static func count(_ count: inout Count, _ now: Timestamp) {
        if count.since.milliseconds + window <= now.milliseconds { count = Count(since: now) }
        count.failures += 1
    }

    private mutating func forgetOld(_ now: Timestamp) {
        let isFresh: (Count) -> Bool = { $0.since.milliseconds + SignInThrottle.window > now.milliseconds }
        pairs = pairs.filter { isFresh($0.value) }
        addresses = addresses.filter { isFresh($0.value) }
        names = names.filter { isFresh($0.value) }
        if pairs.count + addresses.count + names.count > SignInThrottle.maximumEntries {
            pairs.removeAll()
            names.removeAll()
        }
    }
}
