/// A message group as lists show it.
public struct GroupSummary: Hashable, Sendable {
    /// Its name.
    public var name: Name
    /// Its number.
    public var number: Int64
    /// The owner's name; nil where it belongs to nobody.
    public var owner: Name?
    /// How many messages are in it.
    public var messages: Int
    /// How many users have joined it.
    public var users: Int
    /// When it goes; put off while anyone is in it.
    public var expires: Timestamp?
    /// Whether it has a password.
    public var hasPassword: Bool
    /// Whether guests may join.
    public var openToGuests: Bool

    /// The value of its parts.
    public init(
        name: Name, number: Int64, owner: Name? = nil, messages: Int, users: Int, expires: Timestamp? = nil,
        hasPassword: Bool, openToGuests: Bool
    ) {
        self.name = name
        self.number = number
        self.owner = owner
        self.messages = messages
        self.users = users
        self.expires = expires
        self.hasPassword = hasPassword
        self.openToGuests = openToGuests
    }
}

/// A board message without its text.
public struct PostSummary: Hashable, Sendable {
    /// Its name.
    public var name: Name
    /// The author's name, as it was.
    public var author: Name
    /// Its number, from 1.
    public var id: Int64
    /// The message it replies to; 0 for none.
    public var parent: Int64
    /// How many replies it has directly.
    public var replies: Int
    /// How many parts its text has.
    public var parts: Int
    /// When it was posted.
    public var at: Timestamp
    /// When it goes; nil for a reply, which goes with its parent.
    public var expires: Timestamp?

    /// The value of its parts.
    public init(
        name: Name, author: Name, id: Int64, parent: Int64, replies: Int, parts: Int, at: Timestamp,
        expires: Timestamp? = nil
    ) {
        self.name = name
        self.author = author
        self.id = id
        self.parent = parent
        self.replies = replies
        self.parts = parts
        self.at = at
        self.expires = expires
    }
}
