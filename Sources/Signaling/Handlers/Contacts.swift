extension Hub {
    func handleContacts(_ command: PeopleCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        guard let own = caller.person.account else { throw onlyAccounts() }
        switch command {
        case .addContact(let name, let group): try add(try account(name), group, own)
        case .removeContact(let name):
            let account = try account(name)
            try remove(account, own)
            forgetFriendship(account, own)
        case .moveContact(let name, let group, let position): try move(try account(name), group, position, own)
        case .watchContact(let name, let isWatched):
            let index = try index(of: try account(name), own)
            var contacts = own.contacts
            contacts[index].isWatched = isWatched
            set(own, \.contacts, contacts)
            store(.putContact(contacts[index]))
        case .contactGroup(let change): try changeGroups(change, own)
        case .requestFriend(let name): return try requestFriend(name, own, caller)
        case .answerFriend(let name, let isAccepted): return try answerFriend(name, isAccepted, own, caller)
        case .endFriendship(let name):
            try endFriendship(try account(name), own)
            return .done
        default: break
        }
        return .contacts(list(own))
    }

    /// Somebody's contacts by group, in order.
    private func list(_ own: Account) -> [ContactGroup] {
        groups(own).map { group in
            ContactGroup(
                name: group,
                contacts: own.contacts.filter { $0.group == group }.sorted { $0.position < $1.position }
                    .compactMap { contact(of: $0, own) })
        }
    }

    private func contact(of record: ContactRecord, _ own: Account) -> Contact? {
        guard let account = directory.account(record.contact) else { return nil }
        let presence = presence(of: account)
        return Contact(
            name: account.name, presence: presence.presence, lastSeen: presence.lastSeen, isWatched: record.isWatched,
            isFriend: areFriends(own.id, account.id))
    }

    private func areFriends(_ one: AccountID, _ other: AccountID) -> Bool {
        friends[FriendKey(from: one, to: other)] == true || friends[FriendKey(from: other, to: one)] == true
    }

    private func groups(_ own: Account) -> [String] {
        own.contactGroups.isEmpty ? [settings.defaults.contactGroup] : own.contactGroups
    }

    private func index(of account: Account, _ own: Account) throws(Refusal) -> Int {
        guard let index = own.contacts.firstIndex(where: { $0.contact == account.id }) else {
            throw Refusal(.notFound, "\(account.name) is not one of your contacts.", cause: .noSuchUser)
        }
        return index
    }

    private func add(_ account: Account, _ group: String?, _ own: Account) throws(Refusal) {
        guard account !== own else { throw Refusal(.invalid, "Nobody is their own contact.") }
        guard !own.contacts.contains(where: { $0.contact == account.id }) else { return }
        let most = settings.limits.contacts
        if most > 0, own.contacts.count >= most {
            throw Refusal(.unavailable, "You have as many contacts as one may have.")
        }
        let group = group ?? groups(own)[0]
        try requireGroup(group, own)
        let position = (own.contacts.filter { $0.group == group }.map(\.position).max() ?? -1) + 1
        let record = ContactRecord(
            owner: own.id, contact: account.id, group: group, position: position, isWatched: false)
        set(own, \.contacts, own.contacts + [record])
        set(account, \.watchers, account.watchers.union([own.id]))
        store(.putContact(record))
    }

    private func requireGroup(_ group: String, _ own: Account) throws(Refusal) {
        guard groups(own).contains(group) else { throw Refusal(.notFound, "There is no contact group \(group).") }
    }

    private func remove(_ account: Account, _ own: Account) throws(Refusal) {
        let index = try index(of: account, own)
        var contacts = own.contacts
        contacts.remove(at: index)
        set(own, \.contacts, contacts)
        set(account, \.watchers, account.watchers.subtracting([own.id]))
        store(.removeContact(owner: own.id, contact: account.id))
    }

    private func move(_ account: Account, _ group: String, _ position: Int?, _ own: Account) throws(Refusal) {
        let index = try index(of: account, own)
        try requireGroup(group, own)
        var record = own.contacts[index]
        record.group = group
        var others = own.contacts.filter { $0.group == group && $0.contact != account.id }
            .sorted { $0.position < $1.position }
        others.insert(record, at: min(max(position ?? others.count, 0), others.count))
        for place in others.indices { others[place].position = place }
        let moved = Set(others.map(\.contact))
        set(own, \.contacts, own.contacts.filter { !moved.contains($0.contact) } + others)
        for record in others { store(.putContact(record)) }
    }

    // MARK: Groups

    private func changeGroups(_ change: ContactGroupChange, _ own: Account) throws(Refusal) {
        var groups = groups(own)
        switch change {
        case .add(let name):
            try requireNew(name, groups)
            groups.append(name)
        case .rename(let name, let new):
            try requireGroup(name, own)
            try requireNew(new, groups)
            groups = groups.map { $0 == name ? new : $0 }
            regroup(own, from: name, to: new)
        case .remove(let name):
            try requireGroup(name, own)
            groups.removeAll { $0 == name }
            guard let first = groups.first else { throw Refusal(.invalid, "The last group stays.") }
            regroup(own, from: name, to: first)
        case .order(let order):
            guard order.sorted() == groups.sorted() else { throw Refusal(.invalid, "Name each group once.") }
            groups = order
        }
        set(own, \.contactGroups, groups)
        store(.setContactGroups(own.id, groups))
    }

    private func requireNew(_ name: String, _ groups: [String]) throws(Refusal) {
        guard !name.isEmpty else { throw Refusal(.invalid, "A group has a name.") }
        try bound(name, 60, "The group's name")
        if groups.contains(name) { throw Refusal(.nameTaken, "There is a group \(name) already.") }
        let most = settings.limits.contacts
        if most > 0, groups.count >= most { throw Refusal(.unavailable, "You have as many groups as one may have.") }
    }

    private func regroup(_ own: Account, from old: String, to new: String) {
        var contacts = own.contacts
        var position = (contacts.filter { $0.group == new }.map(\.position).max() ?? -1) + 1
        for index in contacts.indices where contacts[index].group == old {
            contacts[index].group = new
            contacts[index].position = position
            position += 1
            store(.putContact(contacts[index]))
        }
        set(own, \.contacts, contacts)
    }

    // MARK: Friends

    private func requestFriend(_ name: Name, _ own: Account, _ caller: Caller) throws(Refusal) -> Reply? {
        let account = try account(name)
        guard account !== own else { throw Refusal(.invalid, "Nobody is their own friend.") }
        if account.ignored.contains(caller.key) { throw Refusal(.forbidden, "They do not want to hear from you.") }
        if areFriends(own.id, account.id) { throw Refusal(.invalid, "You and \(name) are friends already.") }
        if account.invitations.contains(own.id) { return .done }
        if own.invitations.contains(account.id) { return try answerFriend(name, true, own, caller) }
        setFriend(FriendKey(from: own.id, to: account.id), false)
        let receivers = directory.person(account.id.number)?.sessions ?? []
        deliver(.contactRequest(from: own.name), to: receivers, origin: caller.session.id)
        return .done
    }

    /// Tells a session who has asked its account to be a friend and has no answer yet.
    func tellInvitations(_ account: Account, to sessions: [SessionID]) {
        for id in account.invitations {
            guard let from = directory.account(id) else { continue }
            deliver(.contactRequest(from: from.name), to: sessions)
        }
    }

    private func answerFriend(
        _ name: Name, _ isAccepted: Bool, _ own: Account, _ caller: Caller
    ) throws(Refusal) -> Reply? {
        let account = try account(name)
        let key = FriendKey(from: account.id, to: own.id)
        guard own.invitations.contains(account.id) else {
            throw Refusal(.notFound, "\(name) has not asked.", cause: .noSuchUser)
        }
        setFriend(key, isAccepted ? true : nil)
        if isAccepted {
            if !own.contacts.contains(where: { $0.contact == account.id }) { try? add(account, nil, own) }
            if !account.contacts.contains(where: { $0.contact == own.id }) { try? add(own, nil, account) }
        }
        return .done
    }

    private func endFriendship(_ account: Account, _ own: Account) throws(Refusal) {
        guard areFriends(own.id, account.id) else {
            throw Refusal(.notFound, "You and \(account.name) are no friends.", cause: .noSuchUser)
        }
        forgetFriendship(account, own)
        if own.contacts.contains(where: { $0.contact == account.id }) { try remove(account, own) }
    }

    private func forgetFriendship(_ account: Account, _ own: Account) {
        for key in [FriendKey(from: own.id, to: account.id), FriendKey(from: account.id, to: own.id)]
        where friends[key] == true {
            setFriend(key, nil)
        }
    }

    private func setFriend(_ key: FriendKey, _ isAccepted: Bool?) {
        let before = friends[key]
        friends[key] = isAccepted
        onUndo { [unowned self] in friends[key] = before }
        if let account = directory.account(key.to) {
            let others = account.invitations.filter { $0 != key.from }
            set(account, \.invitations, isAccepted == false ? others + [key.from] : others)
        }
        if let isAccepted {
            store(.putFriend(FriendRecord(from: key.from, to: key.to, isAccepted: isAccepted)))
        } else {
            store(.removeFriend(from: key.from, to: key.to))
        }
    }

    /// An account is gone: it is nobody's contact, friend or ignored user any more. The store forgets them with it.
    func forgetPeople(of account: Account) {
        for id in account.watchers {
            guard let owner = directory.account(id) else { continue }
            set(owner, \.contacts, owner.contacts.filter { $0.contact != account.id })
        }
        for record in account.contacts {
            guard let contact = directory.account(record.contact) else { continue }
            set(contact, \.watchers, contact.watchers.subtracting([account.id]))
        }
        let key = account.id.number
        let (ignoring, friendships) = (ignorers, friends)
        for other in account.ignored {
            ignorers[other]?.remove(key)
            if ignorers[other]?.isEmpty == true { ignorers[other] = nil }
        }
        for other in ignorers.removeValue(forKey: key) ?? [] {
            if let ignorer = directory.account(AccountID(other)) {
                set(ignorer, \.ignored, ignorer.ignored.subtracting([key]))
            }
        }
        for key in friends.keys where key.from == account.id {
            guard let invited = directory.account(key.to) else { continue }
            set(invited, \.invitations, invited.invitations.filter { $0 != account.id })
        }
        friends = friends.filter { $0.key.from != account.id && $0.key.to != account.id }
        onUndo { [unowned self] in (ignorers, friends) = (ignoring, friendships) }
    }
}
