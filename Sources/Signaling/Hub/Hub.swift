/// The domain of the server: who may do what, and which message goes where. One object on one event loop; it knows no clock,
/// socket, thread or disk.
///
/// The shell gives it what happens (`open`, `submit`, `close`, `complete`, `handle`), then calls `advance` once per loop turn
/// and performs what `takeEffects` returns. Commands that arrive in one turn are decided in order; their durable changes go into
/// one commit, and their replies and events come out once it is done. While a commit is at the store, nothing is decided: what
/// is in memory is what is on disk whenever a command is decided.
public final class Hub {
    /// The values it decides by.
    public internal(set) var settings: Settings {
        didSet { policy = Policy(settings) }
    }
    var policy: Policy
    /// The time as last told.
    public internal(set) var now: Timestamp

    let random: any RandomSource
    var ids: Identifiers
    var sessions = SessionTable()
    let directory = Directory()
    var roomsByID: [RoomID: Room] = [:]
    var roomsByName: [Name: Room] = [:]
    var restrictions = RestrictionTable()
    var boards = Boards()
    var conversations: [ConversationKey: ConversationState] = [:]
    var clientIDs = ClientIDWindow()
    var media: [MediaSessionID: MediaSession] = [:]
    var calls: [CallID: Call] = [:]
    var status = StatusSequence()
    var friends: [FriendKey: Bool] = [:]
    /// Who ignores somebody: their keys, by the key of the one ignored.
    var ignorers: [Int64: Set<Int64>] = [:]
    /// The sessions that hear of everyone who comes and goes.
    var rosterListeners: [SessionID] = []
    var failures = SignInThrottle()
    var deadlines = Deadlines()
    var deletions = Deletions()
    var messageCount: UInt64 = 0
    let operatorPerson: Person

    // The turn: see Turn.swift.
    var inbox: [Item] = []
    var turn = Turn()
    var retries: [Item] = []
    var outgoing: [Effect] = []
    var waiting: [WaitKey: SessionID] = [:]
    var keptQueries: [QueryID: AccountID] = [:]
    var softMutations: [Mutation] = []

    /// So many commands of one session wait for their answers at most, give or take what one read brings: it is not read from
    /// until most are answered, so that a flood waits at its source and costs nobody else.
    static let pauseAt = 256
    static let resumeAt = 64

    /// A hub over what the store held at the start. Random numbers come from `random`, ids and secrets included.
    public init(settings: Settings, snapshot: Snapshot, random: some RandomSource, now: Timestamp) {
        self.settings = settings
        policy = Policy(settings)
        self.now = now
        self.random = random
        ids = Identifiers(snapshot)
        operatorPerson = Person(identity: .control, name: .control, account: nil, role: .superAdmin, now: now)
        restore(snapshot)
    }

    /// A connection has begun. It may submit commands at once; those of the control door are signed in as the operator.
    public func open(_ origin: Origin) -> SessionID {
        let session = sessions.insert(origin)
        if origin.door == .control {
            session.person = operatorPerson
            operatorPerson.sessions.append(session.id)
        }
        if origin.hearsRoster { rosterListeners.append(session.id) }
        return session.id
    }

    /// A command has arrived; it is answered with `Effect.reply` under its tag, in the order of the session's commands.
    public func submit(_ command: Command, from session: SessionID, tag: Tag) {
        inbox.append(.command(session, tag, command))
        guard let sender = sessions[session] else { return }
        sender.unanswered += 1
        if sender.unanswered >= Hub.pauseAt, !sender.isPaused {
            sender.isPaused = true
            outgoing.append(.pauseReading(session))
        }
    }

    /// A connection has ended; what it submitted before is still done. Nothing more is sent to it.
    public func close(_ session: SessionID) {
        inbox.append(.closed(session))
    }

    /// What was asked for in an effect is there.
    public func complete(_ completion: Completion) {
        switch completion {
        case .committed(let result): finishCommit(result)
        case .hashed(let id, let result): wake(.hash(id)) { .hashed($0, id, result) }
        case .queried(let id, let result):
            if let account = keptQueries.removeValue(forKey: id) {
                // What cannot be read now is told at the next sign-in.
                if case .success(.messages(let records)) = result {
                    inbox.append(.kept(account, records))
                } else {
                    directory.account(account)?.isTelling = false
                }
                return
            }
            wake(.query(id)) { .queried($0, id, result) }
        case .media(let id, let outcome): wake(.media(id)) { .media($0, id, outcome) }
        }
    }

    /// The media side has something to tell.
    public func handle(_ event: MediaEvent) {
        inbox.append(.mediaEvent(event))
    }

    /// Other settings from now on.
    public func replaceSettings(_ settings: Settings) {
        self.settings = settings
        for person in directory.online.values { person.role = role(of: person) }
        makeDefaultRooms()
        inbox.append(.settingsChanged)
    }

    /// Tells everyone that the server goes, and closes their sessions (`Event.signedOut`, `Effect.close`).
    public func shutDown(reason: String) {
        inbox.append(.shutDown(reason))
    }

    /// The time, for what is decided before the next `advance`. Call it when the loop's turn begins.
    public func note(_ now: Timestamp) {
        // The clock of the machine may be set back; the domain's time is not.
        self.now = max(now, self.now)
    }

    /// Decides what has arrived, and what has fallen due by this time. Call once per loop turn, and at `nextDeadline`.
    public func advance(to now: Timestamp) {
        note(now)
        guard !turn.isCommitting else { return }
        while let due = deadlines.pop(by: self.now) { inbox.append(.due(due)) }
        runTurns()
    }

    /// When `advance` should be called though nothing arrives; nil for never.
    public var nextDeadline: Timestamp? { deadlines.next }

    /// What the shell has to do now; the hub forgets it. The array that is handed in is emptied first and its storage used.
    public func takeEffects(into effects: inout [Effect]) {
        effects.removeAll(keepingCapacity: true)
        swap(&effects, &outgoing)
    }

    /// Whether a commit is at the store, or something waits to be decided.
    public var isBusy: Bool { turn.isCommitting || !inbox.isEmpty || !retries.isEmpty }

    /// Whether nothing more than lasting state would be lost by stopping now: no commit under way and nothing to be stored.
    public var isSettled: Bool { !isBusy && softMutations.isEmpty }

    /// Where a session comes from; nil where it is gone.
    public func origin(of session: SessionID) -> Origin? { sessions[session]?.origin }

    private func wake(_ key: WaitKey, _ item: (SessionID) -> Item) {
        guard let session = waiting.removeValue(forKey: key) else { return }
        inbox.append(item(session))
    }
}

/// What a completion belongs to.
enum WaitKey: Hashable {
    case hash(HashID)
    case query(QueryID)
    case media(MediaRequestID)
}

extension Name {
    /// The operator's name where one is shown.
    static let control = Name("control") ?? .home
}
