/// Something that falls due.
enum Deadline: Hashable {
    case emptyRoom(RoomID)
    case group(Int64)
    case post(Int64, Int64)
    case ring(CallID)
    case away(Int64)
    case roomCount(RoomID)
    case mediaEnd(MediaSessionID)
    case restriction(Int64)
    case invitation(RoomID, Identity)
    case told(AccountID, UInt64, Int)
    case invitations(AccountID)
    case softFlush
}

/// Moments and what falls due at them, soonest first: a binary heap. What is no longer wanted is left in and recognised when
/// its moment comes, so that nothing is searched for.
struct Deadlines {
    private var heap: [(at: Timestamp, what: Deadline)] = []

    /// The soonest moment.
    var next: Timestamp? { heap.first?.at }

    /// Adds something.
    mutating func add(_ what: Deadline, at: Timestamp) {
        heap.append((at, what))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].at < heap[parent].at else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the soonest out, if it is due by now.
    mutating func pop(by now: Timestamp) -> Deadline? {
        guard let first = heap.first, first.at <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first.what
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].at < heap[least].at {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
