extension Hub {
    func handle(_ command: ServerCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        try require(command.act, caller)
        switch command {
        case .status:
            return .status(
                StatusNumbers(
                    rooms: status.rooms, movements: status.movements,
                    ownRoom: caller.session.memberships.first?.room.status ?? status.movements, groups: status.groups,
                    posts: caller.session.group?.status))
        case .statistics:
            return .statistics(
                Statistics(
                    sessions: sessions.count, users: directory.online.count, guests: directory.guestCount,
                    accounts: directory.accounts.count, rooms: roomsByID.count, mediaSessions: media.count,
                    messages: messageCount))
        case .users(let name): return .users(try users(name))
        case .announce(let text):
            try bound(text, settings.limits.messageBytes, "The announcement")
            audit("announce", by: caller, reason: text)
            deliver(.notice(text), to: sessions.all.filter { $0.origin.receivesMessages && $0.person != nil }.map(\.id))
            return .done
        case .backup(let path):
            query(.backup(path: path), caller.session, caller.tag, then: .document)
            return nil
        case .end(let end):
            audit("server.\(end.rawValue)", by: caller)
            return .done
        }
    }

    private func users(_ name: Name?) throws(Refusal) -> [UserStatus] {
        if let name { return [status(of: try subject(name))] }
        return directory.online.values.sorted { $0.name < $1.name }.map {
            status(of: Subject(identity: $0.identity, name: $0.name, person: $0, account: $0.account))
        }
    }

    private func status(of subject: Subject) -> UserStatus {
        let sessions = (subject.person?.sessions ?? []).compactMap { self.sessions[$0] }
        let account = subject.account
        return UserStatus(
            name: subject.name, role: subject.person?.role ?? account.map { role(of: $0) } ?? .guest,
            presence: subject.person?.presence ?? .offline, created: account?.record.created,
            lastSeen: subject.person == nil ? account?.record.lastSeen : nil,
            sessions: sessions.map {
                UserStatus.Connection(
                    door: $0.origin.door, address: $0.origin.address, rooms: $0.memberships.map(\.room.name))
            },
            restrictions: restrictions.against(subject.identity.key, guest: subject.guestName).filter {
                $0.until.map { now < $0 } ?? true
            }
            .map(summary))
    }

    /// Something has fallen due.
    func fallDue(_ deadline: Deadline) {
        switch deadline {
        case .emptyRoom(let id): expire(id)
        case .group(let id): expireGroup(id)
        case .post(let group, let id): expirePost(group, id)
        case .ring(let id): endRinging(id)
        case .away(let key): goAway(key)
        case .roomCount(let id): if let room = roomsByID[id], room.countIsPending { tellCount(of: room) }
        case .mediaEnd(let id): endMediaInTime(id)
        case .restriction(let id): endRestriction(id)
        case .invitations(let id):
            if let account = directory.account(id), !account.isTelling { tellAwaitedInvitations(account) }
        case .invitation(let room, let identity): endInvitation(identity, room)
        case .told(let id, let sequence, let count): forgetKept(id, upTo: sequence, count: count)
        case .softFlush:
            turn.mutations.append(contentsOf: softMutations)
            softMutations.removeAll()
        }
    }
}
