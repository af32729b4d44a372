/// Hands out numbers that are never used again, except where the turn that took them is undone.
struct Identifiers {
    private let server: UInt64
    private var sequence: UInt64
    private var account: Int64
    private var room: Int64
    private var restriction: Int64
    private var audit: Int64
    private var group: Int64
    private var post: Int64
    private var work: UInt64 = 0
    private var call: Int64 = 0

    init(_ snapshot: Snapshot) {
        server = snapshot.server
        sequence = snapshot.lastSequence
        account = snapshot.lastAccount
        room = snapshot.lastRoom
        restriction = snapshot.lastRestriction
        audit = snapshot.lastAudit
        group = snapshot.lastGroup
        post = snapshot.lastPost
    }

    /// A message's id: never smaller than those before, whatever the clock does.
    mutating func nextMessage(_ now: Timestamp) -> MessageID {
        sequence = max(sequence + 1, UInt64(max(0, now.milliseconds)) << 16)
        return MessageID(sequence: sequence, server: server)
    }

    mutating func nextAccount() -> AccountID {
        account += 1
        return AccountID(account)
    }

    mutating func nextRoom() -> RoomID {
        room += 1
        return RoomID(room)
    }

    mutating func nextRestriction() -> Int64 {
        restriction += 1
        return restriction
    }

    mutating func nextAudit() -> Int64 {
        audit += 1
        return audit
    }

    mutating func nextGroup() -> Int64 {
        group += 1
        return group
    }

    mutating func nextPost() -> Int64 {
        post += 1
        return post
    }

    mutating func nextWork() -> UInt64 {
        work += 1
        return work
    }

    /// A private call's media room: negative, so that it is no room's.
    mutating func nextCallRoom() -> Int64 {
        call -= 1
        return call
    }

    /// The id of a stored message of this server, by its sequence.
    func message(_ sequence: UInt64) -> MessageID {
        MessageID(sequence: sequence, server: server)
    }
}

/// Where a private conversation stands.
final class ConversationState {
    var lastNumber: Int64 = 0
    var lastSequence: UInt64 = 0
}

/// The numbers behind the status counters: one sequence of the server. It starts at the seconds since 2020, so that it does not
/// fall when the server starts again.
struct StatusSequence {
    private var last: UInt64 = 0
    private(set) var rooms: UInt64 = 0
    private(set) var movements: UInt64 = 0
    private(set) var groups: UInt64 = 0

    mutating func start(at now: Timestamp) {
        last = UInt64(max(0, now.seconds - 1_577_836_800))
        rooms = last
        movements = last
        groups = last
    }

    mutating func next() -> UInt64 {
        last += 1
        return last
    }

    mutating func roomsChanged() { rooms = next() }
    mutating func groupsChanged() { groups = next() }

    /// Somebody moved: the number for the room too.
    mutating func moved() -> UInt64 {
        movements = next()
        return movements
    }

    /// The newest number.
    var newest: UInt64 { last }
}
