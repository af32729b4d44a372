/// An account as stored.
public struct AccountRecord: Hashable, Sendable {
    /// Its number; never used again.
    public var id: AccountID
    /// Its name.
    public var name: Name
    /// The role kept with it: `user` or `admin`. Super admins are named in the settings.
    public var role: Role
    /// The verifier of the password.
    public var password: PasswordVerifier
    /// The verifier of the password's hexadecimal MD5.
    public var passwordMD5: PasswordVerifier?
    /// The password itself, sealed under the server's key, where challenges may be answered.
    public var sealedPassword: PasswordVerifier?
    /// Changes with the password and with a ban; tokens made before no longer hold.
    public var tokenStamp: Int64
    /// When it was made.
    public var created: Timestamp
    /// When it was last online.
    public var lastSeen: Timestamp?
    /// The e-mail address; sealed on disk.
    public var email: String
    /// What the person tells of themselves.
    public var profile: Profile

    /// An account as stored.
    public init(
        id: AccountID, name: Name, role: Role, password: PasswordVerifier, passwordMD5: PasswordVerifier?,
        sealedPassword: PasswordVerifier? = nil, tokenStamp: Int64, created: Timestamp, lastSeen: Timestamp?,
        email: String, profile: Profile
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.password = password
        self.passwordMD5 = passwordMD5
        self.sealedPassword = sealedPassword
        self.tokenStamp = tokenStamp
        self.created = created
        self.lastSeen = lastSeen
        self.email = email
        self.profile = profile
    }
}

/// A room as stored.
public struct RoomRecord: Hashable, Sendable {
    /// Its number; never used again.
    public var id: RoomID
    /// Its name.
    public var name: Name
    /// What may be said in it.
    public var kind: RoomKind
    /// The account that owns it; nil where it belongs to nobody or to a guest.
    public var owner: AccountID?
    /// The verifier of its password; nil for none.
    public var password: PasswordVerifier?
    /// Who may enter.
    public var access: RoomAccess
    /// When it ends.
    public var expiry: RoomExpiry
    /// Its topic.
    public var topic: String
    /// Whether any member may invite.
    public var membersInvite: Bool
    /// The most users in it; 0 for the server's limit of the kind.
    public var capacity: Int
    /// Bitrates in force in it.
    public var limits: MediaLimits
    /// When it was made.
    public var created: Timestamp

    /// A room as stored.
    public init(
        id: RoomID, name: Name, kind: RoomKind = .text, owner: AccountID? = nil, password: PasswordVerifier? = nil,
        access: RoomAccess = .anyone, expiry: RoomExpiry = .empty, topic: String = "", membersInvite: Bool = false,
        capacity: Int = 0, limits: MediaLimits = MediaLimits(), created: Timestamp
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.owner = owner
        self.password = password
        self.access = access
        self.expiry = expiry
        self.topic = topic
        self.membersInvite = membersInvite
        self.capacity = capacity
        self.limits = limits
        self.created = created
    }
}

/// A ban or mute as stored.
public struct RestrictionRecord: Hashable, Sendable {
    /// Its number.
    public var id: Int64
    /// What it takes away: nil for a ban, the media for a mute.
    public var media: MediaKinds?
    /// Whom it is against, where it is against a person; their name is kept for lists.
    public var subject: Identity?
    /// Their name when it was set.
    public var subjectName: Name?
    /// The network that it is against.
    public var network: IPNetwork?
    /// The room; nil for everywhere.
    public var room: RoomID?
    /// Who set it.
    public var by: Name?
    /// Why.
    public var reason: String
    /// When it was set.
    public var since: Timestamp
    /// Until when; nil until lifted.
    public var until: Timestamp?

    /// A ban or mute as stored.
    public init(
        id: Int64, media: MediaKinds?, subject: Identity?, subjectName: Name?, network: IPNetwork?, room: RoomID?,
        by: Name?, reason: String, since: Timestamp, until: Timestamp?
    ) {
        self.id = id
        self.media = media
        self.subject = subject
        self.subjectName = subjectName
        self.network = network
        self.room = room
        self.by = by
        self.reason = reason
        self.since = since
        self.until = until
    }
}

/// Which conversation a message belongs to.
public enum ConversationKey: Hashable, Sendable {
    /// A room's.
    case room(RoomID)
    /// Between two people, by their identities' keys, the smaller first.
    case pair(Int64, Int64)

    /// The conversation of two people.
    public static func between(_ one: Identity, _ other: Identity) -> ConversationKey {
        .pair(min(one.key, other.key), max(one.key, other.key))
    }
}

