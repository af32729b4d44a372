/// What the network to one receiver takes, as far as its reports tell: nil while nothing speaks against all that is sent.
///
/// Three witnesses: losses (RTCP receiver reports), the receiver's own estimate (REMB), and growing delays (transport-wide feedback, or any other pairs of sending and arrival times). The least
/// of what they say counts. After a decrease it grows again by a twelfth a second, until it no longer limits anything.
struct BandwidthEstimate {
    /// Nobody is estimated below this, in bits a second.
    static let least = 24_000
    /// Losses below the first are no sign of congestion; from the second on the rate is lowered: in 1/256.
    private static let harmless: UInt8 = 5
    private static let harmful: UInt8 = 26
    /// A REMB that is not repeated is forgotten, in ms.
    private static let estimateLifetime: Int64 = 10_000
    /// After a decrease for delay there is no other until its effect can be seen, in ms.
    private static let settling: Int64 = 300

    private var own: Int?
    private var asked: (bitrate: Int, time: MediaTime)?
    private var trend = DelayTrend()
    private var lastChange: MediaTime?
    private var lastDecrease: MediaTime?

    /// The estimate in bits a second with all headers; nil where nothing is to be held back.
    func bitrate(at now: MediaTime) -> Int? {
        let asked = asked.flatMap { now.milliseconds(since: $0.time) < Self.estimateLifetime ? $0.bitrate : nil }
        guard let own else { return asked }
        return min(own, asked ?? .max)
    }

    /// A report says how many of late were lost (in 1/256), while `sent` bits a second left.
    mutating func receiveReport(fractionLost: UInt8, sent: Int, at now: MediaTime) {
        if fractionLost >= Self.harmful {
            let base = min(own ?? sent, sent)
            lower(to: base - base * Int(fractionLost) / 512, at: now)
        } else if fractionLost < Self.harmless {
            raise(sent: sent, at: now)
        } else {
            lastChange = now
        }
    }

    /// The receiver says what it takes (REMB, TMMBR).
    mutating func receive(asked bitrate: Int, at now: MediaTime) {
        asked = (max(bitrate, 1_000), now)
    }

    /// A packet that was sent at one time (ns) has arrived at another, by a clock of the receiver's. Packets are told of in the order of sending; `arriving` is the rate at which they arrive, in bits a
    /// second.
    mutating func receiveArrival(sent: Int64, arrived: Int64, arriving: Int, at now: MediaTime) {
        guard trend.receive(sent: sent, arrived: arrived) == .growing else { return }
        if let last = lastDecrease, now.milliseconds(since: last) < Self.settling { return }
        lower(to: arriving * 85 / 100, at: now)
        trend.reset()
    }

    private mutating func lower(to bitrate: Int, at now: MediaTime) {
        own = max(Self.least, bitrate)
        lastChange = now
        lastDecrease = now
    }

    private mutating func raise(sent: Int, at now: MediaTime) {
        defer { lastChange = now }
        guard let rate = own, let last = lastChange else { return }
        let elapsed = min(max(0, now.milliseconds(since: last)), 2_000)
        let raised = rate + max(1_000, rate / 12) * Int(elapsed) / 1_000
        // Far above what is sent it says nothing any more.
        own = raised > max(2 * sent, 64_000) && sent > 0 ? nil : raised
    }
}
