extension Hub {
    func handle(_ command: MessageCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        switch command {
        case .toRoom(let target, let outgoing): return try say(outgoing, target, caller)
        case .toMember(let name, let outgoing): return try whisper(outgoing, name, caller)
        case .toUsers(let names, let outgoing): return try write(outgoing, names, caller)
        case .peerToPeer(let name, let port, let address): return try peerToPeer(name, port, address, caller)
        case .typing(let conversation, let isTyping): return try typing(conversation, isTyping, caller)
        case .history(let conversation, let before, let limit):
            return try startHistory(conversation, before, limit, caller)
        case .edit(let id, let text):
            try require(.look, caller)
            try bound(text, settings.limits.messageBytes, "The message")
            query(.message(id), caller.session, caller.tag, then: .editMessage(id, text))
            return nil
        case .delete(let id):
            try require(.look, caller)
            query(.message(id), caller.session, caller.tag, then: .deleteMessage(id))
            return nil
        case .read(_, let id):
            try require(.look, caller)
            query(.message(id), caller.session, caller.tag, then: .readMark(id))
            return nil
        }
    }

    // MARK: To a room

    private func say(_ outgoing: Outgoing, _ target: RoomTarget, _ caller: Caller) throws(Refusal) -> Reply? {
        let room = try room(target, caller)
        if let sent = try answered(outgoing, caller) { return .sent(sent) }
        try requireSpeech(.speakText, caller, in: room)
        try bound(outgoing.text, settings.limits.messageBytes, "The message")
        let id = ids.nextMessage(now)
        turn.undo.append(.message(room, number: room.lastNumber, sequence: room.lastSequence, id))
        let previous = room.lastSequence
        room.lastNumber += 1
        let message = Message(
            id: id, number: room.lastNumber, from: caller.person.name, place: .room(room.name), text: outgoing.text,
            at: now)
        if settings.keepsHistory {
            room.lastSequence = id.sequence
            room.history.append(message, bound: settings.limits.roomHistoryBytes)
            store(
                .addMessage(
                    MessageRecord(
                        id: id, conversation: .room(room.id), number: message.number, previous: previous,
                        sender: caller.key, senderName: caller.person.name, receiverName: nil, text: outgoing.text,
                        at: now,
                        clientID: outgoing.clientID),
                    keptFor: []))
        }
        messageCount += 1
        deliver(.message(message), to: hearers(room.listeners, of: caller.person), origin: caller.session.id)
        return .sent(remember(Sent(id: id, at: now, delivered: true), outgoing, caller))
    }

    /// Sessions without those of users who ignore somebody. The array itself where nobody does.
    func hearers(_ sessions: [SessionID], of person: Person) -> [SessionID] {
        guard !ignorers.isEmpty, let ignoring = ignorers[person.identity.key], !ignoring.isEmpty else {
            return sessions
        }
        return sessions.filter { id in
            guard let key = self.sessions[id]?.person?.identity.key else { return true }
            return !ignoring.contains(key)
        }
    }

    // MARK: The sender's own ids

    private func answered(_ outgoing: Outgoing, _ caller: Caller) throws(Refusal) -> Sent? {
        guard let id = outgoing.clientID else { return nil }
        guard (1...64).contains(id.utf8.count) else { throw Refusal(.invalid, "An id has 1 to 64 bytes.") }
        return clientIDs.answer(caller.key, id)
    }

    private func remember(_ sent: Sent, _ outgoing: Outgoing, _ caller: Caller) -> Sent {
        if let id = outgoing.clientID {
            let key = caller.key
            clientIDs.insert(key, id, sent, now: now)
            onUndo { [unowned self] in clientIDs.remove(key, id) }
        }
        return sent
    }

    // MARK: To users

