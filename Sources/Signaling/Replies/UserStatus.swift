/// A user as an operator sees them.
public struct UserStatus: Hashable, Sendable {
    /// One connection of theirs.
    public struct Connection: Hashable, Sendable {
        /// The wire protocol.
        public var door: Origin.Door
        /// Where it comes from.
        public var address: IPAddress?
        /// The rooms that it is in.
        public var rooms: [Name]

        /// The value of its parts.
        public init(door: Origin.Door, address: IPAddress?, rooms: [Name]) {
            self.door = door
            self.address = address
            self.rooms = rooms
        }
    }

    /// Their name.
    public var name: Name
    /// Their role on the server.
    public var role: Role
    /// How reachable they are; `hidden` for those who hide.
    public var presence: Presence
    /// When the account was made; nil for guests.
    public var created: Timestamp?
    /// When they were last online; nil while they are, and for never.
    public var lastSeen: Timestamp?
    /// Their connections.
    public var sessions: [Connection]
    /// The bans and mutes in force against them.
    public var restrictions: [RestrictionSummary]

    /// The value of its parts.
    public init(
        name: Name, role: Role, presence: Presence, created: Timestamp?, lastSeen: Timestamp?, sessions: [Connection],
        restrictions: [RestrictionSummary]
    ) {
        self.name = name
        self.role = role
        self.presence = presence
        self.created = created
        self.lastSeen = lastSeen
        self.sessions = sessions
        self.restrictions = restrictions
    }
}
