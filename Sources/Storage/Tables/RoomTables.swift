import Signaling

/// Rooms, the roles in them, and invitations.
struct RoomTables {
    let connection: Connection

    func put(_ record: RoomRecord) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO rooms VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)
            ON CONFLICT (id) DO UPDATE SET (name, kind, owner, password, access, expiry, topic, members_invite, capacity,
                audio_bitrate, video_bitrate, created) = (?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)
            """
        ) {
            $0.integer(record.id.number)
            $0.name(record.name)
            $0.text(record.kind.rawValue)
            $0.account(record.owner)
            $0.verifier(record.password)
            $0.text(record.access.rawValue)
            $0.text(record.expiry.text)
            $0.text(record.topic)
            $0.truth(record.membersInvite)
            $0.integer(record.capacity)
            $0.integer(record.limits.audioBitrate.map(Int64.init))
            $0.integer(record.limits.videoBitrate.map(Int64.init))
            $0.time(record.created)
        }
    }

    /// Its roles, invitations and restrictions go with it, by the tables' foreign keys; its messages through
    /// `MessageTable.unlink`.
    func remove(_ id: RoomID) throws(StoreError) {
        try connection.run("DELETE FROM rooms WHERE id = ?") { $0.integer(id.number) }
    }

    func setRole(_ room: RoomID, _ account: AccountID, _ role: RoomRole) throws(StoreError) {
        guard role != .none else {
            return try connection.run("DELETE FROM room_roles WHERE room = ? AND account = ?") {
                $0.integer(room.number)
                $0.account(account)
            }
        }
        try connection.run("INSERT OR REPLACE INTO room_roles VALUES (?, ?, ?)") {
            $0.integer(room.number)
            $0.account(account)
            $0.integer(role.rawValue)
        }
    }

    func put(_ record: InvitationRecord) throws(StoreError) {
        try connection.run("INSERT OR REPLACE INTO invitations VALUES (?, ?, ?)") {
            $0.integer(record.room.number)
            $0.integer(record.subject.key)
            $0.time(record.until)
        }
    }

    func removeInvitation(_ room: RoomID, _ subject: Identity) throws(StoreError) {
        try connection.run("DELETE FROM invitations WHERE room = ? AND subject = ?") {
            $0.integer(room.number)
            $0.integer(subject.key)
        }
    }

    func load(into snapshot: inout Snapshot) throws(StoreError) {
        var rooms = try connection.query("SELECT * FROM rooms ORDER BY id")
        while try rooms.next() { snapshot.rooms.append(try read(&rooms)) }
        var roles = try connection.query("SELECT * FROM room_roles")
        while try roles.next() {
            let (room, account) = (RoomID(roles.integer()), roles.account())
            guard let role = RoomRole(rawValue: Int(roles.integer())) else { throw roles.damaged("a role is not one") }
            snapshot.roomRoles.append((room, account, role))
        }
        var invitations = try connection.query("SELECT * FROM invitations")
        while try invitations.next() {
            snapshot.invitations.append(
                InvitationRecord(
                    room: RoomID(invitations.integer()), subject: Identity(key: invitations.integer()),
                    until: invitations.time()))
        }
    }

    private func read(_ row: inout Cursor) throws(StoreError) -> RoomRecord {
        let id = RoomID(row.integer())
        let name = try row.name()
        let kind = RoomKind(rawValue: row.text())
        let owner = row.optionalAccount()
        let password = row.optionalVerifier()
        let access = RoomAccess(rawValue: row.text())
        let expiry = RoomExpiry(text: row.text())
        guard let kind, let access, let expiry else { throw row.damaged("a room's options are none") }
        return RoomRecord(
            id: id, name: name, kind: kind, owner: owner, password: password, access: access, expiry: expiry,
            topic: row.text(), membersInvite: row.truth(), capacity: Int(row.integer()),
            limits: MediaLimits(
                audioBitrate: row.optionalInteger().map { Int($0) }, videoBitrate: row.optionalInteger().map { Int($0) }
            ),
            created: row.time())
    }
}
