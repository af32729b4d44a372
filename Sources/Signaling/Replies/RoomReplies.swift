/// A room as lists show it.
public struct RoomSummary: Hashable, Sendable {
    /// Its name.
    public var name: Name
    /// What may be said in it.
    public var kind: RoomKind
    /// The owner's name; nil where it belongs to nobody.
    public var owner: Name?
    /// How many users are in it.
    public var users: Int
    /// How many users fit in; 0 for any number.
    public var capacity: Int
    /// When it ends; nil while it is occupied or if it never does.
    public var expires: Timestamp?
    /// Whether it has a password.
    public var hasPassword: Bool
    /// Who may enter.
    public var access: RoomAccess
    /// When it ends, as set.
    public var expiry: RoomExpiry
    /// Its topic.
    public var topic: String

    /// The value of its parts.
    public init(
        name: Name, kind: RoomKind, owner: Name? = nil, users: Int, capacity: Int, expires: Timestamp? = nil,
        hasPassword: Bool, access: RoomAccess, expiry: RoomExpiry, topic: String
    ) {
        self.name = name
        self.kind = kind
        self.owner = owner
        self.users = users
        self.capacity = capacity
        self.expires = expires
        self.hasPassword = hasPassword
        self.access = access
        self.expiry = expiry
        self.topic = topic
    }
}

/// Somebody in a room.
public struct Member: Hashable, Sendable {
    /// The user's name; nil for a connection that has not signed in, which only administrators are shown.
    public var name: Name?
    /// Their role on the server.
    public var role: Role
    /// Their role in the room.
    public var roomRole: RoomRole
    /// In which of the room's media they are present: text always, audio and video where they have a media session.
    public var media: MediaKinds

    /// The value of its parts.
    public init(name: Name? = nil, role: Role, roomRole: RoomRole, media: MediaKinds) {
        self.name = name
        self.role = role
        self.roomRole = roomRole
        self.media = media
    }
}

/// What a session is told on entering a room.
public struct Entered: Sendable {
    /// The room's name.
    public var room: Name
    /// Its kind.
    public var kind: RoomKind
    /// Its topic.
    public var topic: String
    /// Who is in it, the caller included. Empty for sessions of one room, which ask for it.
    public var members: [Member]
    /// The newest messages, oldest first. Empty for sessions of one room, which ask for it.
    public var history: [Message]
    /// The bitrates in force.
    public var limits: MediaLimits

    /// The value of its parts.
    public init(room: Name, kind: RoomKind, topic: String, members: [Member], history: [Message], limits: MediaLimits) {
        self.room = room
        self.kind = kind
        self.topic = topic
        self.members = members
        self.history = history
        self.limits = limits
    }
}
