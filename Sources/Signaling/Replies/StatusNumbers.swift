/// Numbers of one sequence of the whole server that only grows; each is drawn anew when what it stands for changes.
public struct StatusNumbers: Hashable, Sendable {
    /// Rooms were added or removed.
    public var rooms: UInt64
    /// Somebody entered or left any room.
    public var movements: UInt64
    /// Somebody entered or left the session's own room.
    public var ownRoom: UInt64
    /// Message groups were added or removed.
    public var groups: UInt64
    /// Messages of the joined group were added or removed; nil with no group joined.
    public var posts: UInt64?

    /// The value of its parts.
    public init(rooms: UInt64, movements: UInt64, ownRoom: UInt64, groups: UInt64, posts: UInt64? = nil) {
        self.rooms = rooms
        self.movements = movements
        self.ownRoom = ownRoom
        self.groups = groups
        self.posts = posts
    }
}

/// Counts of the whole server.
public struct Statistics: Hashable, Sendable {
    /// Connections.
    public var sessions: Int
    /// Users online, each once.
    public var users: Int
    /// Guests among them.
    public var guests: Int
    /// Accounts.
    public var accounts: Int
    /// Rooms.
    public var rooms: Int
    /// Media sessions.
    public var mediaSessions: Int
    /// Messages since the start.
    public var messages: UInt64

    /// The value of its parts.
    public init(
        sessions: Int, users: Int, guests: Int, accounts: Int, rooms: Int, mediaSessions: Int, messages: UInt64
    ) {
        self.sessions = sessions
        self.users = users
        self.guests = guests
        self.accounts = accounts
        self.rooms = rooms
        self.mediaSessions = mediaSessions
        self.messages = messages
    }
}
