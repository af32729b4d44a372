import Signaling

/// All that is kept of an account, as one JSON object, without what only the server may know: verifiers and keys. Times are
/// milliseconds since 1970.
struct AccountExport {
    let connection: Connection
    let sealer: Sealer
    let server: UInt64

    private var sealed: SealedColumns { SealedColumns(sealer: sealer, path: connection.path) }

    /// The document; `{}` for an account that is not there.
    func document(_ id: AccountID) throws(StoreError) -> String {
        var json = JSONText()
        guard let account = try AccountTable(connection: connection, sealed: sealed).load(id) else { return "{}" }
        try json.object { (json) throws(StoreError) in
            write(account, &json)
            try writePeople(id, &json)
            try writeRooms(id, account.name, &json)
            try writePosts(id, &json)
            try writeMessages(id, &json)
            try writeAudit(account.name, &json)
        }
        return json.text
    }

    private func write(_ account: AccountRecord, _ json: inout JSONText) {
        json.key("account")
        json.object { json in
            json.member("id", account.id.number)
            json.member("name", account.name.text)
            json.member("role", account.role.text)
            json.member("created", account.created.milliseconds)
            json.member("lastSeen", account.lastSeen?.milliseconds)
            json.member("email", account.email)
            json.member("realName", account.profile.realName)
            json.member("gender", account.profile.gender)
            json.member("birthday", Int64(account.profile.birthday))
            json.member("country", account.profile.country)
            json.member("city", account.profile.city)
            json.member("about", account.profile.about)
            json.member("avatar", account.profile.avatar)
            json.member("settings", account.profile.settings)
            json.member("contactsOnly", account.profile.contactsOnly)
            json.member("passwordIsSealed", account.sealedPassword != nil)
        }
    }

    private func writePeople(_ id: AccountID, _ json: inout JSONText) throws(StoreError) {
        try list("contactGroups", &json) { (json) throws(StoreError) in
            var rows = try connection.query("SELECT name FROM contact_groups WHERE owner = ? ORDER BY position") {
                $0.account(id)
            }
            while try rows.next() { json.string(rows.text()) }
        }
        try list("contacts", &json) { (json) throws(StoreError) in
            var rows = try connection.query(
                """
                SELECT a.name, c.name, c.watched FROM contacts AS c JOIN accounts AS a ON a.id = c.contact
                WHERE c.owner = ? ORDER BY c.name, c.position
                """
            ) { $0.account(id) }
            while try rows.next() {
                json.object {
                    $0.member("user", rows.text())
                    $0.member("group", rows.text())
                    $0.member("watched", rows.truth())
                }
            }
        }
        try list("friends", &json) { (json) throws(StoreError) in
            var rows = try connection.query(
                """
                SELECT a.name, f.asker = ?1, f.accepted FROM friends AS f
                JOIN accounts AS a ON a.id = iif(f.asker = ?1, f.asked, f.asker)
                WHERE f.asker = ?1 OR f.asked = ?1 ORDER BY a.name
                """
            ) { $0.account(id) }
            while try rows.next() {
                json.object {
                    $0.member("user", rows.text())
                    $0.member("askedByMe", rows.truth())
                    $0.member("accepted", rows.truth())
                }
            }
        }
        try list("ignored", &json) { (json) throws(StoreError) in
            var rows = try connection.query(
                "SELECT name FROM ignored JOIN accounts ON id = other WHERE ignored.owner = ? ORDER BY name"
            ) { $0.account(id) }
            while try rows.next() { json.string(rows.text()) }
        }
    }

