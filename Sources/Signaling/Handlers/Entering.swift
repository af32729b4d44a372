extension Hub {
    /// Enters a room by its rules. The password is checked aside where the rules want it.
    func enter(
        _ name: Name, password state: Situation.Password, _ given: Secret?, _ caller: Caller
    ) throws(Refusal) -> Reply? {
        let room = try room(name)
        guard try admit(caller, to: room, state, given, then: .enterRoom(name)) else { return nil }
        moveIn(caller, room)
        return .entered(entered(room, caller))
    }

    /// Whether somebody may enter a room. False while the password is being checked: the continuation goes on then.
    func admit(
        _ caller: Caller, to room: Room, _ state: Situation.Password, _ given: Secret?, then next: Continuation
    ) throws(Refusal) -> Bool {
        var situation = situation(.enterRoom, caller, in: room)
        let isInvited = invitation(caller.person, room)
        situation.room?.isInvited = isInvited
        situation.room?.isFull = isFull(room, for: caller.person)
        if room.record.password == nil || situation.room?.isMember == true {
            situation.room?.password = .none
        } else if state == .unchecked {
            situation.room?.password = given.map { $0.isEmpty ? .missing : .unchecked } ?? .missing
        } else {
            situation.room?.password = state
        }
        switch Permission.decide(situation, policy, now: now) {
        case .allowed: break
        case .refused(let refusal): throw refusal
        case .needsPasswordCheck:
            guard let given else { throw Refusal(.wrongPassword, "This room needs a password.") }
            hash(.verify(given, room.record.password), caller.session, caller.tag, then: next)
            return false
        }
        if isInvited { useInvitation(caller.person, room) }
        return true
    }

    /// Puts an admitted caller into a room; a session of one room leaves the one before.
    func moveIn(_ caller: Caller, _ room: Room) {
        let session = caller.session
        guard session.membership(of: room) == nil else { return }
        if session.origin.rooms == .one, let before = session.memberships.first?.room {
            endMedia(of: session, in: before, reason: "left the room")
            depart(before, session, caller.person)
        }
        join(room, session, caller.person)
    }

    private func entered(_ room: Room, _ caller: Caller) -> Entered {
        let isBrief = caller.session.origin.rooms == .one
        return Entered(
            room: room.name, kind: room.record.kind, topic: room.record.topic,
            members: isBrief ? [] : memberList(room), history: isBrief ? [] : Array(room.history.newest),
            limits: room.record.limits)
    }

    // MARK: Leaving

    func leave(_ target: RoomTarget, _ caller: Caller) throws(Refusal) -> Reply? {
        try require(.look, caller)
        let room = try room(target, caller)
        let session = caller.session
        guard session.membership(of: room) != nil else {
            throw Refusal(.notFound, "You are not in this room.", cause: .noSuchRoom)
        }
        if session.origin.rooms == .one, room.name == .home { return .done }
        let closing = closeMedia(of: session, in: room, reason: "left the room")
        depart(room, session, caller.person)
        if session.origin.rooms == .one, let home = roomsByName[.home] { join(home, session, caller.person) }
        guard !closing.isEmpty else { return .done }
        request(closing, session, caller.tag, then: .answer(.done))
        return nil
    }

    // MARK: Membership

    /// Puts a session into a room and tells the others where its user was not in it yet.
    func join(_ room: Room, _ session: Session, _ person: Person) {
        let key = person.identity.key
        let isNew = room.users[key] == nil
        if isNew { deliver(.entered(room: room.name, user: person.name), to: room.watchers, origin: session.id) }
        put(session, into: room, person)
        onUndo { [unowned self] in take(session, out: room, person) }
        room.status = status.moved()
        if isNew {
            set(room, \.emptySince, nil)
            countChanged(room)
        }
    }

    /// Takes a session out of a room and tells the others where its user is no longer in it.
    func depart(_ room: Room, _ session: Session, _ person: Person) {
        let key = person.identity.key
        guard session.membership(of: room) != nil else { return }
        let published = room.users[key]?.media ?? []
        take(session, out: room, person)
        onUndo { [unowned self] in
            put(session, into: room, person)
            room.users[key]?.media = published
        }
        room.status = status.moved()
        if room.users[key] == nil {
            deliver(.left(room: room.name, user: person.name), to: room.watchers, origin: session.id)
            countChanged(room)
        }
        if room.isEmpty { startExpiry(of: room) }
    }

    private func put(_ session: Session, into room: Room, _ person: Person) {
        var membership = Membership(room: room, listener: -1, watcher: -1)
        if session.origin.receivesMessages {
            membership.listener = room.listeners.count
            room.listeners.append(session.id)
            if session.origin.door != .line {
                membership.watcher = room.watchers.count
                room.watchers.append(session.id)
            }
        }
        session.memberships.append(membership)
        room.users[person.identity.key, default: Room.Presence(person: person, sessions: 0)].sessions += 1
    }

    private func take(_ session: Session, out room: Room, _ person: Person) {
        guard let index = session.membership(of: room) else { return }
        let membership = session.memberships.remove(at: index)
        if membership.listener >= 0 {
            remove(at: membership.listener, from: \.listeners, of: room, keeping: \.listener)
        }
        if membership.watcher >= 0 {
            remove(at: membership.watcher, from: \.watchers, of: room, keeping: \.watcher)
        }
        let key = person.identity.key
        guard var presence = room.users[key] else { return }
        presence.sessions -= 1
        room.users[key] = presence.sessions == 0 ? nil : presence
    }

    /// Removes by putting the last in the gap, whose session is told its new place.
    private func remove(
        at index: Int, from list: ReferenceWritableKeyPath<Room, [SessionID]>, of room: Room,
        keeping place: WritableKeyPath<Membership, Int>
    ) {
        let last = room[keyPath: list].removeLast()
        guard index < room[keyPath: list].count else { return }
        room[keyPath: list][index] = last
        if let moved = sessions[last], let at = moved.membership(of: room) {
            moved.memberships[at][keyPath: place] = index
        }
    }

    // MARK: Counts

    private func countChanged(_ room: Room) {
        if room.watchers.isEmpty { return }
        let interval = settings.intervals.roomCount
        if interval <= 0 || now >= room.countTold.adding(milliseconds: interval) {
            tellCount(of: room)
        } else if !room.countIsPending {
            room.countIsPending = true
            deadlines.add(.roomCount(room.id), at: room.countTold.adding(milliseconds: interval))
        }
    }

    /// Tells a room's count to those in it.
    func tellCount(of room: Room) {
        room.countTold = now
        room.countIsPending = false
        deliver(.roomCount(room: room.name, users: room.users.count), to: room.watchers)
    }

    // MARK: Who is in

    func members(_ target: RoomTarget, _ caller: Caller) throws(Refusal) -> Reply? {
        try require(.look, caller)
        let room = try room(target, caller)
        let isAdmin = caller.person.role >= .admin
        guard isAdmin || caller.session.membership(of: room) != nil else {
            throw Refusal(.forbidden, "You are not in this room.")
        }
        var members = memberList(room)
        if isAdmin {
            members += sessions.all.filter { $0.person == nil && $0.origin.door != .http }
                .map { _ in Member(name: nil, role: .guest, roomRole: .none, media: []) }
        }
        return .members(members)
    }

    func memberList(_ room: Room) -> [Member] {
        room.users.values.map {
            Member(
                name: $0.person.name, role: $0.person.role, roomRole: room.role(of: $0.person),
                media: $0.media.union(.text))
        }.sorted { ($0.name?.text ?? "") < ($1.name?.text ?? "") }
    }

    // MARK: Invitations

    func invite(_ target: RoomTarget, _ name: Name, _ caller: Caller) throws(Refusal) -> Reply? {
        let room = try room(target, caller)
        try require(.invite, caller, in: room)
        let person = directory.person(name)
        guard let identity = person?.identity ?? directory.account(name).map({ .account($0.id) }) else {
            throw Refusal(.notFound, "There is no user \(name).", cause: .noSuchUser)
        }
        let until = now.adding(seconds: settings.timeouts.invitation)
        set(room, \.invitations, room.invitations.merging([identity: until]) { $1 })
        store(.putInvitation(InvitationRecord(room: room.id, subject: identity, until: until)))
        deadlines.add(.invitation(room.id, identity), at: until)
        if let person, !isIgnored(caller.person, by: person) {
            deliver(.invited(room: room.name, by: caller.person.name), to: person.sessions)
        }
        return .done
    }

    private func invitation(_ person: Person, _ room: Room) -> Bool {
        guard !room.invitations.isEmpty, let until = room.invitations[person.identity] else { return false }
        return now < until
    }

    /// An invitation opens the room once, and is kept where it was not needed.
    private func useInvitation(_ person: Person, _ room: Room) {
        let isNeeded = room.record.password != nil || room.record.access == .invited
        guard isNeeded, room.users[person.identity.key] == nil, room.role(of: person) == .none else { return }
        withdraw(person.identity, room)
    }

    /// An invitation's end may have come.
    func endInvitation(_ identity: Identity, _ room: RoomID) {
        guard let room = roomsByID[room], let until = room.invitations[identity], until <= now else { return }
        withdraw(identity, room)
    }

    private func withdraw(_ identity: Identity, _ room: Room) {
        var left = room.invitations
        left[identity] = nil
        set(room, \.invitations, left)
        store(.removeInvitation(room.id, identity))
    }
}
