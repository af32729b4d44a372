import NIOCore
import Signaling
import Synchronization

/// How many connections each address has, over all doors and their threads.
final class ConnectionCount: Sendable {
    private struct State {
        var limit: Int
        var counts: [IPAddress: Int] = [:]
    }

    private let state: Mutex<State>

    init(limit: Int) {
        state = Mutex(State(limit: limit))
    }

    /// The most that one address may have; 0: any number.
    var limit: Int {
        get { state.withLock { $0.limit } }
        set { state.withLock { $0.limit = newValue } }
    }

    /// Counts a connection; false where there are too many already. One without an address is not counted.
    func admit(_ address: IPAddress?) -> Bool {
        guard let address else { return true }
        return state.withLock { state in
            let count = state.counts[address, default: 0]
            guard state.limit == 0 || count < state.limit else { return false }
            state.counts[address] = count + 1
            return true
        }
    }

    /// A connection that was admitted has ended.
    func release(_ address: IPAddress) {
        state.withLock { state in
            guard let count = state.counts[address] else { return }
            state.counts[address] = count > 1 ? count - 1 : nil
        }
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
