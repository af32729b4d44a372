extension Hub {
    /// Begins to tell somebody of the messages kept for them. What arrives meanwhile is kept too, so that the order stays.
    func startTelling(_ person: Person, _ session: Session) {
        guard let account = person.account, account.kept > 0, !account.isTelling, session.origin.receivesMessages else {
            return
        }
        set(account, \.isTelling, true)
        let id = QueryID(number: ids.nextWork())
        keptQueries[id] = account.id
        onUndo { [unowned self] in keptQueries[id] = nil }
        turn.held.append(.query(id, .kept(account.id, limit: 100)))
    }

    /// Kept messages were read from the store.
    func tellKept(_ id: AccountID, _ records: [MessageRecord]) {
        guard let account = directory.account(id) else { return }
        let receivers = (directory.person(id.number)?.sessions ?? []).filter {
            sessions[$0]?.origin.receivesMessages ?? false
        }
        guard !receivers.isEmpty, let last = records.last else {
            set(account, \.isTelling, false)
            if records.isEmpty { set(account, \.kept, 0) }
            return tellAwaitedInvitations(account)
        }
        for record in records {
            var message = message(record)
            message.wasOffline = true
            deliver(.message(message), to: receivers)
        }
        // They are forgotten in the next turn, when what was said is on its way: a crash in between says them twice, never not
        // at all.
        deadlines.add(.told(id, last.id.sequence, records.count), at: now)
    }

    /// Somebody was told of messages kept for them.
    func forgetKept(_ id: AccountID, upTo sequence: UInt64, count: Int) {
        guard let account = directory.account(id) else { return }
        store(.told(id, upTo: sequence))
        set(account, \.kept, max(0, account.kept - count))
        set(account, \.isTelling, false)
        guard let person = directory.person(id.number) else { return }
        if let session = person.sessions.lazy.compactMap({ self.sessions[$0] }).first(where: {
            $0.origin.receivesMessages
        }) {
            startTelling(person, session)
        }
        if !account.isTelling { tellAwaitedInvitations(account) }
    }

    /// The messages come first, then the invitations.
    func tellAwaitedInvitations(_ account: Account) {
        guard !account.awaitingInvitations.isEmpty else { return }
        tellInvitations(account, to: account.awaitingInvitations.filter { sessions[$0]?.person?.account === account })
        set(account, \.awaitingInvitations, [])
    }
}
