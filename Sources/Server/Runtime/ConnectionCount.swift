import NIOCore
import Signaling

/// How many connections each address has, over all doors of a loop.
final class ConnectionCount {
    /// The most that one address may have; 0: any number.
    var limit: Int
    private var counts: [IPAddress: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a connection; false where there are too many already. One without an address is not counted.
    func admit(_ address: IPAddress?) -> Bool {
        guard let address else { return true }
        let count = counts[address, default: 0]
        guard limit == 0 || count < limit else { return false }
        counts[address] = count + 1
        return true
    }

    /// A connection that was admitted has ended.
    func release(_ address: IPAddress) {
        guard let count = counts[address] else { return }
        counts[address] = count > 1 ? count - 1 : nil
    }
}

extension IPAddress {
    /// The address of a socket's end; nil where it is not an IP socket's.
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        // An interface's name may follow a link-local address.
        self.init(String(text.prefix { $0 != "%" }))
    }
}
