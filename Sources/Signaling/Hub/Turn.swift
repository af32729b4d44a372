/// One turn: what is decided together, and stored together.
struct Turn {
    /// What is decided, in order.
    var items: [Item] = []
    /// The item that is being decided.
    var index = 0
    /// Its effects, held until its commit is done.
    var held: [Effect] = []
    /// What it changes durably.
    var mutations: [Mutation] = []
    /// What goes with them though nobody waits for it.
    var soft: [Mutation] = []
    /// How to take back what it changed in memory, newest last.
    var undo: [Undo] = []
    /// Whether its batch is at the store.
    var isCommitting = false
    /// Whether it is one item alone, tried again after a commit that failed.
    var isRetry = false

    /// One change to take back.
    enum Undo {
        /// A message in a room.
        case message(Room, number: Int64, sequence: UInt64, MessageID)
        /// A message between two people.
        case privateMessage(ConversationState, number: Int64, sequence: UInt64)
        /// Anything else.
        case other(() -> Void)
    }
}

extension Hub {
    /// Decides what waits, until a commit is needed or nothing is left.
    func runTurns() {
        while !turn.isCommitting {
            if !retries.isEmpty {
                turn.items.append(retries.removeFirst())
                turn.isRetry = true
            } else if !inbox.isEmpty {
                swap(&turn.items, &inbox)
                turn.isRetry = false
            } else {
                return
            }
            while turn.index < turn.items.count {
                process(turn.items[turn.index])
                turn.index += 1
            }
            endTurn()
        }
    }

    /// Sends a turn's changes to the store; a turn without any is over.
    private func endTurn() {
        if turn.mutations.isEmpty {
            release()
            return
        }
        turn.soft = softMutations
        softMutations.removeAll()
        turn.isCommitting = true
        // The array itself where nothing is to be added: no message is copied for its way to the disk.
        outgoing.append(.commit(Batch(turn.soft.isEmpty ? turn.mutations : turn.mutations + turn.soft)))
    }

    /// The batch at the store is on disk, or is not.
    func finishCommit(_ result: Result<Void, StoreError>) {
        guard turn.isCommitting else { return }
        turn.isCommitting = false
        switch result {
        case .success: release()
        case .failure: takeBack()
        }
    }

    /// The turn's effects go out.
    private func release() {
        if outgoing.isEmpty {
            swap(&outgoing, &turn.held)
        } else {
            outgoing.append(contentsOf: turn.held)
        }
        sessions.releaseFreed()
        deletions.endTurn(isAwaited: !inbox.isEmpty)
        resetTurn()
    }

    private func resetTurn() {
        turn.items.removeAll(keepingCapacity: true)
        turn.held.removeAll(keepingCapacity: true)
        turn.mutations.removeAll(keepingCapacity: true)
        turn.soft.removeAll()
        turn.undo.removeAll(keepingCapacity: true)
        turn.index = 0
    }

    /// Undoes the turn. Its items are tried again, each alone, so that only those that cannot be stored are refused.
    private func takeBack() {
        for change in turn.undo.reversed() {
            switch change {
            case .other(let undo): undo()
            case .message(let room, let number, let sequence, let id):
                room.lastNumber = number
                room.lastSequence = sequence
                room.history.removeNewest(id)
            case .privateMessage(let conversation, let number, let sequence):
                conversation.lastNumber = number
                conversation.lastSequence = sequence
            }
        }
        softMutations.insert(contentsOf: turn.soft, at: 0)
        for case .reply(let id, _, _) in turn.held { sessions[id]?.unanswered += 1 }
        deletions.undoTurn()
        let items = turn.items
        let wasRetry = turn.isRetry
        resetTurn()
        if wasRetry {
            for item in items { refuseForGood(item) }
        } else {
            retries.append(
                contentsOf: items.filter {
                    if case .nothing = $0 { false } else { true }
                })
        }
    }

    /// An item that cannot be stored even alone.
    private func refuseForGood(_ item: Item) {
        let refusal = Reply.refused(
            Refusal(.unavailable, "The server cannot store this at the moment; try again later."))
        switch item {
        case .command(let id, let tag, _):
            outgoing.append(.reply(id, tag, refusal))
            guard let session = sessions[id] else { return }
            countAnswer(session)
            if session.wait == nil { requeueBacklog(of: session, into: &retries) }
        case .hashed(let id, _, _), .queried(let id, _, _), .media(let id, _, _):
            guard let session = sessions[id], let wait = session.wait else { return }
            session.wait = nil
            outgoing.append(.reply(id, wait.tag, refusal))
            countAnswer(session)
            requeueBacklog(of: session, into: &retries)
        case .due(let deadline):
            // What falls due is tried again in a while; a full disk may have been emptied by then.
            deadlines.add(deadline, at: now.adding(seconds: 5))
        case .closed(let id):
            if let session = sessions[id] { forget(session) }
        case .kept, .mediaEvent, .shutDown, .settingsChanged, .nothing: break
        }
    }

    private func requeueBacklog(of session: Session, into items: inout [Item]) {
        items.insert(contentsOf: session.backlog, at: 0)
        session.backlog.removeAll()
    }

    /// Lets what arrived while a session waited be decided next.
    func resumeBacklog(of session: Session) {
        guard !session.backlog.isEmpty, session.wait == nil else { return }
        let backlog = session.backlog
        session.backlog.removeAll()
        if turn.isRetry {
            retries.insert(contentsOf: backlog, at: 0)
            onUndo { [unowned self] in
                retries.removeFirst(backlog.count)
                session.backlog = backlog
            }
        } else {
            let index = turn.index + 1
            turn.items.insert(contentsOf: backlog, at: index)
            onUndo { [unowned self] in
                turn.items.removeSubrange(index..<index + backlog.count)
                session.backlog = backlog
            }
        }
    }

    // MARK: What handlers change state with

    /// Registers how to take back a change.
    func onUndo(_ undo: @escaping () -> Void) {
        turn.undo.append(.other(undo))
    }

    /// Sets a value of an object, and remembers the one before.
    func set<Object: AnyObject, Value>(
        _ object: Object, _ path: ReferenceWritableKeyPath<Object, Value>, _ value: Value
    ) {
        let before = object[keyPath: path]
        object[keyPath: path] = value
        turn.undo.append(.other { object[keyPath: path] = before })
    }

    /// A durable change; it goes into the turn's commit.
    func store(_ mutation: Mutation) {
        turn.mutations.append(mutation)
    }

    /// A durable change that nobody waits for: it goes with the next commit, or in a few seconds.
    func storeSoon(_ mutation: Mutation) {
        if softMutations.isEmpty { deadlines.add(.softFlush, at: now.adding(seconds: 5)) }
        softMutations.append(mutation)
    }

    /// Tells sessions of an event.
    func deliver(_ event: Event, to sessions: [SessionID], origin: SessionID? = nil) {
        if sessions.isEmpty { return }
        turn.held.append(.deliver(Delivery(event: event, sessions: sessions, origin: origin)))
    }
}
