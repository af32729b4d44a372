extension Hub {
    func handle(_ command: SessionCommand, _ session: Session, _ tag: Tag) throws(Refusal) -> Reply? {
        switch command {
        case .signIn(let credentials): return try signIn(credentials, session, tag)
        case .whoAmI: return try whoAmI(session)
        case .signOut:
            signOut(session)
            return .done
        case .challenge:
            guard settings.challengeLogin else {
                throw Refusal(.unsupported, "Signing in by challenge is switched off.")
            }
            let text = randomHexadecimal()
            session.challenge = text
            return .challenge(text)
        }
    }

    private func signIn(_ credentials: Credentials, _ session: Session, _ tag: Tag) throws(Refusal) -> Reply? {
        if session.person != nil {
            throw Refusal(.invalid, "You are signed in already.", cause: .alreadySignedIn)
        }
        switch credentials {
        case .password(let name, let secret):
            let account = directory.account(name)
            try startSignIn(name, session, .verify(secret, account?.record.password), account, tag)
            return nil
        case .md5(let name, let secret):
            guard settings.acceptsMD5 else { throw Refusal(.unsupported, "Signing in by MD5 is switched off.") }
            let account = directory.account(name)
            try startSignIn(name, session, .verify(secret, account?.record.passwordMD5), account, tag)
            return nil
        case .response(let name, let response):
            guard settings.challengeLogin, let challenge = session.challenge else {
                throw Refusal(.unsupported, "Ask for a challenge first.")
            }
            session.challenge = nil
            let account = directory.account(name)
            let job = HashJob.respond(challenge: challenge, response: response, account?.record.sealedPassword)
            try startSignIn(name, session, job, account, tag)
            return nil
        case .guest(let name): return try signInGuest(name, session)
        case .token(let claims): return try resume(claims, session)
        }
    }

    private func startSignIn(
        _ name: Name, _ session: Session, _ job: HashJob, _ account: Account?, _ tag: Tag
    ) throws(Refusal) {
        // An address that is banned costs no hash; administrators are let in from everywhere.
        let role = account.map { self.role(of: $0) } ?? .user
        var situation = Situation(actor: Situation.Standing(role: role), act: .connect)
        situation.restrictions = restrictions.concerning(nil, role, session.origin.address, room: nil)
        try require(situation)
        if let delay = failures.delay(name, session.origin.address, limit: settings.limits.failedSignIns, now: now) {
            throw Refusal(.rateLimited, "Too many wrong passwords; wait a moment.", retryAfter: delay)
        }
        hash(job, session, tag, then: .signIn(account, name))
    }

    /// The password was checked.
    func finishSignIn(_ session: Session, _ account: Account?, _ name: Name, _ isRight: Bool) throws(Refusal) -> Reply?
    {
        guard let account, directory.account(name) === account else {
            failures.failed(name, session.origin.address, now: now)
            throw Refusal(.badCredentials, "There is no account \(name).", cause: .noSuchUser)
        }
        guard isRight else {
            failures.failed(name, session.origin.address, now: now)
            throw Refusal(.badCredentials, "The password is wrong.", cause: .wrongUserPassword)
        }
        failures.succeeded(name, session.origin.address)
        return try attach(session, try person(of: account))
    }

    private func person(of account: Account) throws(Refusal) -> Person {
        if let person = directory.person(account.id.number) { return person }
        let role = role(of: account)
        if role < .admin { try requireSpace() }
        return Person(identity: .account(account.id), name: account.name, account: account, role: role, now: now)
    }

    private func requireSpace() throws(Refusal) {
        let most = settings.limits.usersOnline
        if most > 0, directory.online.count >= most {
            throw Refusal(.unavailable, "As many users are online as the server takes; try again later.")
        }
    }

    // MARK: Guests

    private func signInGuest(_ name: Name?, _ session: Session) throws(Refusal) -> Reply? {
        let name = if let name { name } else { try madeUpName() }
        try requireGuestName(name)
        guard directory.guest(name) == nil else {
            throw Refusal(.nameTaken, "Another guest has this name.", cause: .guestNameInUse)
        }
        let identity = GuestID(Int64(random.next() >> 2) | 1)
        return try attach(session, try guest(identity, name))
    }

    private func guest(_ id: GuestID, _ name: Name) throws(Refusal) -> Person {
        try requireSpace()
        return Person(identity: .guest(id), name: name, account: nil, role: .guest, now: now)
    }

    private func requireGuestName(_ name: Name) throws(Refusal) {
        let isReserved =
            directory.account(name) != nil || directory.looksLikeAccount(name) || looksLikeAdmin(name)
            || name == .control
        if isReserved {
            throw Refusal(
                .nameTaken, "This name belongs, or looks like one that belongs, to another.", cause: .nameReserved)
        }
        if !settings.guests.prefix.isEmpty, !name.text.hasPrefix(settings.guests.prefix) {
            throw Refusal(
                .nameTaken, "A guest's name begins with \"\(settings.guests.prefix)\".", cause: .nameReserved)
        }
    }

    /// Whether a name looks like one of a super admin, whether the account exists or not.
    func looksLikeAdmin(_ name: Name) -> Bool {
        let look = LookAlike.fold(name.text)
        return settings.admins.contains { LookAlike.fold($0.text) == look }
    }

    private func madeUpName() throws(Refusal) -> Name {
        let prefix = settings.guests.prefix.isEmpty ? "guest" : settings.guests.prefix
        for _ in 0..<20 {
            if let name = Name(prefix + String(random.next() % 1_000_000)), directory.person(name) == nil,
                directory.account(name) == nil, !directory.looksLikeAccount(name)
            {
                return name
            }
        }
        throw Refusal(.unavailable, "No guest's name is free; choose one.")
    }

    // MARK: Tokens

    private func resume(_ claims: TokenClaims, _ session: Session) throws(Refusal) -> Reply? {
        switch claims.identity {
        case .account(let id):
            guard let account = directory.account(id), account.record.tokenStamp == claims.stamp else {
                throw Refusal(.badCredentials, "The token no longer holds; sign in again.")
            }
            return try attach(session, try person(of: account))
        case .guest(let id):
            if let person = directory.person(claims.identity.key) { return try attach(session, person) }
            try requireGuestName(claims.name)
            guard directory.guest(claims.name) == nil else {
                throw Refusal(.nameTaken, "Another guest has this name now.", cause: .guestNameInUse)
            }
            return try attach(session, try guest(id, claims.name))
        case .control:
            throw Refusal(.badCredentials, "The token no longer holds; sign in again.")
        }
    }

    // MARK: On and off

    /// Signs a session in as a person, unless the model refuses them.
    private func attach(_ session: Session, _ person: Person) throws(Refusal) -> Reply? {
        try require(situation(.connect, person, session))
        if session.origin.rooms == .one, let home = roomsByName[.home] {
            var situation = situation(.enterRoom, person, session, in: home)
            situation.room?.isFull = isFull(home, for: person)
            try require(situation)
        }
        let isFirst = person.sessions.isEmpty
        if isFirst {
            directory.insert(person)
            onUndo { [unowned self] in directory.remove(person) }
        }
        set(person, \.sessions, person.sessions + [session.id])
        set(session, \.person, person)
        noteActivity(of: person)
        if session.origin.rooms == .one, let home = roomsByName[.home] { join(home, session, person) }
        if isFirst {
            presenceChanged(person)
            tellRoster(of: person, isListed: true)
        }
        startTelling(person, session)
        if let account = person.account, !account.invitations.isEmpty, session.origin.receivesMessages {
            // In a later turn: the answer to the sign-in goes first, then what was kept.
            set(account, \.awaitingInvitations, account.awaitingInvitations + [session.id])
            if !account.isTelling { deadlines.add(.invitations(account.id), at: now) }
        }
        let claims = TokenClaims(
            identity: person.identity, name: person.name, stamp: person.account?.record.tokenStamp ?? 0)
        return .signedIn(
            SignedIn(
                identity: person.identity, name: person.name, role: person.role, claims: claims,
                room: session.memberships.first?.room.name))
    }

    /// Takes a session out of its rooms and from its person.
    func signOut(_ session: Session) {
        guard let person = session.person else { return }
        for id in session.media { endMedia(id, reason: "signed out") }
        for membership in session.memberships { depart(membership.room, session, person) }
        leaveGroup(session)
        // Whoever is at the control door is the operator for as long as the connection lives.
        if person === operatorPerson { return }
        set(session, \.person, nil)
        set(person, \.sessions, person.sessions.filter { $0 != session.id })
        guard person.sessions.isEmpty else { return }
        directory.remove(person)
        onUndo { [unowned self] in directory.insert(person) }
        endCalls(of: person)
        if let account = person.account {
            set(account, \.record.lastSeen, now)
            storeSoon(.seen(account.id, now))
        } else {
            forgetIgnored(of: person)
            for room in person.madeRooms.compactMap({ roomsByID[$0] }) where room.role(of: person) == .owner {
                set(room, \.guestOwner, nil)
            }
        }
        presenceChanged(person)
        if person.presence != .hidden { tellRoster(of: person, isListed: false) }
    }

    /// A session is gone.
    func forget(_ session: Session) {
        signOut(session)
        if session.origin.hearsRoster { rosterListeners.removeAll { $0 == session.id } }
        if session.person === operatorPerson {
            set(operatorPerson, \.sessions, operatorPerson.sessions.filter { $0 != session.id })
        }
        sessions.remove(session)
        onUndo { [unowned self] in sessions.putBack(session) }
    }

    /// Closes a session with a sentence.
    func close(_ session: Session, reason: String) {
        deliver(.signedOut(reason: reason), to: [session.id])
        turn.held.append(.close(session.id, reason: reason))
        forget(session)
    }

    /// Tells everyone that the server goes.
    func closeEverything(_ reason: String) {
        for session in sessions.all { close(session, reason: reason) }
        turn.mutations.append(contentsOf: softMutations)
        softMutations.removeAll()
    }

    private func whoAmI(_ session: Session) throws(Refusal) -> Reply {
        guard let person = session.person else { throw Refusal(.badCredentials, "Sign in first.", cause: .notSignedIn) }
        return .whoAmI(
            WhoAmI(
                name: person.name, role: person.role, rooms: session.memberships.map(\.room.name),
                users: session.memberships.first?.room.users.count ?? 0,
                group: session.group.map { ($0.record.name, $0.record.id) }))
    }

    /// 128 random bits as 32 hexadecimal digits.
    func randomHexadecimal() -> String {
        MessageID(sequence: random.next(), server: random.next()).description
    }
}
