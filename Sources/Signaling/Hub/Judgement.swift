extension Hub {
    /// Somebody's role on the server.
    func role(of person: Person) -> Role {
        switch person.identity {
        case .control: .superAdmin
        case .guest: .guest
        case .account: person.account.map { role(of: $0) } ?? .guest
        }
    }

    /// An account's role on the server.
    func role(of account: Account) -> Role {
        settings.admins.contains(account.name) ? .superAdmin : account.record.role
    }

    /// What an account is, on the server and in a room.
    func standing(of account: Account, in room: Room?) -> Situation.Standing {
        Situation.Standing(role: role(of: account), roomRole: room?.role(of: account.id) ?? .none)
    }

    /// What somebody online is, on the server and in a room.
    func standing(of person: Person, in room: Room?) -> Situation.Standing {
        Situation.Standing(role: person.role, roomRole: room?.role(of: person) ?? .none)
    }

    /// The situation of a command, without what only some acts look at.
    func situation(_ act: Act, _ caller: Caller, in room: Room? = nil) -> Situation {
        situation(act, caller.person, caller.session, in: room)
    }

    /// The situation of somebody on one of their sessions.
    func situation(_ act: Act, _ person: Person, _ session: Session, in room: Room? = nil) -> Situation {
        var situation = Situation(actor: standing(of: person, in: room), act: act)
        if !restrictions.isEmpty, person !== operatorPerson {
            situation.restrictions = restrictions.concerning(
                person.identity.key, guest: person.account == nil ? person.name : nil, person.role,
                session.origin.address, room: room?.id)
        }
        if let room {
            situation.room = Situation.RoomRules(
                access: room.record.access, kind: room.record.kind, isMember: session.membership(of: room) != nil,
                membersInvite: room.record.membersInvite)
        }
        return situation
    }

    /// Refuses what the permission model refuses.
    func require(_ situation: Situation) throws(Refusal) {
        switch Permission.decide(situation, policy, now: now) {
        case .allowed: return
        case .refused(let refusal): throw refusal
        case .needsPasswordCheck: throw Refusal(.wrongPassword, "This room needs a password.")
        }
    }

    /// Refuses an act that the caller may not do, in a room or out of any.
    func require(_ act: Act, _ caller: Caller, in room: Room? = nil) throws(Refusal) {
        try require(situation(act, caller, in: room))
    }

    /// Refuses an act against a person that the caller may not do.
    func require(_ act: Act, _ caller: Caller, against target: Situation.Standing, in room: Room? = nil) throws(Refusal)
    {
        var situation = situation(act, caller, in: room)
        situation.target = target
        try require(situation)
    }

    /// Refuses speech that the caller may not utter, flood limits included.
    func requireSpeech(_ act: Act, _ caller: Caller, in room: Room? = nil) throws(Refusal) {
        var situation = situation(act, caller, in: room)
        situation.isOverRate = isOverRate(caller.person)
        try require(situation)
    }

    /// Takes from what the flood limits leave somebody; true where nothing is left.
    func isOverRate(_ person: Person) -> Bool {
        let limit = settings.limits.messagesPerSecond
        guard limit > 0, person.role < .admin else { return false }
        return !person.bucket.take(rate: person.role == .guest ? max(1, limit / 2) : limit, now: now)
    }

    /// The room that a command means.
    func room(_ target: RoomTarget, _ caller: Caller) throws(Refusal) -> Room {
        switch target {
        case .current:
            guard let room = caller.session.memberships.first?.room else {
                throw Refusal(.notFound, "You are in no room.", cause: .noSuchRoom)
            }
            return room
        case .named(let name): return try room(name)
        }
    }

    /// The room of a name.
    func room(_ name: Name) throws(Refusal) -> Room {
        guard let room = roomsByName[name] else {
            throw missing(.room(name), "There is no room \(name).", cause: .noSuchRoom)
        }
        return room
    }

    /// Refuses text beyond a bound of bytes.
    func bound(_ text: String, _ most: Int, _ what: String) throws(Refusal) {
        if text.utf8.count > most { throw Refusal(.tooLarge, "\(what) has more than \(most) bytes.") }
    }

    /// Adds an entry to the audit log, in the commit of the act.
    func audit(
        _ action: String, by caller: Caller, target: String = "", room: Room? = nil, reason: String = "",
        until: Timestamp? = nil
    ) {
        let entry = AuditEntry(
            number: ids.nextAudit(), at: now, actor: caller.person.name.text, action: action, target: target,
            room: room?.name, reason: reason, until: until)
        store(.audit(entry))
    }
}
