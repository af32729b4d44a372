extension Hub {
    /// Takes over what the store held.
    func restore(_ snapshot: Snapshot) {
        status.start(at: now)
        for record in snapshot.accounts { directory.insert(Account(record)) }
        for record in snapshot.rooms {
            let room = Room(record)
            room.status = status.newest
            insert(room)
        }
        for (room, account, role) in snapshot.roomRoles where role == .roomAdmin {
            roomsByID[room]?.admins.insert(account)
        }
        for record in snapshot.restrictions {
            restrictions.insert(record)
            if let until = record.until { deadlines.add(.restriction(record.id), at: until) }
        }
        for record in snapshot.invitations {
            roomsByID[record.room]?.invitations[record.subject] = record.until
            deadlines.add(.invitation(record.room, record.subject), at: record.until)
        }
        restoreMessages(snapshot)
        restorePeople(snapshot)
        restoreBoards(snapshot)
        makeDefaultRooms()
        for room in roomsByID.values { startExpiry(of: room) }
        // Nothing of this belongs to the first turn.
        turn.undo.removeAll()
    }

    private func restoreMessages(_ snapshot: Snapshot) {
        for record in snapshot.conversations {
            if case .room(let id) = record.key, let room = roomsByID[id] {
                room.lastNumber = record.lastNumber
                room.lastSequence = record.lastSequence
            } else {
                let state = conversation(record.key)
                state.lastNumber = record.lastNumber
                state.lastSequence = record.lastSequence
            }
        }
        for record in snapshot.roomHistory {
            guard case .room(let id) = record.conversation, let room = roomsByID[id] else { continue }
            room.history.append(message(record), bound: settings.limits.roomHistoryBytes)
        }
        for record in snapshot.recentClientIDs {
            guard let id = record.clientID else { continue }
            clientIDs.insert(record.sender, id, Sent(id: record.id, at: record.at, delivered: true), now: record.at)
        }
    }

    private func restorePeople(_ snapshot: Snapshot) {
        for (id, count) in snapshot.keptMessages { directory.account(id)?.kept = count }
        for record in snapshot.contacts {
            guard let owner = directory.account(record.owner), let contact = directory.account(record.contact) else {
                continue
            }
            owner.contacts.append(record)
            contact.watchers.insert(owner.id)
        }
        for (id, groups) in snapshot.contactGroups { directory.account(id)?.contactGroups = groups }
        for (id, ignored) in snapshot.ignored {
            directory.account(id)?.ignored = Set(ignored.map(\.number))
            for other in ignored { ignorers[other.number, default: []].insert(id.number) }
        }
        for record in snapshot.friends {
            friends[FriendKey(from: record.from, to: record.to)] = record.isAccepted
            if !record.isAccepted { directory.account(record.to)?.invitations.append(record.from) }
        }
    }

    private func restoreBoards(_ snapshot: Snapshot) {
        for record in snapshot.groups {
            let group = BoardGroup(record)
            group.status = status.newest
            boards.insert(group)
            deadlines.add(.group(record.id), at: record.expires)
        }
        for record in snapshot.posts.sorted(by: { $0.id < $1.id }) {
            boards.group(record.group)?.insert(BoardPost(record))
            if let expires = record.expires { deadlines.add(.post(record.group, record.id), at: expires) }
        }
    }

    /// `Home` and the rooms of the settings exist always.
    func makeDefaultRooms() {
        for name in [Name.home] + settings.defaults.rooms where roomsByName[name] == nil {
            let record = RoomRecord(id: ids.nextRoom(), name: name, expiry: .never, created: now)
            insert(Room(record))
            status.roomsChanged()
            storeSoon(.putRoom(record))
        }
    }

    /// Puts a room into the tables.
    func insert(_ room: Room) {
        roomsByID[room.id] = room
        roomsByName[room.name] = room
    }
}

/// A friendship or request: who asked whom.
struct FriendKey: Hashable {
    let from: AccountID
    let to: AccountID
}
