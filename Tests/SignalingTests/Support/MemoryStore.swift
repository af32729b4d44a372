import Signaling

/// A store in memory that does to values what the real one does to rows, so that a hub can be started again on it.
struct MemoryStore {
    private(set) var snapshot = Snapshot()
    private(set) var messages: [UInt64: MessageRecord] = [:]
    private(set) var kept: [AccountID: [UInt64]] = [:]
    private(set) var parts: [Int64: [String]] = [:]
    private(set) var audit: [AuditEntry] = []
    private(set) var readMarks: [AccountID: MessageID] = [:]

    init() {
        snapshot.server = 0xABCD
    }

    /// What a hub that starts now would load.
    func load() -> Snapshot {
        var snapshot = snapshot
        snapshot.keptMessages = kept.mapValues(\.count)
        snapshot.roomHistory = messages.values.filter {
            if case .room = $0.conversation { !$0.isDeleted } else { false }
        }.sorted { $0.id < $1.id }
        snapshot.recentClientIDs = messages.values.filter { $0.clientID != nil }.sorted { $0.id < $1.id }
        return snapshot
    }

    mutating func apply(_ batch: Batch) {
        for mutation in batch.mutations { apply(mutation) }
    }

    private mutating func apply(_ mutation: Mutation) {
        switch mutation {
        case .putAccount(let record):
            snapshot.accounts.removeAll { $0.id == record.id }
            snapshot.accounts.append(record)
            snapshot.lastAccount = max(snapshot.lastAccount, record.id.number)
        case .removeAccount(let id): removeAccount(id)
        case .seen(let id, let at):
            for index in snapshot.accounts.indices where snapshot.accounts[index].id == id {
                snapshot.accounts[index].lastSeen = at
            }
        case .putRoom(let record):
            snapshot.rooms.removeAll { $0.id == record.id }
            snapshot.rooms.append(record)
            snapshot.lastRoom = max(snapshot.lastRoom, record.id.number)
        case .removeRoom(let id):
            snapshot.rooms.removeAll { $0.id == id }
            snapshot.roomRoles.removeAll { $0.room == id }
            snapshot.restrictions.removeAll { $0.room == id }
            snapshot.invitations.removeAll { $0.room == id }
            snapshot.conversations.removeAll { $0.key == .room(id) }
            messages = messages.filter { $0.value.conversation != .room(id) }
        case .setRoomRole(let room, let account, let role):
            snapshot.roomRoles.removeAll { $0.room == room && $0.account == account }
            if role != .none { snapshot.roomRoles.append((room, account, role)) }
        case .putRestriction(let record):
            snapshot.restrictions.removeAll { $0.id == record.id }
            snapshot.restrictions.append(record)
            snapshot.lastRestriction = max(snapshot.lastRestriction, record.id)
        case .removeRestriction(let id): snapshot.restrictions.removeAll { $0.id == id }
        case .audit(let entry):
            audit.append(entry)
            snapshot.lastAudit = max(snapshot.lastAudit, entry.number)
        case .putInvitation(let record):
            snapshot.invitations.removeAll { $0.room == record.room && $0.subject == record.subject }
            snapshot.invitations.append(record)
        case .removeInvitation(let room, let subject):
            snapshot.invitations.removeAll { $0.room == room && $0.subject == subject }
        default: applyOther(mutation)
        }
    }

    private mutating func applyOther(_ mutation: Mutation) {
        switch mutation {
        case .addMessage(let record, let keptFor):
            precondition(messages[record.id.sequence] == nil, "a message was stored twice")
            messages[record.id.sequence] = record
            snapshot.lastSequence = max(snapshot.lastSequence, record.id.sequence)
            snapshot.conversations.removeAll { $0.key == record.conversation }
            snapshot.conversations.append(
                ConversationRecord(
                    key: record.conversation, lastNumber: record.number, lastSequence: record.id.sequence))
            for id in keptFor { kept[id, default: []].append(record.id.sequence) }
        case .editMessage(let id, let text, let at):
            messages[id.sequence]?.text = text
            messages[id.sequence]?.edited = at
        case .deleteMessage(let id):
            messages[id.sequence]?.text = ""
            messages[id.sequence]?.isDeleted = true
        case .told(let id, let sequence):
            kept[id]?.removeAll { $0 <= sequence }
            if kept[id]?.isEmpty == true { kept[id] = nil }
        case .setReadMark(let id, _, let message): readMarks[id] = message
        case .putGroup(let record):
            snapshot.groups.removeAll { $0.id == record.id }
            snapshot.groups.append(record)
            snapshot.lastGroup = max(snapshot.lastGroup, record.id)
        case .removeGroup(let id):
            snapshot.groups.removeAll { $0.id == id }
            snapshot.posts.removeAll { $0.group == id }
        case .addPost(let record, let text):
            snapshot.posts.append(record)
            snapshot.lastPost = max(snapshot.lastPost, record.id)
            parts[record.id] = text
        case .removePosts(let ids):
            snapshot.posts.removeAll { ids.contains($0.id) }
            for id in ids { parts[id] = nil }
        case .putContact(let record):
            snapshot.contacts.removeAll { $0.owner == record.owner && $0.contact == record.contact }
            snapshot.contacts.append(record)
        case .removeContact(let owner, let contact):
            snapshot.contacts.removeAll { $0.owner == owner && $0.contact == contact }
        case .setContactGroups(let id, let groups): snapshot.contactGroups[id] = groups
        case .putFriend(let record):
            snapshot.friends.removeAll { $0.from == record.from && $0.to == record.to }
            snapshot.friends.append(record)
        case .removeFriend(let from, let to): snapshot.friends.removeAll { $0.from == from && $0.to == to }
        case .ignore(let id, let other): snapshot.ignored[id, default: []].insert(other)
        case .unignore(let id, let other): snapshot.ignored[id]?.remove(other)
        default: break
        }
    }

    private mutating func removeAccount(_ id: AccountID) {
        snapshot.accounts.removeAll { $0.id == id }
        snapshot.roomRoles.removeAll { $0.account == id }
        snapshot.contacts.removeAll { $0.owner == id || $0.contact == id }
        snapshot.friends.removeAll { $0.from == id || $0.to == id }
        snapshot.ignored[id] = nil
        for other in Array(snapshot.ignored.keys) { snapshot.ignored[other]?.remove(id) }
        kept[id] = nil
        for index in snapshot.rooms.indices where snapshot.rooms[index].owner == id {
            snapshot.rooms[index].owner = nil
        }
        for index in snapshot.groups.indices where snapshot.groups[index].owner == id {
            snapshot.groups[index].owner = nil
        }
    }

    func answer(_ query: StoreQuery) -> StoreAnswer {
        switch query {
        case .messages(let key, let newest, let before, let limit):
            let all = messages.values.filter { $0.conversation == key && !$0.isDeleted && $0.id.sequence <= newest }
                .filter { record in before.map { record.id.sequence < $0 } ?? true }.sorted { $0.id < $1.id }
            return .messages(Array(all.suffix(limit)))
        case .message(let id): return .messages([messages[id.sequence]].compactMap { $0 })
        case .kept(let id, let limit):
            return .messages((kept[id] ?? []).sorted().prefix(limit).compactMap { messages[$0] })
        case .post(let id): return .parts(parts[id] ?? [])
        case .audit(let before, let limit):
            return .audit(Array(audit.filter { entry in before.map { entry.number < $0 } ?? true }.suffix(limit)))
        case .export: return .document("{}")
        case .backup: return .done
        }
    }
}
