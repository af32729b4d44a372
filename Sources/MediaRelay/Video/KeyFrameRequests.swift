/// When to ask a sender for a key frame: at once for the first who needs one, merged for the others, repeated while it does not come.
struct KeyFrameRequests {
    /// The least time between two requests: 300 ms.
    private static let interval: Int64 = 300

    private var wanted = false
    private var lastRequest: MediaTime?
    private var repeats: Int64 = 0

    /// Whether somebody waits.
    var isWanted: Bool { wanted }

    /// Notes that somebody needs a key frame; true where a request is to be sent now.
    mutating func want(at now: MediaTime) -> Bool {
        wanted = true
        return isDue(at: now)
    }

    /// Whether a request is to be sent again, because no key frame has come.
    mutating func isDue(at now: MediaTime) -> Bool {
        guard wanted else { return false }
        // A sender that does not answer is asked less and less often, every 5 s in the end.
        if let last = lastRequest, now.milliseconds(since: last) < min(Self.interval << min(repeats, 4), 5_000) {
            return false
        }
        lastRequest = now
        repeats += 1
        return true
    }

    /// A key frame has come.
    mutating func satisfied() {
        wanted = false
        repeats = 0
    }
}