    private func whisper(_ outgoing: Outgoing, _ name: Name, _ caller: Caller) throws(Refusal) -> Reply? {
        let room = try room(.current, caller)
        guard let person = directory.person(name), room.users[person.identity.key] != nil else {
            throw Refusal(.notFound, "\(name) is not in the room.", cause: .notOnline)
        }
        if let sent = try answered(outgoing, caller) { return .sent(sent) }
        try requirePrivate(.privateMessage, caller, to: person, person.account)
        try bound(outgoing.text, settings.limits.messageBytes, "The message")
        let sessions = person.sessions.filter { self.sessions[$0].map { $0.membership(of: room) != nil } ?? false }
        let sent = send(outgoing, to: person.identity, person.name, person.account, sessions, caller)
        return .sent(remember(sent, outgoing, caller))
    }

    private func write(_ outgoing: Outgoing, _ names: [Name], _ caller: Caller) throws(Refusal) -> Reply? {
        guard (1...100).contains(names.count) else { throw Refusal(.invalid, "A message goes to 1 to 100 users.") }
        if let sent = try answered(outgoing, caller) { return .sent(sent) }
        try bound(outgoing.text, settings.limits.messageBytes, "The message")
        var receivers: [(identity: Identity, name: Name, account: Account?, person: Person?)] = []
        for name in Set(names).sorted() {
            let person = directory.person(name)
            let account = person == nil ? directory.account(name) : person?.account
            guard let identity = person?.identity ?? account.map({ .account($0.id) }) else {
                throw Refusal(.notFound, "There is no user \(name).", cause: .noSuchUser)
            }
            try requirePrivate(.privateMessage, caller, to: person, account)
            receivers.append((identity, name, account, person))
        }
        var answer: Sent?
        for (identity, name, account, person) in receivers {
            let sessions = (person?.sessions ?? []).filter { self.sessions[$0]?.origin.receivesMessages ?? false }
            let isAbsent = sessions.isEmpty || (account.map { $0.kept > 0 || $0.isTelling } ?? false)
            if isAbsent, let account, account.kept >= max(1, settings.limits.offlineMessages) {
                throw Refusal(.unavailable, "\(name) has as many messages waiting as the server keeps.")
            }
            var sent = send(outgoing, to: identity, name, account, isAbsent ? [] : sessions, caller)
            // Whoever is hidden looks like somebody who is away, though they get it at once.
            if person?.presence == .hidden, caller.person.role < .admin, caller.person !== person {
                sent.delivered = false
            }
            answer = answer.map { Sent(id: $0.id, at: $0.at, delivered: $0.delivered && sent.delivered) } ?? sent
        }
        guard let answer else { throw Refusal(.invalid, "A message goes to 1 to 100 users.") }
        return .sent(remember(answer, outgoing, caller))
    }

    /// Where a private conversation stands; it begins with the first question.
    func conversation(_ key: ConversationKey) -> ConversationState {
        if let known = conversations[key] { return known }
        let new = ConversationState()
        conversations[key] = new
        return new
    }

    /// Sends to one person, or keeps it for them where no session is given.
    private func send(
        _ outgoing: Outgoing, to identity: Identity, _ name: Name, _ account: Account?, _ sessions: [SessionID],
        _ caller: Caller
    ) -> Sent {
        let key = ConversationKey.between(caller.person.identity, identity)
        let id = ids.nextMessage(now)
        let conversation = conversation(key)
        let previous = conversation.lastSequence
        turn.undo.append(.privateMessage(conversation, number: conversation.lastNumber, sequence: previous))
        let number = conversation.lastNumber + 1
        let isKept = sessions.isEmpty
        // What two guests say to each other has nobody who could read it later.
        let isStored = isKept || settings.keepsHistory && (account != nil || caller.person.account != nil)
        conversation.lastNumber = number
        if isStored { conversation.lastSequence = id.sequence }
        let message = Message(
            id: id, number: number, from: caller.person.name, place: .user(from: caller.person.name, to: name),
            text: outgoing.text, at: now)
        if isStored {
            let record = MessageRecord(
                id: id, conversation: key, number: number, previous: previous, sender: caller.key,
                senderName: caller.person.name, receiverName: name, text: outgoing.text, at: now,
                clientID: outgoing.clientID)
            store(.addMessage(record, keptFor: isKept ? [account?.id].compactMap { $0 } : []))
        }
        if isKept, let account { keep(for: account) }
        messageCount += 1
        deliver(.message(message), to: sessions, origin: caller.session.id)
        // The sender's other devices show it too; a line connection shows only what was said to it.
        let others = caller.person.sessions.filter { id in
            guard id != caller.session.id, !sessions.contains(id), let origin = self.sessions[id]?.origin else {
                return false
            }
            return origin.receivesMessages && origin.door != .line
        }
        deliver(.message(message), to: others, origin: caller.session.id)
        return Sent(id: id, at: now, delivered: !isKept)
    }

