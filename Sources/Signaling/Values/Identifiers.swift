/// One connection to the hub, whatever protocol it speaks. The slot is small and used again after the session's end; the
/// generation tells the sessions of one slot apart, so an id of a session that is gone never names another.
public struct SessionID: Hashable, Sendable {
    /// The place in the hub's table of sessions: an index that shells may use for tables of their own.
    public let slot: UInt32
    /// Which user of the slot this is.
    public let generation: UInt32

    /// The session in a slot, of a generation.
    public init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }
}

/// A registered account. Numbers are never used again: a name that is registered anew is another account.
public struct AccountID: Hashable, Comparable, Sendable {
    /// The number, from 1.
    public let number: Int64

    /// The account of this number.
    public init(_ number: Int64) {
        self.number = number
    }

    /// Order of creation.
    public static func < (left: AccountID, right: AccountID) -> Bool { left.number < right.number }
}

/// A guest, from sign-in until the last connection (or token) of that sign-in is gone: a random number, never a name.
public struct GuestID: Hashable, Sendable {
    /// The number: positive, 62 random bits.
    public let number: Int64

    /// The guest of this number.
    public init(_ number: Int64) {
        self.number = number
    }
}

/// Who acts or is acted upon.
public enum Identity: Hashable, Sendable {
    /// A registered account.
    case account(AccountID)
    /// A guest.
    case guest(GuestID)
    /// The operator at the server's control socket or command line.
    case control

    /// The account, where it is one.
    public var account: AccountID? {
        if case .account(let id) = self { id } else { nil }
    }

    /// One number for each identity, the same for all its connections: accounts positive, guests negative, control 0.
    public var key: Int64 {
        switch self {
        case .account(let id): id.number
        case .guest(let id): -id.number
        case .control: 0
        }
    }
}

/// A room. Numbers are never used again.
public struct RoomID: Hashable, Comparable, Sendable {
    /// The number, from 1.
    public let number: Int64

    /// The room of this number.
    public init(_ number: Int64) {
        self.number = number
    }

    /// Order of creation.
    public static func < (left: RoomID, right: RoomID) -> Bool { left.number < right.number }
}

/// What a gateway calls a command, so that it knows which one a reply answers. The hub only hands it back.
public struct Tag: Hashable, Sendable {
    /// The gateway's number.
    public let number: UInt64

    /// A tag of this number.
    public init(_ number: UInt64) {
        self.number = number
    }
}
