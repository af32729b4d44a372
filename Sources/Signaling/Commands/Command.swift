/// What a session asks of the hub: one value, sorted by the subsystem that handles it.
public enum Command: Sendable {
    /// Signing in and what concerns the session itself.
    case session(SessionCommand)
    /// Accounts: one's own, and those of others for the operator.
    case account(AccountCommand)
    /// Rooms: making, changing, entering.
    case room(RoomCommand)
    /// Messages, typing, history.
    case message(MessageCommand)
    /// Kicking, muting, banning, roles.
    case moderation(ModerationCommand)
    /// Contacts, friends, ignore lists, presence, profiles, search.
    case people(PeopleCommand)
    /// Message groups and their threads.
    case board(BoardCommand)
    /// Private calls.
    case call(CallCommand)
    /// Media sessions.
    case media(MediaCommand)
    /// The server as a whole.
    case server(ServerCommand)

    /// The act that the command needs first; what it changes may need others besides.
    public var act: Act {
        switch self {
        case .session(let command): command.act
        case .account(let command): command.act
        case .room(let command): command.act
        case .message(let command): command.act
        case .moderation(let command): command.act
        case .people(let command): command.act
        case .board(let command): command.act
        case .call(let command): command.act
        case .media(let command): command.act
        case .server(let command): command.act
        }
    }
}

/// Which room a command means.
public enum RoomTarget: Hashable, Sendable {
    /// The room that the session is in, for sessions that are in exactly one.
    case current
    /// The room of this name.
    case named(Name)
}

/// Where a restriction or role holds.
public enum Scope: Hashable, Sendable {
    /// On the whole server.
    case everywhere
    /// In one room.
    case room(RoomTarget)
}
