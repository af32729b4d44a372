import Signaling

/// Messages, in the order of their sequence, and where each conversation stands.
struct MessageTable {
    /// The most messages that one query walks over, wanted or not.
    private static let longestWalk = 10_000
    /// The most messages with their sender's own id that are loaded.
    private static let mostClientIDs = 100_000
    /// Ten minutes, as the difference of two sequences (`MessageID`).
    private static let clientIDWindow: Int64 = 600_000 << 16

    let connection: Connection
    let sealed: SealedColumns
    /// The data folder's number: rows made here do not repeat it.
    let server: UInt64

    // MARK: Writing

    func add(_ record: MessageRecord, keptFor accounts: [AccountID]) throws(StoreError) {
        let sequence = Int64(bitPattern: record.id.sequence)
        let isPrivate = if case .pair = record.conversation { true } else { false }
        let body = isPrivate ? try sealed.seal(record.text, .message, sequence) : nil
        try connection.run("INSERT INTO messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)") {
            $0.integer(sequence)
            $0.integer(serverColumn(record.id))
            $0.conversation(record.conversation)
            $0.integer(record.number)
            $0.bits(record.previous)
            $0.integer(record.sender)
            $0.name(record.senderName)
            $0.name(record.receiverName)
            if isPrivate { $0.blob(body) } else { $0.text(record.text) }
            $0.time(record.at)
            $0.text(record.clientID)
            $0.time(record.edited)
            $0.truth(record.isDeleted)
        }
        for account in accounts {
            try connection.run("INSERT INTO kept VALUES (?, ?)") {
                $0.account(account)
                $0.integer(sequence)
            }
        }
    }

    /// Where a conversation stands after a batch.
    func put(_ record: ConversationRecord) throws(StoreError) {
        try connection.run("INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?, ?)") {
            $0.conversation(record.key)
            $0.integer(record.lastNumber)
            $0.bits(record.lastSequence)
        }
    }

    func edit(_ id: MessageID, _ text: String, at time: Timestamp) throws(StoreError) {
        let sequence = Int64(bitPattern: id.sequence)
        let kind = try connection.number("SELECT kind FROM messages WHERE sequence = ? AND server IS ?") {
            $0.integer(sequence)
            $0.integer(serverColumn(id))
        }
        guard let kind else { return }
        let body = kind == 1 ? try sealed.seal(text, .message, sequence) : nil
        try connection.run("UPDATE messages SET body = ?, edited = ? WHERE sequence = ?") {
            if kind == 1 { $0.blob(body) } else { $0.text(text) }
            $0.time(time)
            $0.integer(sequence)
        }
    }

    func delete(_ id: MessageID) throws(StoreError) {
        try connection.run("UPDATE messages SET body = NULL, deleted = 1 WHERE sequence = ? AND server IS ?") {
            $0.bits(id.sequence)
            $0.integer(serverColumn(id))
        }
    }

    /// An account was told of what was kept for it. Without a history its messages have served then.
    func told(_ account: AccountID, upTo sequence: UInt64, keepsHistory: Bool) throws(StoreError) {
        if !keepsHistory {
            try connection.run(
                """
                DELETE FROM messages WHERE sequence IN (SELECT sequence FROM kept WHERE account = ?1 AND sequence <= ?2)
                AND NOT EXISTS (SELECT 1 FROM kept WHERE kept.sequence = messages.sequence AND account <> ?1)
                """
            ) {
                $0.account(account)
                $0.bits(sequence)
            }
        }
        try connection.run("DELETE FROM kept WHERE account = ? AND sequence <= ?") {
            $0.account(account)
            $0.bits(sequence)
        }
    }

    func setReadMark(_ account: AccountID, _ key: ConversationKey, _ id: MessageID) throws(StoreError) {
        try connection.run("INSERT OR REPLACE INTO read_marks VALUES (?, ?, ?, ?, ?, ?)") {
            $0.account(account)
            $0.conversation(key)
            $0.bits(id.sequence)
            $0.bits(id.server)
        }
    }

    // MARK: Conversations that are gone

