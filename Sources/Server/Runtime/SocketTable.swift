import Glibc
import Signaling

/// The sockets of the hub's thread, by the slot that is in their token. Tokens of one slot differ by a generation, so that what was
/// ready for a socket which has gone since is never taken for another.
final class SocketTable {
    /// What stands behind a token.
    enum Entry {
        case none
        case line(LineSocket)
        case listener(LineListener)
    }

    private struct Slot {
        var generation: UInt32 = 0
        var entry = Entry.none
    }

    private let poll: SocketPoll
    private var slots: [Slot] = []
    private var free: [Int] = []
    /// Connections that are being closed, and when their time is over: in order, since all have the same time.
    private var closing: [(at: Timestamp, token: UInt64)] = []

    init(_ poll: SocketPoll) {
        self.poll = poll
    }

    /// Watches a socket; gives its token.
    func add(_ descriptor: Int32, _ make: (UInt64) -> Entry) -> UInt64 {
        let slot = free.popLast() ?? slots.count
        if slot == slots.count { slots.append(Slot()) }
        slots[slot].generation &+= 1
        let token = UInt64(slots[slot].generation) << 32 | UInt64(slot)
        slots[slot].entry = make(token)
        poll.watch(descriptor, token: token)
        return token
    }

    /// Watches for something else.
    func change(_ descriptor: Int32, _ token: UInt64, reads: Bool, writes: Bool) {
        poll.change(descriptor, token: token, reads: reads, writes: writes)
    }

    /// Closes a socket and forgets it.
    func close(_ descriptor: Int32, _ token: UInt64) {
        let slot = Int(truncatingIfNeeded: token & 0xFFFF_FFFF)
        guard slots[slot].generation == UInt32(truncatingIfNeeded: token >> 32) else { return }
        if case .none = slots[slot].entry { return }
        slots[slot].entry = .none
        free.append(slot)
        // The poll forgets a descriptor with its last copy.
        Glibc.close(descriptor)
    }

    /// A socket is ready.
    func handle(_ token: UInt64, _ readiness: SocketPoll.Readiness) {
        switch entry(token) {
        case .none: break
        case .line(let socket): socket.isReady(readiness)
        case .listener(let listener): listener.accept()
        }
    }

    /// Has a connection cut off at a moment, whatever it does until then.
    func close(_ token: UInt64, at moment: Timestamp) {
        closing.append((moment, token))
    }

    /// The next moment at which a connection is cut off.
    var nextDeadline: Timestamp? { closing.first?.at }

    /// Cuts off those whose time is over.
    func closeOverdue(_ now: Timestamp) {
        while let first = closing.first, first.at <= now {
            closing.removeFirst()
            if case .line(let socket) = entry(first.token) { socket.cutOff() }
        }
    }

    /// Accepts no more connections.
    func closeListeners() {
        for slot in slots {
            if case .listener(let listener) = slot.entry { listener.close() }
        }
    }

    /// Closes everything.
    func closeAll() {
        for slot in slots {
            switch slot.entry {
            case .none: break
            case .line(let socket): socket.cutOff()
            case .listener(let listener): listener.close()
            }
        }
    }

    private func entry(_ token: UInt64) -> Entry {
        let slot = Int(truncatingIfNeeded: token & 0xFFFF_FFFF)
        guard slot < slots.count, slots[slot].generation == UInt32(truncatingIfNeeded: token >> 32) else {
            return .none
        }
        return slots[slot].entry
    }
}
