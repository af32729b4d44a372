extension Hub {
    func handle(_ command: PeopleCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        try require(command.act, caller)
        switch command {
        case .setPresence(let presence): return try setPresence(presence, caller)
        case .ignore(let name): return try ignore(name, caller)
        case .unignore(let name): return try unignore(name, caller)
        case .ignored: return .names(ignoredNames(caller.person))
        case .profile(let name): return .profile(try profile(try account(name), caller))
        case .setProfile(let changes): return try setProfile(changes, caller)
        case .search(let search): return .profiles(find(search, caller))
        case .presence(let name):
            let account = try account(name)
            let seesHidden = caller.person.role >= .admin || account === caller.person.account
            if seesHidden, let person = directory.person(account.id.number) {
                return .presence(PresenceChange(user: name, presence: person.presence))
            }
            return .presence(presence(of: account))
        default: return try handleContacts(command, caller)
        }
    }

    // MARK: Ignoring

    /// Whether somebody is ignored by another who is online.
    func isIgnored(_ person: Person, by other: Person) -> Bool {
        guard !ignorers.isEmpty, let ignoring = ignorers[person.identity.key] else { return false }
        return ignoring.contains(other.identity.key)
    }

    private func ignore(_ name: Name, _ caller: Caller) throws(Refusal) -> Reply? {
        let subject = try subject(name)
        let key = subject.identity.key
        guard key != caller.key else { throw Refusal(.invalid, "Nobody can ignore themselves.") }
        guard ignorers[key]?.contains(caller.key) != true else { return .done }
        let most = settings.limits.contacts
        if most > 0, ignoredKeys(caller.person).count >= most {
            throw Refusal(.unavailable, "You ignore as many users as one may.")
        }
        setIgnored(key, by: caller.person, true)
        if let own = caller.person.account, let other = subject.account { store(.ignore(by: own.id, other.id)) }
        return .done
    }

    private func unignore(_ name: Name, _ caller: Caller) throws(Refusal) -> Reply? {
        let subject = try subject(name)
        let key = subject.identity.key
        guard ignorers[key]?.contains(caller.key) == true else {
            throw Refusal(.notFound, "\(name) is not ignored.", cause: .noSuchUser)
        }
        setIgnored(key, by: caller.person, false)
        if let own = caller.person.account, let other = subject.account { store(.unignore(by: own.id, other.id)) }
        return .done
    }

    private func setIgnored(_ key: Int64, by person: Person, _ isIgnored: Bool) {
        let own = person.identity.key
        let before = ignorers[key]
        var after = before ?? []
        if isIgnored { after.insert(own) } else { after.remove(own) }
        ignorers[key] = after.isEmpty ? nil : after
        onUndo { [unowned self] in ignorers[key] = before }
        let change: [Int64] = [key]
        if let account = person.account {
            set(account, \.ignored, isIgnored ? account.ignored.union(change) : account.ignored.subtracting(change))
        } else {
            let keys = person.ignoredByGuest
            set(person, \.ignoredByGuest, isIgnored ? keys.union(change) : keys.subtracting(change))
        }
    }

    private func ignoredKeys(_ person: Person) -> Set<Int64> {
        person.account?.ignored ?? person.ignoredByGuest
    }

    private func ignoredNames(_ person: Person) -> [Name] {
        ignoredKeys(person).compactMap { key in
            key > 0 ? directory.account(AccountID(key))?.name : directory.person(key)?.name
        }.sorted()
    }

    /// A guest who is gone ignores nobody, and nobody ignores them.
    func forgetIgnored(of guest: Person) {
        for key in guest.ignoredByGuest { setIgnored(key, by: guest, false) }
        let key = guest.identity.key
        for other in ignorers[key] ?? [] {
            guard let person = directory.person(other) else { continue }
            setIgnored(key, by: person, false)
        }
    }

    // MARK: Profiles

    private func profile(_ account: Account, _ caller: Caller) throws(Refusal) -> PublicProfile {
        var shown = account.record.profile
        if account !== caller.person.account { shown.settings = "" }
        let presence = presence(of: account)
        return PublicProfile(
            name: account.name, profile: shown, presence: presence.presence, lastSeen: account.record.lastSeen)
    }

    private func setProfile(_ changes: ProfileChanges, _ caller: Caller) throws(Refusal) -> Reply? {
        guard let account = caller.person.account else { throw onlyAccounts() }
        var profile = account.record.profile
        for (path, text, most, what) in [
            (\Profile.realName, changes.realName, 200, "The name"), (\.gender, changes.gender, 30, "The gender"),
            (\.country, changes.country, 60, "The country"), (\.city, changes.city, 60, "The city"),
            (\.about, changes.about, 2_000, "The text about you"), (\.avatar, changes.avatar, 100, "The avatar"),
            (\.settings, changes.settings, 8_000, "The settings"),
        ] {
            guard let text else { continue }
            try bound(text, most, what)
            profile[keyPath: path] = text
        }
        if let birthday = changes.birthday {
            let (year, month, day) = (birthday / 10_000, birthday / 100 % 100, birthday % 100)
            guard birthday == 0 || (1...9999).contains(year) && (1...12).contains(month) && (1...31).contains(day)
            else {
                throw Refusal(.invalid, "This is not a day.")
            }
            profile.birthday = birthday
        }
        profile.contactsOnly = changes.contactsOnly ?? profile.contactsOnly
        set(account, \.record.profile, profile)
        store(.putAccount(account.record))
        return .done
    }

    // MARK: Search

    private func find(_ search: ProfileSearch, _ caller: Caller) -> [PublicProfile] {
        let today = CivilDay(now)
        var found: [PublicProfile] = []
        for account in directory.accounts.values.sorted(by: { $0.name < $1.name }) {
            if found.count >= max(1, settings.limits.searchResults) { break }
            guard matches(account, search, today), let profile = try? profile(account, caller) else { continue }
            found.append(profile)
        }
        return found
    }

    private func matches(_ account: Account, _ search: ProfileSearch, _ today: CivilDay) -> Bool {
        let profile = account.record.profile
        if let gender = search.gender, profile.gender.lowercased() != gender.lowercased() { return false }
        if let country = search.country, profile.country.lowercased() != country.lowercased() { return false }
        if let city = search.city, profile.city.lowercased() != city.lowercased() { return false }
        if let ages = search.ages {
            guard profile.birthday > 0, ages.contains(today.age(bornOn: profile.birthday)) else { return false }
        }
        if let since = search.onlineSince {
            let isOnline = presence(of: account).presence != .offline
            guard isOnline || account.record.lastSeen.map({ $0 >= since }) ?? false else { return false }
        }
        return true
    }
}