    /// Takes a room's messages out of reach; `sweep` deletes them little by little.
    func unlink(_ room: RoomID) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO unlinked SELECT last_sequence FROM conversations
            WHERE kind = 0 AND one = ? AND other = 0 AND last_sequence > 0
            """
        ) { $0.integer(room.number) }
        try connection.run("DELETE FROM conversations WHERE kind = 0 AND one = ? AND other = 0") {
            $0.integer(room.number)
        }
        try connection.run("DELETE FROM read_marks WHERE kind = 0 AND one = ?") { $0.integer(room.number) }
    }

    /// Deletes at most so many messages of conversations that are gone; false where none is left.
    func sweep(limit: Int) throws(StoreError) -> Bool {
        guard let newest = try connection.number("SELECT sequence FROM unlinked LIMIT 1") else { return false }
        var next = newest
        var count = 0
        while next > 0, count < limit {
            let previous = try connection.number("SELECT previous FROM messages WHERE sequence = ?") {
                $0.integer(next)
            }
            try connection.run("DELETE FROM kept WHERE sequence = ?") { $0.integer(next) }
            try connection.run("DELETE FROM messages WHERE sequence = ?") { $0.integer(next) }
            guard let previous, previous < next else {
                next = 0
                break
            }
            next = previous
            count += 1
        }
        try connection.run("DELETE FROM unlinked WHERE sequence = ?") { $0.integer(newest) }
        if next > 0 { try connection.run("INSERT INTO unlinked VALUES (?)") { $0.integer(next) } }
        return true
    }

    // MARK: Reading

    /// One message; none where it is not there or its room is gone.
    func message(_ id: MessageID) throws(StoreError) -> MessageRecord? {
        var rows = try connection.query(
            """
            SELECT * FROM messages AS m WHERE sequence = ? AND server IS ? AND EXISTS
            (SELECT 1 FROM conversations AS c WHERE c.kind = m.kind AND c.one = m.one AND c.other = m.other)
            """
        ) {
            $0.bits(id.sequence)
            $0.integer(serverColumn(id))
        }
        return try rows.next() ? try read(&rows) : nil
    }

    /// A conversation's messages from its newest backwards, or from before one; newest last, without deleted ones.
    func messages(
        _ key: ConversationKey, newest: UInt64, before: UInt64?, limit: Int
    ) throws(StoreError) -> [MessageRecord] {
        var start = newest
        if let before, let known = try row(before), known.conversation == key { start = known.previous }
        var left = limit
        return try walk(key, from: start) { record in
            if let before, record.id.sequence >= before { return .skip }
            left -= 1
            return left >= 0 ? .take : .stop
        }
    }

    /// The newest messages of a room, within bytes and a number.
    func history(_ key: ConversationKey, newest: UInt64, bytes: Int, limit: Int) throws(StoreError) -> [MessageRecord] {
        var (bytes, left) = (bytes, limit)
        return try walk(key, from: newest) { record in
            bytes -= record.text.utf8.count
            left -= 1
            return bytes >= 0 && left >= 0 ? .take : .stop
        }
    }

    /// The messages kept for an account, oldest first, at most so many.
    func kept(_ account: AccountID, limit: Int) throws(StoreError) -> [MessageRecord] {
        var records: [MessageRecord] = []
        var rows = try connection.query(
            """
            SELECT messages.* FROM kept JOIN messages USING (sequence) WHERE account = ? AND deleted = 0
            ORDER BY kept.sequence LIMIT ?
            """
        ) {
            $0.account(account)
            $0.integer(max(0, limit))
        }
        while try rows.next() { records.append(try read(&rows)) }
        return records
    }

    func load(into snapshot: inout Snapshot, historyBytes: Int, historyMessages: Int) throws(StoreError) {
        snapshot.conversations = try conversations()
        for record in snapshot.conversations {
            guard case .room = record.key else { continue }
            snapshot.roomHistory += try history(
                record.key, newest: record.lastSequence, bytes: historyBytes, limit: historyMessages)
        }
        snapshot.recentClientIDs = try recentClientIDs(before: Int64(bitPattern: snapshot.lastSequence))
        var kept = try connection.query(
            """
            SELECT account, count(*) FROM kept JOIN messages USING (sequence) WHERE deleted = 0 GROUP BY account
            """)
        while try kept.next() { snapshot.keptMessages[kept.account()] = Int(kept.integer()) }
    }

    private func conversations() throws(StoreError) -> [ConversationRecord] {
        var records: [ConversationRecord] = []
        var rows = try connection.query("SELECT * FROM conversations")
        while try rows.next() {
            records.append(
                ConversationRecord(
                    key: try rows.conversation(), lastNumber: rows.integer(), lastSequence: rows.bits()))
        }
        return records
    }

    private func recentClientIDs(before last: Int64) throws(StoreError) -> [MessageRecord] {
        var records: [MessageRecord] = []
        var rows = try connection.query(
            "SELECT * FROM messages WHERE sequence >= ? AND client_id IS NOT NULL ORDER BY sequence DESC LIMIT ?"
        ) {
            $0.integer(max(0, last - Self.clientIDWindow))
            $0.integer(Self.mostClientIDs)
        }
        while try rows.next() { records.append(try read(&rows)) }
        return records.reversed()
    }

    private enum Step {
        case take, skip, stop
    }

    /// Walks a conversation backwards; gives what was taken, oldest first.
    private func walk(
        _ key: ConversationKey, from newest: UInt64, _ visit: (MessageRecord) -> Step
    ) throws(StoreError) -> [MessageRecord] {
        var records: [MessageRecord] = []
        var next = newest
        for _ in 0..<Self.longestWalk {
            guard next > 0, let record = try row(next), record.conversation == key else { break }
            if !record.isDeleted {
                let step = visit(record)
                if step == .stop { break }
                if step == .take { records.append(record) }
            }
            // Only a damaged file could go round in circles.
            guard record.previous < next else { break }
            next = record.previous
        }
        return records.reversed()
    }

    private func row(_ sequence: UInt64) throws(StoreError) -> MessageRecord? {
        var rows = try connection.query("SELECT * FROM messages WHERE sequence = ?") { $0.bits(sequence) }
        return try rows.next() ? try read(&rows) : nil
    }

    /// A message of a row of all columns.
    func read(_ row: inout Cursor) throws(StoreError) -> MessageRecord {
        let sequence = row.integer()
        let server = row.optionalInteger().map { UInt64(bitPattern: $0) } ?? server
        let conversation = try row.conversation()
        let (number, previous, sender) = (row.integer(), row.bits(), row.integer())
        let (senderName, receiverName) = (try row.name(), try row.optionalName())
        let text: String
        if case .pair = conversation {
            let body = row.blob()
            text = body.isEmpty ? "" : try sealed.open(body, .message, sequence)
        } else {
            text = row.text()
        }
        return MessageRecord(
            id: MessageID(sequence: UInt64(bitPattern: sequence), server: server), conversation: conversation,
            number: number, previous: previous, sender: sender, senderName: senderName, receiverName: receiverName,
            text: text, at: row.time(), clientID: row.optionalText(), edited: row.optionalTime(), isDeleted: row.truth()
        )
    }

    private func serverColumn(_ id: MessageID) -> Int64? {
        id.server == server ? nil : Int64(bitPattern: id.server)
    }
}
