/// What a session is told on signing in.
public struct SignedIn: Sendable {
    /// Who it is now.
    public var identity: Identity
    /// Their name.
    public var name: Name
    /// Their role on the server.
    public var role: Role
    /// What a token for them has to say.
    public var claims: TokenClaims
    /// The room that the session is in now, for sessions of one room.
    public var room: Name?

    /// The value of its parts.
    public init(identity: Identity, name: Name, role: Role, claims: TokenClaims, room: Name? = nil) {
        self.identity = identity
        self.name = name
        self.role = role
        self.claims = claims
        self.room = room
    }
}

/// Who and where a session is.
public struct WhoAmI: Sendable {
    /// The user's name.
    public var name: Name
    /// The role on the server.
    public var role: Role
    /// The rooms that the session is in; exactly one for sessions of one room.
    public var rooms: [Name]
    /// How many users are in the first of them.
    public var users: Int
    /// The message group joined, and its number.
    public var group: (name: Name, number: Int64)?

    /// The value of its parts.
    public init(name: Name, role: Role, rooms: [Name], users: Int, group: (name: Name, number: Int64)? = nil) {
        self.name = name
        self.role = role
        self.rooms = rooms
        self.users = users
        self.group = group
    }
}

/// An account as lists show it.
public struct AccountSummary: Hashable, Sendable {
    /// Its name.
    public var name: Name
    /// Its number.
    public var id: AccountID
    /// Its role.
    public var role: Role
    /// When it was made.
    public var created: Timestamp
    /// When it was last online; nil for never.
    public var lastSeen: Timestamp?
    /// Whether it is online now.
    public var isOnline: Bool

    /// The value of its parts.
    public init(name: Name, id: AccountID, role: Role, created: Timestamp, lastSeen: Timestamp? = nil, isOnline: Bool) {
        self.name = name
        self.id = id
        self.role = role
        self.created = created
        self.lastSeen = lastSeen
        self.isOnline = isOnline
    }
}
