/// One group of somebody's contacts.
public struct ContactGroup: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its contacts, in order.
    public var contacts: [Contact]

    /// The value of its parts.
    public init(name: String, contacts: [Contact]) {
        self.name = name
        self.contacts = contacts
    }
}

/// One contact.
public struct Contact: Hashable, Sendable {
    /// The user's name.
    public var name: Name
    /// Their presence.
    public var presence: Presence
    /// When they were last online; nil while they are, or where it is not known.
    public var lastSeen: Timestamp?
    /// Whether the owner of the list watches them.
    public var isWatched: Bool
    /// Whether both have agreed to be friends.
    public var isFriend: Bool

    /// The value of its parts.
    public init(name: Name, presence: Presence, lastSeen: Timestamp? = nil, isWatched: Bool, isFriend: Bool) {
        self.name = name
        self.presence = presence
        self.lastSeen = lastSeen
        self.isWatched = isWatched
        self.isFriend = isFriend
    }
}

/// A profile as shown to others.
public struct PublicProfile: Hashable, Sendable {
    /// The user's name.
    public var name: Name
    /// What they tell; `settings` is empty unless it is the caller's own.
    public var profile: Profile
    /// Their presence.
    public var presence: Presence
    /// When they were last online.
    public var lastSeen: Timestamp?

    /// The value of its parts.
    public init(name: Name, profile: Profile, presence: Presence, lastSeen: Timestamp? = nil) {
        self.name = name
        self.profile = profile
        self.presence = presence
        self.lastSeen = lastSeen
    }
}
