/// A room, in memory.
final class Room {
    var record: RoomRecord
    /// The guest that made it, while they are online.
    var guestOwner: GuestID?
    /// Its admins.
    var admins: Set<AccountID> = []
    /// Sessions that hear messages. Events carry this very array, so it is copied only when it changes while one is under way.
    var listeners: [SessionID] = []
    /// Sessions that also hear who comes and goes.
    var watchers: [SessionID] = []
    /// The users in it, by key.
    var users: [Int64: Presence] = [:]
    /// Since when it is empty.
    var emptySince: Timestamp?
    /// When a look at its expiry is planned: one at a time, however often people come and go.
    var expiryPlanned: Timestamp?
    /// Drawn anew whenever somebody enters or leaves.
    var status: UInt64 = 0
    /// The number and sequence of its newest message.
    var lastNumber: Int64 = 0
    var lastSequence: UInt64 = 0
    /// The newest messages.
    var history = RoomHistory()
    /// Open invitations, and until when they hold.
    var invitations: [Identity: Timestamp] = [:]
    /// When its count was last told, and whether it has changed since.
    var countTold = Timestamp(milliseconds: .min)
    var countIsPending = false

    /// Somebody in the room.
    struct Presence {
        let person: Person
        /// How many of their sessions are in it.
        var sessions: Int
        /// What their media sessions publish.
        var media: MediaKinds = []
    }

    init(_ record: RoomRecord) {
        self.record = record
    }

    var id: RoomID { record.id }
    var name: Name { record.name }
    var isEmpty: Bool { users.isEmpty }

    /// What somebody is in this room.
    func role(of person: Person) -> RoomRole {
        switch person.identity {
        case .account(let id): role(of: id)
        case .guest(let id): guestOwner == id ? .owner : .none
        case .control: .none
        }
    }

    /// What an account is in this room.
    func role(of account: AccountID) -> RoomRole {
        if record.owner == account { return .owner }
        return !admins.isEmpty && admins.contains(account) ? .roomAdmin : .none
    }
}

/// The newest messages of a room, bounded in bytes and number.
struct RoomHistory {
    /// The most messages kept at hand.
    static let maximumCount = 200
    private(set) var messages: [Message] = []
    private var first = 0
    private var bytes = 0

    /// What is kept, oldest first.
    var newest: ArraySlice<Message> { messages[first...] }

    /// Adds a message, and forgets the oldest beyond the bound (0 keeps none).
    mutating func append(_ message: Message, bound: Int) {
        messages.append(message)
        bytes += message.text.utf8.count
        while first < messages.count, bytes > bound || messages.count - first > RoomHistory.maximumCount {
            bytes -= messages[first].text.utf8.count
            first += 1
        }
        if first > RoomHistory.maximumCount {
            messages.removeFirst(first)
            first = 0
        }
    }

    /// Takes the newest back.
    mutating func removeNewest(_ id: MessageID) {
        guard first < messages.count, let last = messages.last, last.id == id else { return }
        bytes -= last.text.utf8.count
        messages.removeLast()
    }

    /// Changes a message, where it is kept at hand.
    mutating func replace(_ id: MessageID, _ change: (inout Message) -> Void) {
        guard let index = messages[first...].firstIndex(where: { $0.id == id }) else { return }
        bytes -= messages[index].text.utf8.count
        change(&messages[index])
        bytes += messages[index].text.utf8.count
    }

    /// Forgets a message.
    mutating func remove(_ id: MessageID) {
        guard let index = messages[first...].firstIndex(where: { $0.id == id }) else { return }
        bytes -= messages[index].text.utf8.count
        messages.remove(at: index)
    }
}
