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
    var pairCount: Int { max(0, Int(ports.upperBound) - first + 1) / 2 }

    /// The next pair to try: an even port for RTP and the odd one after it for RTCP (RFC 3550, 11).
    func nextPair() -> UInt16 {
        let index = next.withLock { next in
            defer { next = (next + 1) % max(1, pairCount) }
            return next
        }
        return UInt16(first + index * 2)
    }

    /// The first even port.
    private var first: Int { Int(ports.lowerBound) + Int(ports.lowerBound) % 2 }
}
