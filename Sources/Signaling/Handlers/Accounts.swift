extension Hub {
    func handle(_ command: AccountCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        try require(command.act, caller)
        switch command {
        case .create(let new): return try create(new, caller)
        case .changePassword(let old, let new):
            guard let account = caller.person.account else { throw onlyAccounts() }
            try requirePassword(new)
            let job = HashJob.change(old: old, account.record.password, new: new, sealed: settings.challengeLogin)
            if let delay = failures.delay(
                account.name, caller.session.origin.address, limit: settings.limits.failedSignIns, now: now)
            {
                throw Refusal(.rateLimited, "Too many wrong passwords; wait a moment.", retryAfter: delay)
            }
            hash(job, caller.session, caller.tag, then: .changePassword)
            return nil
        case .removeOwn:
            guard let account = caller.person.account else { throw onlyAccounts() }
            return remove(account, by: caller)
        case .setPassword(let name, let secret):
            let account = try account(name)
            try require(.manageOthers, caller, against: standing(of: account, in: nil))
            try requirePassword(secret)
            let job = HashJob.make(secret, withMD5: true, sealed: settings.challengeLogin)
            hash(job, caller.session, caller.tag, then: .setPassword(name))
            return nil
        case .remove(let name):
            let account = try account(name)
            try require(.manageOthers, caller, against: standing(of: account, in: nil))
            return remove(account, by: caller)
        case .setRole(let name, let role): return try setRole(name, role, caller)
        case .list: return .accounts(directory.accounts.values.map(summary).sorted { $0.name < $1.name })
        case .export(let name):
            let account = try name.map { (name) throws(Refusal) in try self.account(name) } ?? caller.person.account
            guard let account else { throw onlyAccounts() }
            query(.export(account.id), caller.session, caller.tag, then: .document)
            return nil
        }
    }

    /// An account by name, for acts about others.
    func account(_ name: Name) throws(Refusal) -> Account {
        guard let account = directory.account(name) else {
            throw Refusal(.notFound, "There is no account \(name).", cause: .noSuchUser)
        }
        return account
    }

    func onlyAccounts() -> Refusal {
        Refusal(.forbidden, "Only registered users may do that.", cause: .guest)
    }

    private func summary(_ account: Account) -> AccountSummary {
        AccountSummary(
            name: account.name, id: account.id, role: role(of: account), created: account.record.created,
            lastSeen: account.record.lastSeen, isOnline: directory.person(account.id.number) != nil)
    }

    // MARK: Making

    private func create(_ new: NewAccount, _ caller: Caller) throws(Refusal) -> Reply? {
        if !settings.registration, caller.person.role < .admin {
            throw Refusal(.forbidden, "Accounts are made by the administrators here.")
        }
        try requirePassword(new.password)
        try bound(new.realName, 200, "The real name")
        try bound(new.email, 254, "The e-mail address")
        try requireFree(new.name, caller)
        let job = HashJob.make(new.password, withMD5: true, sealed: settings.challengeLogin)
        hash(job, caller.session, caller.tag, then: .createAccount(new))
        return nil
    }

    /// Refuses names that are taken or may be mistaken for another's.
    private func requireFree(_ name: Name, _ caller: Caller) throws(Refusal) {
        let isOperator = caller.person === operatorPerson
        let most = settings.limits.users
        if most > 0, directory.accounts.count >= most, !isOperator {
            throw Refusal(.forbidden, "The server takes no more accounts.")
        }
        if directory.account(name) != nil || directory.looksLikeAccount(name) || name == .control {
            throw Refusal(
                .nameTaken, "This name belongs, or looks like one that belongs, to another.", cause: .nameReserved)
        }
        if !isOperator, looksLikeAdmin(name) {
            throw Refusal(.nameTaken, "This name is reserved.", cause: .nameReserved)
        }
        if !settings.guests.prefix.isEmpty, name.text.hasPrefix(settings.guests.prefix) {
            throw Refusal(.nameTaken, "Names that begin like this are for guests.", cause: .nameReserved)
        }
        if let guest = directory.guest(name), guest !== caller.person {
            throw Refusal(.nameTaken, "A guest has this name at the moment.", cause: .nameReserved)
        }
    }

    func finishCreate(_ new: NewAccount, _ caller: Caller, _ result: HashResult) throws(Refusal) -> Reply? {
        guard case .made(let verifier, let md5, let sealed) = result else {
            throw Refusal(.unavailable, "The password could not be kept; try again.")
        }
        // Others may have been faster while the password was hashed.
        try requireFree(new.name, caller)
        var profile = Profile()
        profile.realName = new.realName
        let account = Account(
            AccountRecord(
                id: ids.nextAccount(), name: new.name, role: .user, password: verifier, passwordMD5: md5,
                sealedPassword: sealed, tokenStamp: 1, created: now, lastSeen: nil, email: new.email, profile: profile))
        directory.insert(account)
        onUndo { [unowned self] in directory.remove(account) }
        store(.putAccount(account.record))
        audit("account.create", by: caller, target: new.name.text)
        return .done
    }

    private func requirePassword(_ secret: Secret) throws(Refusal) {
        if secret.isEmpty { throw Refusal(.invalid, "A password must not be empty.") }
        if secret.bytes.count > Secret.maximumBytes {
            throw Refusal(.tooLarge, "A password has at most \(Secret.maximumBytes) bytes.")
        }
    }

    // MARK: Changing

    func finishChangePassword(_ caller: Caller, _ result: HashResult) throws(Refusal) -> Reply? {
        guard let account = caller.person.account, directory.account(account.id) === account else {
            throw onlyAccounts()
        }
        guard case .made(let verifier, let md5, let sealed) = result else {
            failures.failed(account.name, caller.session.origin.address, now: now)
            throw Refusal(.badCredentials, "The old password is wrong.", cause: .wrongUserPassword)
        }
        setPassword(account, verifier, md5, sealed)
        audit("account.password", by: caller, target: account.name.text)
        return .done
    }

    func finishSetPassword(_ name: Name, _ caller: Caller, _ result: HashResult) throws(Refusal) -> Reply? {
        let account = try account(name)
        try require(.manageOthers, caller, against: standing(of: account, in: nil))
        guard case .made(let verifier, let md5, let sealed) = result else {
            throw Refusal(.unavailable, "The password could not be kept; try again.")
        }
        setPassword(account, verifier, md5, sealed)
        audit("account.password", by: caller, target: name.text)
        return .done
    }

    /// A new password ends the tokens that were made before.
    private func setPassword(
        _ account: Account, _ verifier: PasswordVerifier, _ md5: PasswordVerifier?, _ sealed: PasswordVerifier?
    ) {
        var record = account.record
        record.password = verifier
        record.passwordMD5 = md5
        record.sealedPassword = sealed
        record.tokenStamp += 1
        set(account, \.record, record)
        store(.putAccount(record))
    }

    private func setRole(_ name: Name, _ role: Role, _ caller: Caller) throws(Refusal) -> Reply? {
        let account = try account(name)
        guard role == .user || role == .admin else {
            throw Refusal(.invalid, "A role is `user` or `admin`; super admins are named in the configuration.")
        }
        try require(.grantAdmin, caller, against: standing(of: account, in: nil))
        set(account, \.record.role, role)
        store(.putAccount(account.record))
        audit("account.role", by: caller, target: name.text, reason: role.text)
        roleChanged(account)
        return .done
    }

    /// Somebody's role on the server is another now.
    func roleChanged(_ account: Account) {
        guard let person = directory.person(account.id.number) else { return }
        set(person, \.role, role(of: account))
        deliver(
            .roleChanged(user: account.name, room: nil, role: person.role.text), to: person.sessions)
    }

    // MARK: Removing

    private func remove(_ account: Account, by caller: Caller) -> Reply {
        store(.removeAccount(account.id))
        audit("account.remove", by: caller, target: account.name.text)
        if let person = directory.person(account.id.number) {
            for session in person.sessions.compactMap({ sessions[$0] }) {
                if session === caller.session {
                    signOut(session)
                } else {
                    close(session, reason: "The account \(account.name) was deleted.")
                }
            }
        }
        directory.remove(account)
        onUndo { [unowned self] in directory.insert(account) }
        for room in roomsByID.values {
            if room.record.owner == account.id { set(room, \.record.owner, nil) }
            if room.admins.contains(account.id) { set(room, \.admins, room.admins.subtracting([account.id])) }
        }
        for group in boards.all where group.record.owner == account.id { set(group, \.record.owner, nil) }
        forgetPeople(of: account)
        return .done
    }
}
