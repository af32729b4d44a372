/// Commands about rooms.
public enum RoomCommand: Sendable {
    /// All rooms that the caller may see, by name; `Reply.rooms`.
    case list
    /// Makes a room that belongs to the caller, without entering it; `Reply.done`.
    indirect case create(NewRoom)
    /// Changes a room; `Reply.done`.
    indirect case update(RoomTarget, RoomChanges)
    /// Deletes an empty room; a password that is given must be right. `Reply.done`.
    case delete(Name, password: Secret?)
    /// Enters a room; a session of one room leaves the one before. `Reply.entered`.
    case enter(Name, password: Secret?)
    /// Leaves a room (a session of one room goes `Home`); its media there end first. `Reply.done`.
    case leave(RoomTarget)
    /// Who is in a room that the caller is in; `Reply.members`.
    case members(RoomTarget)
    /// Invites a user who is online or has an account; `Reply.done`.
    indirect case invite(RoomTarget, Name)
    /// Gives the room to another account; `Reply.done`.
    indirect case handOver(RoomTarget, Name)

    /// The act it needs.
    public var act: Act {
        switch self {
        case .list, .members, .leave: .look
        case .create(let room): room.act
        case .update: .changeRoom
        case .delete: .deleteRoom
        case .enter: .enterRoom
        case .invite: .invite
        case .handOver: .handOver
        }
    }
}

/// A room to be made.
public struct NewRoom: Sendable {
    /// Its name.
    public var name: Name
    /// What may be said in it.
    public var kind: RoomKind
    /// Its password; nil or empty for none.
    public var password: Secret?
    /// Who may enter.
    public var access: RoomAccess
    /// When it ends.
    public var expiry: RoomExpiry
    /// Its topic, at most 500 bytes.
    public var topic: String
    /// Bitrates in force in it.
    public var limits: MediaLimits

    /// A room to be made.
    public init(
        name: Name, kind: RoomKind = .text, password: Secret? = nil, access: RoomAccess = .anyone,
        expiry: RoomExpiry = .empty, topic: String = "", limits: MediaLimits = MediaLimits()
    ) {
        self.name = name
        self.kind = kind
        self.password = password
        self.access = access
        self.expiry = expiry
        self.topic = topic
        self.limits = limits
    }

    /// The act of making a room of its kind.
    public var act: Act {
        switch kind {
        case .text: .createTextRoom
        case .audio: .createAudioRoom
        case .video: .createVideoRoom
        }
    }
}

/// What is to change in a room; nil leaves as it is.
public struct RoomChanges: Sendable {
    /// Its topic.
    public var topic: String?
    /// Its kind.
    public var kind: RoomKind?
    /// Its password; empty for none.
    public var password: Secret?
    /// Who may enter.
    public var access: RoomAccess?
    /// When it ends.
    public var expiry: RoomExpiry?
    /// Whether any member may invite.
    public var membersInvite: Bool?
    /// The most users in it; 0 for the server's limit of the kind.
    public var capacity: Int?
    /// Bitrates in force.
    public var limits: MediaLimits?

    /// No change.
    public init() {}
}
