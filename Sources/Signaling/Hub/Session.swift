/// One connection, as the hub knows it.
final class Session {
    let id: SessionID
    let origin: Origin
    /// Who is signed in.
    var person: Person?
    /// The rooms that it is in; exactly one for a signed-in session of one room.
    var memberships: [Membership] = []
    /// The message group joined.
    var group: BoardGroup?
    /// What its current command waits for; nothing else of the session is decided meanwhile.
    var wait: Wait?
    /// What arrived meanwhile.
    var backlog: [Item] = []
    /// How many of its commands have not been answered yet, and whether it is read from meanwhile.
    var unanswered = 0
    var isPaused = false
    /// Its media sessions.
    var media: [MediaSessionID] = []
    /// The private conversation that it spoke in last, without asking for it.
    var lastConversation: (person: Person, conversation: ConversationState)?
    /// The text of the challenge that was handed out last.
    var challenge: String?

    init(id: SessionID, origin: Origin) {
        self.id = id
        self.origin = origin
    }

    /// The membership of a room, if it is in it.
    func membership(of room: Room) -> Int? {
        memberships.firstIndex { $0.room === room }
    }
}

/// A session's place in a room.
struct Membership {
    let room: Room
    /// Its index among the room's listeners; -1 for a session that receives no messages.
    var listener: Int
    /// Its index among the room's watchers; -1 for a session that does not hear of movements.
    var watcher: Int
}

/// What a session's command waits for, and how it goes on then.
struct Wait {
    /// What is awaited.
    enum Subject: Equatable {
        case hash(HashID)
        case query(QueryID)
        case media(Set<MediaRequestID>)
    }

    var subject: Subject
    let tag: Tag
    let next: Continuation
}

/// How a command goes on when what it waited for is there.
enum Continuation {
    case signIn(Account?, Name)
    case createAccount(NewAccount)
    case changePassword
    case setPassword(Name)
    case createRoom(NewRoom)
    case updateRoom(RoomTarget, RoomChanges)
    case deleteRoom(Name)
    case enterRoom(Name)
    case createGroup(Name, openToGuests: Bool, seconds: Int64?)
    case joinGroup(Name)
    case openMedia(MediaSessionID)
    case enterForMedia(Name, MediaOpening)
    /// The command is done; this is its answer.
    case answer(Reply)
    case history(Conversation)
    case audit
    case readPost(Int64, Int64)
    case editMessage(MessageID, String)
    case deleteMessage(MessageID)
    case readMark(MessageID)
    case document
}

/// One thing for the hub to decide.
enum Item {
    case command(SessionID, Tag, Command)
    case closed(SessionID)
    case hashed(SessionID, HashID, HashResult)
    case queried(SessionID, QueryID, Result<StoreAnswer, StoreError>)
    case media(SessionID, MediaRequestID, MediaOutcome)
    case mediaEvent(MediaEvent)
    case due(Deadline)
    case kept(AccountID, [MessageRecord])
    case shutDown(String)
    case settingsChanged
    /// It moved elsewhere.
    case nothing
}
