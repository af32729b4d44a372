/// Who gave the command that is being decided.
struct Caller {
    let session: Session
    let person: Person
    let tag: Tag

    var key: Int64 { person.identity.key }
}

extension Hub {
    /// Decides one item.
    func process(_ item: Item) {
        switch item {
        case .command(let id, let tag, let command):
            guard let session = sessions[id] else { return }
            if isWaiting(session) { return setAside(item, session) }
            decide(command, session, tag)
        case .closed(let id):
            guard let session = sessions[id] else { return }
            if isWaiting(session) { return setAside(item, session) }
            forget(session)
        case .hashed(let id, let hash, let result):
            resume(id, .hash(hash)) { (hub, session, wait) throws(Refusal) in
                try hub.go(on: session, with: wait, result)
            }
        case .queried(let id, let query, let result):
            resume(id, .query(query)) { (hub, session, wait) throws(Refusal) in
                try hub.go(on: session, with: wait, result)
            }
        case .media(let id, let request, let outcome): mediaDone(id, request, outcome)
        case .mediaEvent(let event): decide(event)
        case .due(let deadline): fallDue(deadline)
        case .kept(let id, let records): tellKept(id, records)
        case .shutDown(let reason): closeEverything(reason)
        case .settingsChanged: refreshSending()
        case .nothing: break
        }
    }

    private func isWaiting(_ session: Session) -> Bool {
        session.wait != nil || !session.backlog.isEmpty
    }

    private func setAside(_ item: Item, _ session: Session) {
        let index = turn.index
        session.backlog.append(item)
        turn.items[index] = .nothing
        onUndo { [unowned self] in
            session.backlog.removeLast()
            turn.items[index] = item
        }
    }

    private func decide(_ command: Command, _ session: Session, _ tag: Tag) {
        answer(session, tag) { () throws(Refusal) in
            if case .session(let command) = command { return try self.handle(command, session, tag) }
            guard let person = session.person else {
                throw Refusal(.badCredentials, "Sign in first.", cause: .notSignedIn)
            }
            return try self.handle(command, Caller(session: session, person: person, tag: tag))
        }
    }

    private func handle(_ command: Command, _ caller: Caller) throws(Refusal) -> Reply? {
        noteActivity(of: caller.person)
        switch command {
        case .session: return nil
        case .account(let command): return try handle(command, caller)
        case .room(let command): return try handle(command, caller)
        case .message(let command): return try handle(command, caller)
        case .moderation(let command): return try handle(command, caller)
        case .people(let command): return try handle(command, caller)
        case .board(let command): return try handle(command, caller)
        case .call(let command): return try handle(command, caller)
        case .media(let command): return try handle(command, caller)
        case .server(let command): return try handle(command, caller)
        }
    }

    /// Puts the answer before the events that it caused, in a place kept for it. Nil is answered later.
    private func answer(_ session: Session, _ tag: Tag, _ body: () throws(Refusal) -> Reply?) {
        let place = turn.held.count
        turn.held.append(.resumeReading(session.id))
        do throws(Refusal) {
            guard let reply = try body() else {
                turn.held.remove(at: place)
                return
            }
            turn.held[place] = .reply(session.id, tag, reply)
        } catch {
            turn.held[place] = .reply(session.id, tag, .refused(error))
        }
        countAnswer(session)
    }

    /// A command is answered; its session may be read from again.
    func countAnswer(_ session: Session) {
        session.unanswered -= 1
        if session.isPaused, session.unanswered <= Hub.resumeAt {
            session.isPaused = false
            outgoing.append(.resumeReading(session.id))
        }
    }

    // MARK: Commands that wait

    /// Starts a hash job; the command goes on with its result.
    func hash(_ job: HashJob, _ caller: Session, _ tag: Tag, then next: Continuation) {
        let id = HashID(number: ids.nextWork())
        wait(caller, Wait(subject: .hash(id), tag: tag, next: next), keys: [.hash(id)])
        turn.held.append(.hash(id, job))
    }

    /// Asks the store; the command goes on with its answer.
    func query(_ query: StoreQuery, _ caller: Session, _ tag: Tag, then next: Continuation) {
        let id = QueryID(number: ids.nextWork())
        wait(caller, Wait(subject: .query(id), tag: tag, next: next), keys: [.query(id)])
        turn.held.append(.query(id, query))
    }

    /// Makes media requests; the command goes on when all are performed.
    func request(_ requests: [MediaRequest], _ caller: Session, _ tag: Tag, then next: Continuation) {
        var pending: Set<MediaRequestID> = []
        var effects: [Effect] = []
        for request in requests {
            let id = MediaRequestID(number: ids.nextWork())
            pending.insert(id)
            effects.append(.media(id, request))
        }
        wait(caller, Wait(subject: .media(pending), tag: tag, next: next), keys: pending.map { .media($0) })
        turn.held.append(contentsOf: effects)
    }

    /// Makes a media request that nobody waits for.
    func request(_ request: MediaRequest) {
        turn.held.append(.media(MediaRequestID(number: ids.nextWork()), request))
    }

    private func wait(_ session: Session, _ wait: Wait, keys: [WaitKey]) {
        session.wait = wait
        for key in keys { waiting[key] = session.id }
        onUndo { [unowned self] in
            session.wait = nil
            for key in keys { self.waiting[key] = nil }
        }
    }

    /// Ends a session's wait, lets its command go on, and then what came after it.
    private func resume(
        _ id: SessionID, _ subject: Wait.Subject, _ body: (Hub, Session, Wait) throws(Refusal) -> Reply?
    ) {
        guard let session = sessions[id], let wait = session.wait, wait.subject == subject else { return }
        session.wait = nil
        onUndo { session.wait = wait }
        answer(session, wait.tag) { () throws(Refusal) in try body(self, session, wait) }
        resumeBacklog(of: session)
    }

    private func mediaDone(_ id: SessionID, _ request: MediaRequestID, _ outcome: MediaOutcome) {
        guard let session = sessions[id], let wait = session.wait, case .media(var pending) = wait.subject,
            pending.remove(request) != nil
        else { return }
        guard pending.isEmpty else {
            session.wait = Wait(subject: .media(pending), tag: wait.tag, next: wait.next)
            return onUndo { session.wait = wait }
        }
        resume(id, wait.subject) { (hub, session, wait) throws(Refusal) in try hub.go(on: session, with: wait, outcome)
        }
    }
}
