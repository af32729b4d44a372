internal import Synchronization

/// The ports that sessions are given, in turn, so that a port that was just given up rests for as long as possible.
final class PortRange: Sendable {
    private let ports: ClosedRange<UInt16>
    private let next: Mutex<Int>

    /// Gives out the ports of `ports`.
    init(_ ports: ClosedRange<UInt16>) {
        self.ports = ports
        next = Mutex(0)
    }

    /// How many pairs there are.
    var pairCount: Int { ports.count / 2 }

    /// The next pair to try: an even port for RTP and the odd one after it for RTCP (RFC 3550, 11).
    func nextPair() -> UInt16 {
        let index = next.withLock { next in
            defer { next = (next + 1) % max(1, pairCount) }
            return next
        }
        let first = ports.lowerBound + (ports.lowerBound % 2)
        return first + UInt16(index * 2)
    }
}
