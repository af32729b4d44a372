import Signaling

/// Writes batches into the open transaction.
struct BatchWriter {
    private let database: Database
    private var highest = Highest()
    private var heads: [ConversationKey: ConversationRecord] = [:]

    init(_ database: Database) {
        self.database = database
    }

    /// Writes a batch. After an error the caller undoes the transaction, or the savepoint.
    mutating func write(_ batch: Batch) throws(StoreError) {
        highest.forget()
        heads.removeAll(keepingCapacity: true)
        for mutation in batch.mutations { try write(mutation) }
        try saveHeads()
        try highest.save(database.connection)
    }

    /// One write for a conversation, however many messages of it are in the batch.
    private mutating func saveHeads() throws(StoreError) {
        for record in heads.values { try database.messages.put(record) }
        heads.removeAll(keepingCapacity: true)
    }

    private mutating func write(_ mutation: Mutation) throws(StoreError) {
        switch mutation {
        case .putAccount, .removeAccount, .seen, .putContact, .removeContact, .setContactGroups, .putFriend,
            .removeFriend, .ignore, .unignore:
            try writePeople(mutation)
        case .putRoom, .removeRoom, .setRoomRole, .putRestriction, .removeRestriction, .audit, .putInvitation,
            .removeInvitation:
            try writeRooms(mutation)
        case .addMessage, .editMessage, .deleteMessage, .told, .setReadMark:
            try writeMessages(mutation)
        case .putGroup, .removeGroup, .addPost, .removePosts:
            try writeBoards(mutation)
        }
    }

    private mutating func writePeople(_ mutation: Mutation) throws(StoreError) {
        switch mutation {
        case .putAccount(let record):
            highest.note(.account, record.id.number)
            try database.accounts.put(record)
        case .removeAccount(let id):
            if !database.keepsHistory { try database.messages.told(id, upTo: UInt64(Int64.max), keepsHistory: false) }
            try database.accounts.remove(id)
        case .seen(let id, let time): try database.accounts.seen(id, time)
        case .putContact(let record): try database.people.put(record)
        case .removeContact(let owner, let contact): try database.people.removeContact(owner, contact)
        case .setContactGroups(let owner, let names): try database.people.setGroups(owner, names)
        case .putFriend(let record): try database.people.put(record)
        case .removeFriend(let from, let to): try database.people.removeFriend(from, to)
        case .ignore(let owner, let other): try database.people.ignore(owner, other)
        case .unignore(let owner, let other): try database.people.unignore(owner, other)
        default: break
        }
    }

    private mutating func writeRooms(_ mutation: Mutation) throws(StoreError) {
        switch mutation {
        case .putRoom(let record):
            highest.note(.room, record.id.number)
            try database.rooms.put(record)
        case .removeRoom(let id):
            try saveHeads()
            try database.messages.unlink(id)
            try database.rooms.remove(id)
        case .setRoomRole(let room, let account, let role): try database.rooms.setRole(room, account, role)
        case .putRestriction(let record):
            highest.note(.restriction, record.id)
            try database.moderation.put(record)
        case .removeRestriction(let id): try database.moderation.removeRestriction(id)
        case .audit(let entry):
            highest.note(.audit, entry.number)
            try database.moderation.add(entry)
        case .putInvitation(let record): try database.rooms.put(record)
        case .removeInvitation(let room, let subject): try database.rooms.removeInvitation(room, subject)
        default: break
        }
    }

    private mutating func writeMessages(_ mutation: Mutation) throws(StoreError) {
        switch mutation {
        case .addMessage(let record, let accounts):
            highest.note(.sequence, Int64(bitPattern: record.id.sequence))
            heads[record.conversation] = ConversationRecord(
                key: record.conversation, lastNumber: record.number, lastSequence: record.id.sequence)
            try database.messages.add(record, keptFor: accounts)
        case .editMessage(let id, let text, let time): try database.messages.edit(id, text, at: time)
        case .deleteMessage(let id): try database.messages.delete(id)
        case .told(let account, let sequence):
            try database.messages.told(account, upTo: sequence, keepsHistory: database.keepsHistory)
        case .setReadMark(let account, let key, let id): try database.messages.setReadMark(account, key, id)
        default: break
        }
    }

    private mutating func writeBoards(_ mutation: Mutation) throws(StoreError) {
        switch mutation {
        case .putGroup(let record):
            highest.note(.group, record.id)
            try database.boards.put(record)
        case .removeGroup(let id): try database.boards.removeGroup(id)
        case .addPost(let record, let parts):
            highest.note(.post, record.id)
            try database.boards.add(record, parts)
        case .removePosts(let ids): try database.boards.removePosts(ids)
        default: break
        }
    }
}