/// A message as stored. Rows are appended in the order of their sequence; each knows the one before it in its conversation,
/// so that histories are walked backwards without an index.
public struct MessageRecord: Hashable, Sendable {
    /// Its id.
    public var id: MessageID
    /// Its conversation.
    public var conversation: ConversationKey
    /// Its place in it, from 1.
    public var number: Int64
    /// The sequence of the message before it in its conversation; 0 for none.
    public var previous: UInt64
    /// The sender's key (`Identity.key`).
    public var sender: Int64
    /// The sender's name then.
    public var senderName: Name
    /// The name of the one it went to; nil in a room.
    public var receiverName: Name?
    /// The text; sealed on disk where it is private. Empty once deleted.
    public var text: String
    /// When the server took it.
    public var at: Timestamp
    /// The sender's own id for it.
    public var clientID: String?
    /// When the text was last replaced.
    public var edited: Timestamp?
    /// Whether it was deleted.
    public var isDeleted: Bool

    /// A message as stored.
    public init(
        id: MessageID, conversation: ConversationKey, number: Int64, previous: UInt64, sender: Int64, senderName: Name,
        receiverName: Name?, text: String, at: Timestamp, clientID: String?, edited: Timestamp? = nil,
        isDeleted: Bool = false
    ) {
        self.id = id
        self.conversation = conversation
        self.number = number
        self.previous = previous
        self.sender = sender
        self.senderName = senderName
        self.receiverName = receiverName
        self.text = text
        self.at = at
        self.clientID = clientID
        self.edited = edited
        self.isDeleted = isDeleted
    }
}

/// Where a conversation stands.
public struct ConversationRecord: Hashable, Sendable {
    /// Which one.
    public var key: ConversationKey
    /// The number of its newest message.
    public var lastNumber: Int64
    /// The sequence of its newest message.
    public var lastSequence: UInt64

    /// Where a conversation stands.
    public init(key: ConversationKey, lastNumber: Int64, lastSequence: UInt64) {
        self.key = key
        self.lastNumber = lastNumber
        self.lastSequence = lastSequence
    }
}

/// A message group as stored.
public struct GroupRecord: Hashable, Sendable {
    /// Its number; never used again.
    public var id: Int64
    /// Its name.
    public var name: Name
    /// The account that owns it; nil where it belongs to nobody.
    public var owner: AccountID?
    /// The verifier of its password; nil for none.
    public var password: PasswordVerifier?
    /// Whether guests may join.
    public var openToGuests: Bool
    /// When it goes, unless somebody is in it.
    public var expires: Timestamp

    /// A message group as stored.
    public init(
        id: Int64, name: Name, owner: AccountID?, password: PasswordVerifier?, openToGuests: Bool, expires: Timestamp
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.password = password
        self.openToGuests = openToGuests
        self.expires = expires
    }
}

/// A board message as stored.
public struct PostRecord: Hashable, Sendable {
    /// Its number; never used again.
    public var id: Int64
    /// Its group.
    public var group: Int64
    /// The message it replies to; 0 for none.
    public var parent: Int64
    /// Its name.
    public var name: Name
    /// The author's key (`Identity.key`).
    public var author: Int64
    /// The author's name then.
    public var authorName: Name
    /// How many parts the text has.
    public var parts: Int
    /// When it was posted.
    public var at: Timestamp
    /// When it goes; nil for a reply.
    public var expires: Timestamp?

    /// A board message as stored.
    public init(
        id: Int64, group: Int64, parent: Int64, name: Name, author: Int64, authorName: Name, parts: Int, at: Timestamp,
        expires: Timestamp?
    ) {
        self.id = id
        self.group = group
        self.parent = parent
        self.name = name
        self.author = author
        self.authorName = authorName
        self.parts = parts
        self.at = at
        self.expires = expires
    }
}

/// A contact as stored.
public struct ContactRecord: Hashable, Sendable {
    /// Whose list it is in.
    public var owner: AccountID
    /// Who it is.
    public var contact: AccountID
    /// The group it is in.
    public var group: String
    /// Its place in the group.
    public var position: Int
    /// Whether the owner watches it.
    public var isWatched: Bool

    /// A contact as stored.
    public init(owner: AccountID, contact: AccountID, group: String, position: Int, isWatched: Bool) {
        self.owner = owner
        self.contact = contact
        self.group = group
        self.position = position
        self.isWatched = isWatched
    }
}

/// A friendship, or the request for one.
public struct FriendRecord: Hashable, Sendable {
    /// Who asked.
    public var from: AccountID
    /// Who was asked.
    public var to: AccountID
    /// Whether it was accepted.
    public var isAccepted: Bool

    /// A friendship, or the request for one.
    public init(from: AccountID, to: AccountID, isAccepted: Bool) {
        self.from = from
        self.to = to
        self.isAccepted = isAccepted
    }
}

/// An invitation into a room.
public struct InvitationRecord: Hashable, Sendable {
    /// The room.
    public var room: RoomID
    /// Who is invited.
    public var subject: Identity
    /// Until when it holds.
    public var until: Timestamp

    /// An invitation into a room.
    public init(room: RoomID, subject: Identity, until: Timestamp) {
        self.room = room
        self.subject = subject
        self.until = until
    }
}
