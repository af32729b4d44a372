import Signaling

/// Contacts, contact groups, friendships and ignore lists.
struct PeopleTables {
    let connection: Connection

    func put(_ record: ContactRecord) throws(StoreError) {
        try connection.run("INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, ?, ?)") {
            $0.account(record.owner)
            $0.account(record.contact)
            $0.text(record.group)
            $0.integer(record.position)
            $0.truth(record.isWatched)
        }
    }

    func removeContact(_ owner: AccountID, _ contact: AccountID) throws(StoreError) {
        try connection.run("DELETE FROM contacts WHERE owner = ? AND contact = ?") {
            $0.account(owner)
            $0.account(contact)
        }
    }

    func setGroups(_ owner: AccountID, _ names: [String]) throws(StoreError) {
        try connection.run("DELETE FROM contact_groups WHERE owner = ?") { $0.account(owner) }
        for (position, name) in names.enumerated() {
            try connection.run("INSERT INTO contact_groups VALUES (?, ?, ?)") {
                $0.account(owner)
                $0.integer(position)
                $0.text(name)
            }
        }
    }

    func put(_ record: FriendRecord) throws(StoreError) {
        try connection.run("INSERT OR REPLACE INTO friends VALUES (?, ?, ?)") {
            $0.account(record.from)
            $0.account(record.to)
            $0.truth(record.isAccepted)
        }
    }

    func removeFriend(_ from: AccountID, _ to: AccountID) throws(StoreError) {
        try connection.run("DELETE FROM friends WHERE asker = ? AND asked = ?") {
            $0.account(from)
            $0.account(to)
        }
    }

    func ignore(_ owner: AccountID, _ other: AccountID) throws(StoreError) {
        try connection.run("INSERT OR REPLACE INTO ignored VALUES (?, ?)") {
            $0.account(owner)
            $0.account(other)
        }
    }

    func unignore(_ owner: AccountID, _ other: AccountID) throws(StoreError) {
        try connection.run("DELETE FROM ignored WHERE owner = ? AND other = ?") {
            $0.account(owner)
            $0.account(other)
        }
    }

    func load(into snapshot: inout Snapshot) throws(StoreError) {
        var contacts = try connection.query("SELECT * FROM contacts ORDER BY owner, position, contact")
        while try contacts.next() {
            snapshot.contacts.append(
                ContactRecord(
                    owner: contacts.account(), contact: contacts.account(), group: contacts.text(),
                    position: Int(contacts.integer()), isWatched: contacts.truth()))
        }
        var groups = try connection.query("SELECT owner, name FROM contact_groups ORDER BY owner, position")
        while try groups.next() { snapshot.contactGroups[groups.account(), default: []].append(groups.text()) }
        var friends = try connection.query("SELECT * FROM friends")
        while try friends.next() {
            snapshot.friends.append(
                FriendRecord(from: friends.account(), to: friends.account(), isAccepted: friends.truth()))
        }
        var ignored = try connection.query("SELECT * FROM ignored")
        while try ignored.next() { snapshot.ignored[ignored.account(), default: []].insert(ignored.account()) }
    }
}
