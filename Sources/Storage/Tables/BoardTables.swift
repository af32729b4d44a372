import Signaling

/// Message groups and the messages in them.
struct BoardTables {
    let connection: Connection
    let sealed: SealedColumns

    func put(_ record: GroupRecord) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO groups VALUES (?1,?2,?3,?4,?5,?6)
            ON CONFLICT (id) DO UPDATE SET (name, owner, password, open_to_guests, expires) = (?2,?3,?4,?5,?6)
            """
        ) {
            $0.integer(record.id)
            $0.name(record.name)
            $0.account(record.owner)
            $0.verifier(record.password)
            $0.truth(record.openToGuests)
            $0.time(record.expires)
        }
    }

    /// Its messages go with it, by their foreign key.
    func removeGroup(_ id: Int64) throws(StoreError) {
        try connection.run("DELETE FROM groups WHERE id = ?") { $0.integer(id) }
    }

    func add(_ record: PostRecord, _ parts: [String]) throws(StoreError) {
        let body = try sealed.seal(Self.join(parts), .post, record.id)
        try connection.run("INSERT INTO posts VALUES (?,?,?,?,?,?,?,?,?,?)") {
            $0.integer(record.id)
            $0.integer(record.group)
            $0.integer(record.parent)
            $0.name(record.name)
            $0.integer(record.author)
            $0.name(record.authorName)
            $0.integer(record.parts)
            $0.time(record.at)
            $0.time(record.expires)
            $0.blob(body)
        }
    }

    func removePosts(_ ids: [Int64]) throws(StoreError) {
        for id in ids { try connection.run("DELETE FROM posts WHERE id = ?") { $0.integer(id) } }
    }

    /// The text of a message; empty where there is none.
    func parts(_ id: Int64) throws(StoreError) -> [String] {
        var rows = try connection.query("SELECT body FROM posts WHERE id = ?") { $0.integer(id) }
        guard try rows.next() else { return [] }
        return Self.split(try sealed.open(rows.blob(), .post, id))
    }

    func load(into snapshot: inout Snapshot) throws(StoreError) {
        snapshot.groups = try groups()
        var rows = try connection.query(
            "SELECT id, board, parent, name, author, author_name, parts, at, expires FROM posts ORDER BY id")
        while try rows.next() { snapshot.posts.append(try readPost(&rows)) }
    }

    func groups() throws(StoreError) -> [GroupRecord] {
        var records: [GroupRecord] = []
        var rows = try connection.query("SELECT * FROM groups ORDER BY id")
        while try rows.next() {
            records.append(
                GroupRecord(
                    id: rows.integer(), name: try rows.name(), owner: rows.optionalAccount(),
                    password: rows.optionalVerifier(), openToGuests: rows.truth(), expires: rows.time()))
        }
        return records
    }

    /// The messages of an author (`Identity.key`).
    func posts(of author: Int64) throws(StoreError) -> [PostRecord] {
        var records: [PostRecord] = []
        var rows = try connection.query(
            """
            SELECT id, board, parent, name, author, author_name, parts, at, expires FROM posts
            WHERE author = ? ORDER BY id
            """
        ) { $0.integer(author) }
        while try rows.next() { records.append(try readPost(&rows)) }
        return records
    }

    private func readPost(_ row: inout Cursor) throws(StoreError) -> PostRecord {
        PostRecord(
            id: row.integer(), group: row.integer(), parent: row.integer(), name: try row.name(), author: row.integer(),
            authorName: try row.name(), parts: Int(row.integer()), at: row.time(), expires: row.optionalTime())
    }

    // A part may hold any character: the parts' sizes stand before them, so that nothing needs escaping.

    private static func join(_ parts: [String]) -> String {
        parts.map { "\($0.utf8.count):\($0)" }.joined()
    }

    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var rest = Array(text.utf8)[...]
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            let size = Int(String(decoding: rest[..<colon], as: UTF8.self)), size >= 0, size < rest.endIndex - colon
        {
            let start = colon + 1
            parts.append(String(decoding: rest[start..<start + size], as: UTF8.self))
            rest = rest[(start + size)...]
        }
        return parts
    }
}
