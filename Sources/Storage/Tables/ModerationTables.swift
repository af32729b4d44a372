import Signaling

/// Bans and mutes, and the audit log.
struct ModerationTables {
    let connection: Connection

    func put(_ record: RestrictionRecord) throws(StoreError) {
        try connection.run("INSERT OR REPLACE INTO restrictions VALUES (?,?,?,?,?,?,?,?,?,?,?,?)") {
            $0.integer(record.id)
            $0.integer(record.media.map { Int64($0.rawValue) })
            $0.integer(record.subject?.key)
            $0.name(record.subjectName)
            $0.integer(record.network.map { Int64(bitPattern: $0.address.high) })
            $0.integer(record.network.map { Int64(bitPattern: $0.address.low) })
            $0.integer(record.network.map { Int64($0.prefix) })
            $0.integer(record.room?.number)
            $0.name(record.by)
            $0.text(record.reason)
            $0.time(record.since)
            $0.time(record.until)
        }
    }

    func removeRestriction(_ id: Int64) throws(StoreError) {
        try connection.run("DELETE FROM restrictions WHERE id = ?") { $0.integer(id) }
    }

    func add(_ entry: AuditEntry) throws(StoreError) {
        try connection.run("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?)") {
            $0.integer(entry.number)
            $0.time(entry.at)
            $0.text(entry.actor)
            $0.text(entry.action)
            $0.text(entry.target)
            $0.name(entry.room)
            $0.text(entry.reason)
            $0.time(entry.until)
        }
    }

    /// Entries before a number, at most so many; newest last.
    func audit(before number: Int64?, limit: Int) throws(StoreError) -> [AuditEntry] {
        var entries: [AuditEntry] = []
        var rows = try connection.query("SELECT * FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?") {
            $0.integer(number ?? .max)
            $0.integer(max(0, limit))
        }
        while try rows.next() { entries.append(try readEntry(&rows)) }
        return entries.reversed()
    }

    /// Entries of an actor or about a target of this name.
    func audit(of name: Name) throws(StoreError) -> [AuditEntry] {
        var entries: [AuditEntry] = []
        var rows = try connection.query("SELECT * FROM audit WHERE actor = ?1 OR target = ?1 ORDER BY number") {
            $0.name(name)
        }
        while try rows.next() { entries.append(try readEntry(&rows)) }
        return entries
    }

    func restrictions() throws(StoreError) -> [RestrictionRecord] {
        var records: [RestrictionRecord] = []
        var rows = try connection.query("SELECT * FROM restrictions ORDER BY id")
        while try rows.next() {
            let id = rows.integer()
            let media = rows.optionalInteger().map { MediaKinds(rawValue: UInt8(truncatingIfNeeded: $0)) }
            let subject = rows.optionalInteger().map { Identity(key: $0) }
            let subjectName = try rows.optionalName()
            let address = IPAddress(high: rows.bits(), low: rows.bits())
            let network = rows.optionalInteger().map { IPNetwork(address: address, prefix: min(max(Int($0), 0), 128)) }
            records.append(
                RestrictionRecord(
                    id: id, media: media, subject: subject, subjectName: subjectName, network: network,
                    room: rows.optionalInteger().map { RoomID($0) }, by: try rows.optionalName(), reason: rows.text(),
                    since: rows.time(), until: rows.optionalTime()))
        }
        return records
    }

    private func readEntry(_ row: inout Cursor) throws(StoreError) -> AuditEntry {
        AuditEntry(
            number: row.integer(), at: row.time(), actor: row.text(), action: row.text(), target: row.text(),
            room: try row.optionalName(), reason: row.text(), until: row.optionalTime())
    }
}
