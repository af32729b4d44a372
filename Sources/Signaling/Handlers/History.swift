extension Hub {
    /// A stored message as delivered.
    func message(_ record: MessageRecord) -> Message {
        let place: Place =
            switch record.conversation {
            case .room(let id): .room(roomsByID[id]?.name ?? .home)
            case .pair: .user(from: record.senderName, to: record.receiverName ?? record.senderName)
            }
        return Message(
            id: record.id, number: record.number, from: record.senderName, place: place, text: record.text,
            at: record.at,
            edited: record.edited)
    }

    func startHistory(
        _ conversation: Conversation, _ before: MessageID?, _ limit: Int, _ caller: Caller
    ) throws(Refusal) -> Reply? {
        try require(.look, caller)
        let (key, newest) = try find(conversation, caller)
        let limit = min(max(limit, 0), 200)
        if newest == 0 || limit == 0 { return .history([]) }
        query(
            .messages(key, newest: newest, before: before?.sequence, limit: limit), caller.session, caller.tag,
            then: .history(conversation))
        return nil
    }

    private func find(_ conversation: Conversation, _ caller: Caller) throws(Refusal) -> (ConversationKey, UInt64) {
        switch conversation {
        case .room(let target):
            let room = try room(target, caller)
            try requireReading(room, caller)
            return (.room(room.id), room.lastSequence)
        case .user(let name):
            guard
                let identity = directory.person(name)?.identity
                    ?? directory.account(name).map({ Identity.account($0.id) })
            else { throw Refusal(.notFound, "There is no user \(name).", cause: .noSuchUser) }
            let key = ConversationKey.between(caller.person.identity, identity)
            return (key, conversations[key]?.lastSequence ?? 0)
        }
    }

    private func requireReading(_ room: Room, _ caller: Caller) throws(Refusal) {
        guard caller.session.membership(of: room) != nil || caller.person.role >= .admin else {
            throw Refusal(.forbidden, "You are not in this room.")
        }
    }

    func history(
        _ conversation: Conversation, _ records: [MessageRecord], _ caller: Caller
    ) throws(Refusal) -> Reply? {
        .history(records.map(message))
    }

    // MARK: One message

    private func noSuchMessage() -> Refusal {
        Refusal(.notFound, "There is no such message.", cause: .noSuchMessage)
    }

    func edit(_ id: MessageID, _ text: String, _ record: MessageRecord?, _ caller: Caller) throws(Refusal) -> Reply? {
        guard let record, record.id == id, !record.isDeleted, record.sender == caller.key else { throw noSuchMessage() }
        if case .room(let roomID) = record.conversation {
            guard let room = roomsByID[roomID] else { throw noSuchMessage() }
            try requireSpeech(.speakText, caller, in: room)
            changeHistory(of: room) { history in
                history.replace(id) { message in
                    message.text = text
                    message.edited = now
                }
            }
        } else {
            try requireSpeech(.privateMessage, caller)
        }
        store(.editMessage(id, text: text, at: now))
        deliver(
            .messageEdited(id, message(record).place, text: text), to: receivers(of: record), origin: caller.session.id)
        return .done
    }

    /// Changes what a room keeps at hand of its messages.
    private func changeHistory(of room: Room, _ change: (inout RoomHistory) -> Void) {
        let before = room.history
        change(&room.history)
        onUndo { room.history = before }
    }

    func delete(_ id: MessageID, _ record: MessageRecord?, _ caller: Caller) throws(Refusal) -> Reply? {
        guard let record, record.id == id, !record.isDeleted else { throw noSuchMessage() }
        if record.sender != caller.key {
            guard case .room(let roomID) = record.conversation, let room = roomsByID[roomID] else {
                throw noSuchMessage()
            }
            try require(.moderateRoom, caller, in: room)
            audit("message.delete", by: caller, target: record.senderName.text, room: room)
        }
        if case .room(let roomID) = record.conversation, let room = roomsByID[roomID] {
            changeHistory(of: room) { $0.remove(id) }
        }
        store(.deleteMessage(id))
        deliver(.messageDeleted(id, message(record).place), to: receivers(of: record), origin: caller.session.id)
        return .done
    }

    func read(_ id: MessageID, _ record: MessageRecord?, _ caller: Caller) throws(Refusal) -> Reply? {
        guard let record, record.id == id, isParty(caller, to: record) else { throw noSuchMessage() }
        if let account = caller.person.account { store(.setReadMark(account.id, record.conversation, id)) }
        let isPrivate = if case .pair = record.conversation { true } else { false }
        let receivers = isPrivate ? receivers(of: record) : caller.person.sessions
        deliver(
            .messageRead(id, message(record).place, by: caller.person.name), to: receivers, origin: caller.session.id)
        return .done
    }

    private func isParty(_ caller: Caller, to record: MessageRecord) -> Bool {
        switch record.conversation {
        case .room(let id): roomsByID[id].map { caller.session.membership(of: $0) != nil } ?? false
        case .pair(let one, let other): one == caller.key || other == caller.key
        }
    }

    /// Who has a message before them now.
    private func receivers(of record: MessageRecord) -> [SessionID] {
        switch record.conversation {
        case .room(let id): roomsByID[id]?.listeners ?? []
        case .pair(let one, let other): [one, other].flatMap { directory.person($0)?.sessions ?? [] }
        }
    }
}
