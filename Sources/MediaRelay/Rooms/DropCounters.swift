/// Packets of a session that were dropped, counted by reason.
public struct DropCounters: Equatable, Sendable {
    /// Not authentic, or seen before.
    public internal(set) var unauthenticated = 0
    /// From an address that does not belong to the session.
    public internal(set) var foreignSource = 0
    /// Not RTP or RTCP, or broken.
    public internal(set) var malformed = 0
    /// Of a payload type that was not agreed on.
    public internal(set) var unexpectedPayload = 0
    /// Of somebody who may not send this.
    public internal(set) var notAllowed = 0
    /// More than could be kept until the next tick.
    public internal(set) var overload = 0

    /// Adds the counts of another session.
    mutating func add(_ other: DropCounters) {
        unauthenticated += other.unauthenticated
        foreignSource += other.foreignSource
        malformed += other.malformed
        unexpectedPayload += other.unexpectedPayload
        notAllowed += other.notAllowed
        overload += other.overload
    }

    /// All reasons with their counts.
    public var all: [(reason: String, count: Int)] {
        [
            ("not authentic", unauthenticated), ("from a foreign address", foreignSource), ("malformed", malformed),
            ("of another payload type", unexpectedPayload), ("not allowed", notAllowed), ("too many at once", overload),
        ]
    }

    /// The reasons that occurred, with their counts.
    public var occurred: [(reason: String, count: Int)] { all.filter { $0.count > 0 } }
}
