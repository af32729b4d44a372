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
        case .announce(let text):
            try bound(text, settings.limits.messageBytes, "The announcement")
            audit("announce", by: caller, reason: text)
            deliver(.notice(text), to: sessions.all.filter { $0.origin.receivesMessages && $0.person != nil }.map(\.id))
            return .done
        case .backup(let path):
            query(.backup(path: path), caller.session, caller.tag, then: .document)
            return nil
        }
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
        case .told(let id, let sequence, let count): forgetKept(id, upTo: sequence, count: count)
        case .softFlush:
            turn.mutations.append(contentsOf: softMutations)
            softMutations.removeAll()
        }
    }
}
