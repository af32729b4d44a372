/// Something that sessions hear of without having asked. One value serves all who hear it, so that a gateway encodes it once.
/// Large payloads are boxed: an event is moved through queues more often than it is looked into.
public enum Event: Sendable {
    /// A message, private or in a room.
    indirect case message(Message)
    /// A message's text was replaced.
    indirect case messageEdited(MessageID, Place, text: String)
    /// A message was deleted.
    indirect case messageDeleted(MessageID, Place)
    /// Somebody has read up to a message.
    indirect case messageRead(MessageID, Place, by: Name)
    /// Somebody is typing, or no longer.
    indirect case typing(Name, Place, Bool)
    /// Somebody's listening address.
    indirect case peerToPeer(from: Name, port: UInt16, address: IPAddress)
    /// Somebody's presence, to those who have them as a contact.
    indirect case presence(PresenceChange)
    /// Somebody is online for all to see, or no longer; to sessions that ask for it by their origin.
    case listed(user: Name, isListed: Bool)
    /// Somebody wants to be a friend.
    case contactRequest(from: Name)
    /// Somebody entered a room.
    indirect case entered(room: Name, user: Name)
    /// Somebody left a room.
    indirect case left(room: Name, user: Name)
    /// How many are in a room now.
    case roomCount(room: Name, users: Int)
    /// A room was changed.
    indirect case roomUpdated(RoomSummary)
    /// A room is gone.
    case roomDeleted(room: Name)
    /// The session's user is invited into a room.
    indirect case invited(room: Name, by: Name)
    /// Somebody was put out of a room; to themselves, whose session is in `Home` now where it is in exactly one room, and to
    /// the others. Room nil: off the server.
    indirect case kicked(Sanction)
    /// Somebody was muted.
    indirect case muted(Sanction, MediaKinds)
    /// A mute was lifted.
    indirect case unmuted(Sanction, MediaKinds)
    /// Somebody was banned.
    indirect case banned(Sanction)
    /// Somebody's role changed; room nil for everywhere.
    indirect case roleChanged(user: Name, room: Name?, role: String)
    /// A private call.
    indirect case call(CallEvent)
    /// Who speaks in a room at this moment.
    indirect case speaking(room: Name, users: [Name])
    /// Somebody publishes a medium in a room, or no longer.
    indirect case track(room: Name, user: Name, media: MediaKinds)
    /// One of the session's media sessions has ended.
    indirect case mediaEnded(MediaSessionID, reason: String)
    /// A sentence from the server.
    case notice(String)
    /// The session's user is signed out; the session is closed next.
    case signedOut(reason: String)

    /// What may be dropped for a slow reader.
    public var isTransient: Bool {
        switch self {
        case .typing, .presence, .roomCount, .speaking: true
        default: false
        }
    }
}

/// Where a message belongs, as seen by whoever hears of it.
public enum Place: Hashable, Sendable {
    /// A room.
    case room(Name)
    /// The private conversation between two users: the message's sender and the one it went to.
    case user(from: Name, to: Name)
}

/// A message as stored and delivered.
public struct Message: Hashable, Sendable {
    /// Its id.
    public var id: MessageID
    /// Its place in the numbering of its conversation, from 1.
    public var number: Int64
    /// The sender's name.
    public var from: Name
    /// Where it belongs.
    public var place: Place
    /// The text; it may hold line breaks.
    public var text: String
    /// When the server took it.
    public var at: Timestamp
    /// Whether it was kept while the receiver was away, and comes only now.
    public var wasOffline: Bool
    /// When its text was last replaced; nil for never.
    public var edited: Timestamp?

    /// A message.
    public init(
        id: MessageID, number: Int64, from: Name, place: Place, text: String, at: Timestamp, wasOffline: Bool = false,
        edited: Timestamp? = nil
    ) {
        self.id = id
        self.number = number
        self.from = from
        self.place = place
        self.text = text
        self.at = at
        self.wasOffline = wasOffline
        self.edited = edited
    }
}

/// What was done to somebody.
public struct Sanction: Hashable, Sendable {
    /// Whom.
    public var user: Name
    /// In which room; nil for everywhere.
    public var room: Name?
    /// Who did it; nil for the operator.
    public var by: Name?
    /// Why.
    public var reason: String
    /// For how many seconds; nil until lifted.
    public var seconds: Int64?

    /// The value of its parts.
    public init(user: Name, room: Name? = nil, by: Name? = nil, reason: String, seconds: Int64? = nil) {
        self.user = user
        self.room = room
        self.by = by
        self.reason = reason
        self.seconds = seconds
    }
}

/// Somebody's presence.
public struct PresenceChange: Hashable, Sendable {
    /// The user's name.
    public var user: Name
    /// What others see of them.
    public var presence: Presence
    /// When they were last online; nil while they are.
    public var lastSeen: Timestamp?

    /// The value of its parts.
    public init(user: Name, presence: Presence, lastSeen: Timestamp? = nil) {
        self.user = user
        self.presence = presence
        self.lastSeen = lastSeen
    }
}

/// What happens in a private call.
public enum CallEvent: Hashable, Sendable {
    /// It rings.
    case incoming(CallID, from: Name, media: MediaKinds)
    /// The other has taken it.
    case accepted(CallID, by: Name)
    /// The other does not want it, or is busy.
    case declined(CallID, by: Name, reason: String)
    /// It has ended.
    case ended(CallID, reason: String)
}