    private func keep(for account: Account) {
        set(account, \.kept, account.kept + 1)
        // They may be online, with older messages still on their way to them.
        if let person = directory.person(account.id.number),
            let session = person.sessions.lazy.compactMap({ self.sessions[$0] }).first(where: {
                $0.origin.receivesMessages
            })
        {
            startTelling(person, session)
        }
    }

    /// Refuses what a user does not want: those they ignore, and all but contacts where they say so.
    func requirePrivate(_ act: Act, _ caller: Caller, to person: Person?, _ account: Account?) throws(Refusal) {
        try requireSpeech(act, caller)
        guard caller.person.role < .admin else { return }
        let ignores = person.map { isIgnored(caller.person, by: $0) } ?? account.map { $0.ignored.contains(caller.key) }
        if ignores == true { throw Refusal(.forbidden, "They do not want to hear from you.") }
        if let account, account.record.profile.contactsOnly, account !== caller.person.account,
            !account.contacts.contains(where: { $0.contact.number == caller.key })
        {
            throw Refusal(.forbidden, "They hear from their contacts only.")
        }
    }

    private func peerToPeer(
        _ name: Name, _ port: UInt16, _ address: IPAddress, _ caller: Caller
    ) throws(Refusal) -> Reply? {
        guard let person = directory.person(name) else {
            throw Refusal(.notFound, "\(name) is not online.", cause: .notOnline)
        }
        guard port > 0 else { throw Refusal(.invalid, "A port is 1 to 65535.") }
        try requirePrivate(.privateMessage, caller, to: person, person.account)
        deliver(
            .peerToPeer(from: caller.person.name, port: port, address: address), to: person.sessions,
            origin: caller.session.id)
        return .done
    }

    // MARK: Typing

    private func typing(_ conversation: Conversation, _ isTyping: Bool, _ caller: Caller) throws(Refusal) -> Reply? {
        let key: ConversationKey
        let place: Place
        let receivers: [SessionID]
        switch conversation {
        case .room(let target):
            let room = try room(target, caller)
            try require(.speakText, caller, in: room)
            (key, place) = (.room(room.id), .room(room.name))
            receivers = hearers(room.listeners, of: caller.person).filter { $0 != caller.session.id }
        case .user(let name):
            guard let person = directory.person(name) else {
                throw Refusal(.notFound, "\(name) is not online.", cause: .notOnline)
            }
            try require(.privateMessage, caller)
            key = .between(caller.person.identity, person.identity)
            place = .user(from: caller.person.name, to: name)
            receivers = isIgnored(caller.person, by: person) ? [] : person.sessions
        }
        if isTyping {
            if let last = caller.person.typing[key], now < last.adding(milliseconds: settings.intervals.typing) {
                return .done
            }
            if caller.person.typing.count >= 100 { caller.person.typing.removeAll() }
            caller.person.typing[key] = now
        } else if caller.person.typing.removeValue(forKey: key) == nil {
            return .done
        }
        deliver(.typing(caller.person.name, place, isTyping), to: receivers, origin: caller.session.id)
        return .done
    }
}
