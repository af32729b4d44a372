import Signaling

/// Accounts.
struct AccountTable {
    let connection: Connection
    let sealed: SealedColumns

    func put(_ record: AccountRecord) throws(StoreError) {
        let email = record.email.isEmpty ? nil : try sealed.seal(record.email, .email, record.id.number)
        try connection.run(
            """
            INSERT INTO accounts VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)
            ON CONFLICT (id) DO UPDATE SET (name, role, password, password_md5, sealed_password, token_stamp, created,
                last_seen, email, real_name, gender, birthday, country, city, about, avatar, settings, contacts_only)
                = (?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)
            """
        ) {
            $0.account(record.id)
            $0.name(record.name)
            $0.integer(record.role.rawValue)
            $0.verifier(record.password)
            $0.verifier(record.passwordMD5)
            $0.verifier(record.sealedPassword)
            $0.integer(record.tokenStamp)
            $0.time(record.created)
            $0.time(record.lastSeen)
            $0.blob(email)
            $0.text(record.profile.realName)
            $0.text(record.profile.gender)
            $0.integer(Int64(record.profile.birthday))
            $0.text(record.profile.country)
            $0.text(record.profile.city)
            $0.text(record.profile.about)
            $0.text(record.profile.avatar)
            $0.text(record.profile.settings)
            $0.truth(record.profile.contactsOnly)
        }
    }

    /// What belongs to the account goes with it, by the tables' foreign keys.
    func remove(_ id: AccountID) throws(StoreError) {
        try connection.run("DELETE FROM invitations WHERE subject = ?") { $0.account(id) }
        try connection.run("DELETE FROM accounts WHERE id = ?") { $0.account(id) }
    }

    func seen(_ id: AccountID, _ time: Timestamp) throws(StoreError) {
        try connection.run("UPDATE accounts SET last_seen = ? WHERE id = ?") {
            $0.time(time)
            $0.account(id)
        }
    }

    func load() throws(StoreError) -> [AccountRecord] {
        var records: [AccountRecord] = []
        var rows = try connection.query("SELECT * FROM accounts ORDER BY id")
        while try rows.next() { records.append(try read(&rows)) }
        return records
    }

    func load(_ id: AccountID) throws(StoreError) -> AccountRecord? {
        var rows = try connection.query("SELECT * FROM accounts WHERE id = ?") { $0.account(id) }
        return try rows.next() ? try read(&rows) : nil
    }

    private func read(_ row: inout Cursor) throws(StoreError) -> AccountRecord {
        let id = row.account()
        let name = try row.name()
        guard let role = Role(rawValue: Int(row.integer())) else { throw row.damaged("an account has no role") }
        let password = PasswordVerifier(row.text())
        let passwordMD5 = row.optionalVerifier()
        let sealedPassword = row.optionalVerifier()
        let tokenStamp = row.integer()
        let created = row.time()
        let lastSeen = row.optionalTime()
        let email = row.blob()
        var profile = Profile()
        profile.realName = row.text()
        profile.gender = row.text()
        profile.birthday = Int32(truncatingIfNeeded: row.integer())
        profile.country = row.text()
        profile.city = row.text()
        profile.about = row.text()
        profile.avatar = row.text()
        profile.settings = row.text()
        profile.contactsOnly = row.truth()
        return AccountRecord(
            id: id, name: name, role: role, password: password, passwordMD5: passwordMD5,
            sealedPassword: sealedPassword, tokenStamp: tokenStamp, created: created, lastSeen: lastSeen,
            email: email.isEmpty ? "" : try sealed.open(email, .email, id.number), profile: profile)
    }
}