    private func writeRooms(_ id: AccountID, _ name: Name, _ json: inout JSONText) throws(StoreError) {
        try list("rooms", &json) { (json) throws(StoreError) in
            var rows = try connection.query(
                """
                SELECT name, 3, topic FROM rooms WHERE owner = ?1
                UNION SELECT name, role, topic FROM room_roles JOIN rooms ON id = room WHERE account = ?1
                """
            ) { $0.account(id) }
            while try rows.next() {
                json.object {
                    $0.member("room", rows.text())
                    $0.member("role", RoomRole(rawValue: Int(rows.integer()))?.text)
                    $0.member("topic", rows.text())
                }
            }
        }
        try list("groups", &json) { (json) throws(StoreError) in
            var rows = try connection.query("SELECT name FROM groups WHERE owner = ? ORDER BY name") { $0.account(id) }
            while try rows.next() { json.string(rows.text()) }
        }
        try list("invitations", &json) { (json) throws(StoreError) in
            var rows = try connection.query(
                "SELECT name, until FROM invitations JOIN rooms ON id = room WHERE subject = ? ORDER BY name"
            ) { $0.account(id) }
            while try rows.next() {
                json.object {
                    $0.member("room", rows.text())
                    $0.member("until", rows.integer())
                }
            }
        }
        try list("restrictions", &json) { (json) throws(StoreError) in
            for record in try ModerationTables(connection: connection).restrictions()
            where record.subject == .account(id) {
                json.object {
                    $0.member("media", record.media.map { Int64($0.rawValue) })
                    $0.member("room", record.room?.number)
                    $0.member("by", record.by?.text)
                    $0.member("reason", record.reason)
                    $0.member("since", record.since.milliseconds)
                    $0.member("until", record.until?.milliseconds)
                }
            }
        }
    }

    private func writePosts(_ id: AccountID, _ json: inout JSONText) throws(StoreError) {
        let boards = BoardTables(connection: connection, sealed: sealed)
        try list("posts", &json) { (json) throws(StoreError) in
            for post in try boards.posts(of: id.number) {
                let parts = try boards.parts(post.id)
                json.object { json in
                    json.member("id", post.id)
                    json.member("group", post.group)
                    json.member("replyTo", post.parent == 0 ? nil : post.parent)
                    json.member("name", post.name.text)
                    json.member("at", post.at.milliseconds)
                    json.key("parts")
                    json.array { for part in parts { $0.string(part) } }
                }
            }
        }
    }

    /// What the person wrote, and what was written to them alone.
    private func writeMessages(_ id: AccountID, _ json: inout JSONText) throws(StoreError) {
        let messages = MessageTable(connection: connection, sealed: sealed, server: server)
        try list("messages", &json) { (json) throws(StoreError) in
            var rows = try connection.query(
                """
                SELECT * FROM messages WHERE deleted = 0 AND (sender = ?1 OR kind = 1 AND (one = ?1 OR other = ?1))
                ORDER BY sequence
                """
            ) { $0.account(id) }
            while try rows.next() {
                let record = try messages.read(&rows)
                json.object {
                    $0.member("id", record.id.description)
                    $0.member("from", record.senderName.text)
                    $0.member("to", record.receiverName?.text)
                    if case .room(let room) = record.conversation { $0.member("room", room.number) }
                    $0.member("at", record.at.milliseconds)
                    $0.member("edited", record.edited?.milliseconds)
                    $0.member("clientID", record.clientID)
                    $0.member("text", record.text)
                }
            }
        }
        try list("readMarks", &json) { (json) throws(StoreError) in
            var rows = try connection.query("SELECT sequence, server FROM read_marks WHERE account = ?") {
                $0.account(id)
            }
            while try rows.next() { json.string(MessageID(sequence: rows.bits(), server: rows.bits()).description) }
        }
    }

    private func writeAudit(_ name: Name, _ json: inout JSONText) throws(StoreError) {
        try list("audit", &json) { (json) throws(StoreError) in
            for entry in try ModerationTables(connection: connection).audit(of: name) {
                json.object {
                    $0.member("at", entry.at.milliseconds)
                    $0.member("actor", entry.actor)
                    $0.member("action", entry.action)
                    $0.member("target", entry.target)
                    $0.member("room", entry.room?.text)
                    $0.member("reason", entry.reason)
                    $0.member("until", entry.until?.milliseconds)
                }
            }
        }
    }

    private func list(
        _ name: String, _ json: inout JSONText, _ body: (inout JSONText) throws(StoreError) -> Void
    ) throws(StoreError) {
        json.key(name)
        try json.array(body)
    }
}
