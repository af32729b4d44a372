@testable import Signaling

extension Hub {
    /// What is wrong in the hub's tables; empty when all is well.
    func integrityFaults() -> [String] {
        var faults: [String] = []
        func expect(_ isRight: Bool, _ what: @autoclosure () -> String) {
            if !isRight { faults.append(what()) }
        }
        var counted: [RoomID: [Int64: Int]] = [:]
        var grouped: [Int64: [Int64: Int]] = [:]
        for session in sessions.all {
            if let person = session.person {
                if person !== operatorPerson {
                    expect(person.sessions.count { $0 == session.id } == 1, "\(session.id) is not once with its person")
                    expect(directory.person(person.identity.key) === person, "\(person.name) is not in the directory")
                    if session.origin.rooms == .one {
                        expect(
                            session.memberships.count == 1, "\(person.name) is in \(session.memberships.count) rooms")
                    }
                }
                for membership in session.memberships {
                    counted[membership.room.id, default: [:]][person.identity.key, default: 0] += 1
                }
                if let group = session.group {
                    grouped[group.record.id, default: [:]][person.identity.key, default: 0] += 1
                    expect(boards.group(group.record.id) === group, "\(person.name) has joined a group that is gone")
                }
            } else {
                expect(session.memberships.isEmpty, "somebody who is not signed in is in a room")
                expect(session.group == nil, "somebody who is not signed in has joined a group")
            }
            for membership in session.memberships {
                let room = membership.room
                expect(roomsByID[room.id] === room, "\(room.name) is gone, but has members")
                let hears = session.origin.receivesMessages
                expect(hears == (membership.listener >= 0), "a session hears what it should not, or does not")
                if membership.listener >= 0 {
                    expect(
                        membership.listener < room.listeners.count && room.listeners[membership.listener] == session.id,
                        "a listener is not where it should be")
                }
                if membership.watcher >= 0 {
                    expect(
                        membership.watcher < room.watchers.count && room.watchers[membership.watcher] == session.id,
                        "a watcher is not where it should be")
                }
            }
            for id in session.media { expect(media[id]?.carrier == session.id, "a media session is not its carrier's") }
        }
        for room in roomsByID.values {
            let members = sessions.all.filter { $0.membership(of: room) != nil }
            expect(room.listeners.count == members.count { $0.origin.receivesMessages }, "\(room.name): listeners")
            expect(room.users.mapValues(\.sessions) == counted[room.id] ?? [:], "\(room.name): users")
            expect((room.emptySince != nil) == room.isEmpty, "\(room.name): emptiness")
            expect(roomsByName[room.name] === room, "\(room.name): its name")
        }
        for group in boards.all {
            expect(group.users == grouped[group.record.id] ?? [:], "\(group.record.name): users of the group")
            for post in group.posts.values {
                let replies = group.posts.values.filter { $0.record.parent == post.record.id }.map(\.record.id)
                expect(post.replies.sorted() == replies.sorted(), "\(group.record.name): replies")
                expect(post.record.parent == 0 || group.posts[post.record.parent] != nil, "an orphan of a thread")
            }
        }
        for person in directory.online.values {
            expect(!person.sessions.isEmpty, "\(person.name) is online without a session")
            for id in person.sessions {
                expect(sessions[id]?.person === person, "\(person.name) has a session not theirs")
            }
        }
        for session in media.values { expect(sessions[session.carrier] != nil, "a media session has no carrier") }
        for (key, ignoring) in ignorers { expect(!ignoring.isEmpty, "\(key) is ignored by nobody") }
        return faults
    }

    /// What differs between memory and what is stored; empty when all is the same.
    func storeFaults(_ snapshot: Snapshot) -> [String] {
        var faults: [String] = []
        func expect<Value: Equatable>(_ memory: Value, _ stored: Value, _ what: String) {
            if memory != stored { faults.append("\(what): \(memory) in memory, \(stored) stored") }
        }
        // When somebody was last seen is stored a little later, on purpose.
        func plain(_ records: [AccountRecord]) -> [AccountRecord] {
            records.map {
                var record = $0
                record.lastSeen = nil
                return record
            }.sorted { $0.id < $1.id }
        }
        expect(plain(directory.accounts.values.map(\.record)), plain(snapshot.accounts), "accounts")
        let stored = Set(snapshot.rooms.map(\.id))
        expect(
            roomsByID.values.map(\.record).filter { stored.contains($0.id) || $0.expiry != .never }.sorted {
                $0.id < $1.id
            },
            snapshot.rooms.sorted { $0.id < $1.id }, "rooms")
        let roles = roomsByID.values.flatMap { room in room.admins.map { "\(room.id) \($0)" } }
        expect(roles.sorted(), snapshot.roomRoles.map { "\($0.room) \($0.account)" }.sorted(), "roles")
        expect(
            restrictions.all.values.sorted { $0.id < $1.id }, snapshot.restrictions.sorted { $0.id < $1.id },
            "restrictions")
        expect(
            boards.all.map(\.record).sorted { $0.id < $1.id }, snapshot.groups.sorted { $0.id < $1.id }, "groups")
        expect(
            boards.all.flatMap { $0.posts.values.map(\.record) }.sorted { $0.id < $1.id },
            snapshot.posts.sorted { $0.id < $1.id }, "posts")
        for room in roomsByID.values {
            // What a room keeps at hand is the end of what is stored of it.
            let kept = room.history.newest.map { "\($0.id) \($0.text)" }
            let stored = snapshot.roomHistory.filter { $0.conversation == .room(room.id) }.map { "\($0.id) \($0.text)" }
            expect(kept, Array(stored.suffix(kept.count)), "history of \(room.name)")
        }
        let friendships = friends.map { FriendRecord(from: $0.key.from, to: $0.key.to, isAccepted: $0.value) }
        expect(Set(friendships), Set(snapshot.friends), "friends")
        let invitations = roomsByID.values.flatMap { room in room.invitations.map { "\(room.id) \($0.key) \($0.value)" }
        }
        expect(
            invitations.sorted(), snapshot.invitations.map { "\($0.room) \($0.subject) \($0.until)" }.sorted(),
            "invitations")
        for account in directory.accounts.values where !account.contactGroups.isEmpty {
            expect(account.contactGroups, snapshot.contactGroups[account.id] ?? [], "contact groups of \(account.name)")
        }
        let contacts = directory.accounts.values.flatMap(\.contacts)
        expect(Set(contacts), Set(snapshot.contacts), "contacts")
        for record in snapshot.conversations {
            let last =
                if case .room(let id) = record.key { roomsByID[id]?.lastSequence } else {
                    conversations[record.key]?.lastSequence
                }
            expect(last, record.lastSequence, "conversation \(record.key)")
        }
        for account in directory.accounts.values {
            expect(account.kept, snapshot.keptMessages[account.id] ?? 0, "kept for \(account.name)")
            let ignored = Set(account.ignored.filter { $0 > 0 })
            expect(ignored, Set((snapshot.ignored[account.id] ?? []).map(\.number)), "ignored by \(account.name)")
        }
        return faults
    }
}
