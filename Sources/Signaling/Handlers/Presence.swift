extension Hub {
    /// Somebody did something: they are not away by themselves any more.
    func noteActivity(of person: Person) {
        person.lastActive = now
        if person.isAwayByItself {
            person.isAwayByItself = false
            person.presence = .online
            presenceChanged(person)
        }
        if !person.isAwayPlanned, settings.timeouts.away > 0, person !== operatorPerson {
            person.isAwayPlanned = true
            deadlines.add(.away(person.identity.key), at: now.adding(seconds: settings.timeouts.away))
        }
    }

    /// Somebody may have been inactive for long enough to be away.
    func goAway(_ key: Int64) {
        guard let person = directory.person(key) else { return }
        person.isAwayPlanned = false
        guard person.presence == .online, settings.timeouts.away > 0 else { return }
        let moment = person.lastActive.adding(seconds: settings.timeouts.away)
        guard moment <= now else {
            person.isAwayPlanned = true
            return deadlines.add(.away(key), at: moment)
        }
        person.presence = .away
        person.isAwayByItself = true
        presenceChanged(person)
    }

    func setPresence(_ presence: Presence, _ caller: Caller) throws(Refusal) -> Reply? {
        guard presence != .offline else { throw Refusal(.invalid, "Sign out to be offline.") }
        let wasHidden = caller.person.presence == .hidden
        set(caller.person, \.presence, presence)
        if wasHidden != (presence == .hidden) { tellRoster(of: caller.person, isListed: wasHidden) }
        set(caller.person, \.isAwayByItself, false)
        presenceChanged(caller.person)
        return .done
    }

    /// Tells gateways that keep a list of everyone online.
    func tellRoster(of person: Person, isListed: Bool) {
        guard !rosterListeners.isEmpty, person !== operatorPerson else { return }
        deliver(.listed(user: person.name, isListed: isListed), to: rosterListeners)
    }

    /// What others see of somebody.
    func presence(of account: Account) -> PresenceChange {
        guard let person = directory.person(account.id.number), person.presence != .hidden else {
            return PresenceChange(user: account.name, presence: .offline, lastSeen: account.record.lastSeen)
        }
        return PresenceChange(user: account.name, presence: person.presence)
    }

    /// Tells those who have somebody as a contact.
    func presenceChanged(_ person: Person) {
        guard let account = person.account, !account.watchers.isEmpty else { return }
        let change = presence(of: account)
        let receivers = account.watchers.flatMap { id in
            (directory.person(id.number)?.sessions ?? []).filter {
                sessions[$0].map { $0.origin.door != .line } ?? false
            }
        }
        deliver(.presence(change), to: receivers)
    }
}
