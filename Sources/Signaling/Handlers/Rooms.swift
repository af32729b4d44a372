extension Hub {
    func handle(_ command: RoomCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        switch command {
        case .list:
            try require(.look, caller)
            return .rooms(roomsByID.values.map(summary).sorted { $0.name < $1.name })
        case .create(let new): return try create(new, caller)
        case .update(let target, let changes): return try update(target, changes, caller)
        case .delete(let name, let password): return try delete(name, password, caller)
        case .enter(let name, let password): return try enter(name, password: .unchecked, password, caller)
        case .leave(let target): return try leave(target, caller)
        case .members(let target): return try members(target, caller)
        case .invite(let target, let name): return try invite(target, name, caller)
        case .handOver(let target, let name): return try handOver(target, name, caller)
        }
    }

    /// A room as lists show it.
    func summary(_ room: Room) -> RoomSummary {
        RoomSummary(
            name: room.name, kind: room.record.kind, owner: ownerName(room), users: room.users.count,
            capacity: capacity(room), expires: expiry(of: room), hasPassword: room.record.password != nil,
            access: room.record.access, expiry: room.record.expiry, topic: room.record.topic)
    }

    private func ownerName(_ room: Room) -> Name? {
        if let owner = room.record.owner { return directory.account(owner)?.name }
        return room.guestOwner.flatMap { directory.person(-$0.number)?.name }
    }

    /// How many users fit into a room; 0 for any number.
    func capacity(_ room: Room) -> Int {
        let servers =
            switch room.record.kind {
            case .text: settings.limits.usersInRoom
            case .audio: settings.limits.usersInAudioRoom
            case .video: settings.limits.usersInVideoRoom
            }
        let own = room.record.capacity
        return own == 0 ? servers : servers == 0 ? own : min(own, servers)
    }

    /// Whether somebody more does not fit in.
    func isFull(_ room: Room, for person: Person) -> Bool {
        let capacity = capacity(room)
        return capacity > 0 && room.users.count >= capacity && room.users[person.identity.key] == nil
    }

    // MARK: Making

    private func create(_ new: NewRoom, _ caller: Caller) throws(Refusal) -> Reply? {
        try requireCreation(of: new, caller)
        if let password = new.password, !password.isEmpty {
            try bound(password)
            let job = HashJob.make(password, withMD5: false, sealed: false)
            hash(job, caller.session, caller.tag, then: .createRoom(new))
            return nil
        }
        return try finishCreate(new, caller, nil)
    }

    private func requireCreation(of new: NewRoom, _ caller: Caller) throws(Refusal) {
        try require(new.act, caller)
        if new.expiry != .empty { try require(.createNonExpiring, caller) }
        try bound(new.topic, 500, "The topic")
        try requireBitrates(new.limits, caller)
        if roomsByName[new.name] != nil {
            throw Refusal(.nameTaken, "There is a room \(new.name) already.", cause: .roomNameUsed)
        }
        let most = settings.limits.rooms
        if most > 0, roomsByID.count >= most, caller.person.role < .admin {
            throw Refusal(.unavailable, "The server has as many rooms as it takes.")
        }
    }

    /// Bitrates beyond the server's are for admins.
    private func requireBitrates(_ limits: MediaLimits, _ caller: Caller) throws(Refusal) {
        for (wanted, most) in [
            (limits.audioBitrate, settings.limits.maxAudioBitrate),
            (limits.videoBitrate, settings.limits.maxVideoBitrate),
        ] {
            guard let wanted else { continue }
            if wanted < 1000 { throw Refusal(.invalid, "A bitrate is at least 1,000 bits per second.") }
            if most > 0, wanted > most { try require(.exceedBitrates, caller) }
        }
    }

    /// Makes the room, once its password is hashed.
    func finishCreate(_ new: NewRoom, _ caller: Caller, _ password: PasswordVerifier?) throws(Refusal) -> Reply? {
        try requireCreation(of: new, caller)
        if let given = new.password, !given.isEmpty, password == nil {
            throw Refusal(.unavailable, "The password could not be kept; try again.")
        }
        let room = Room(
            RoomRecord(
                id: ids.nextRoom(), name: new.name, kind: new.kind, owner: caller.person.account?.id,
                password: password,
                access: new.access, expiry: new.expiry, topic: new.topic, limits: new.limits, created: now))
        if case .guest(let guest) = caller.person.identity {
            room.guestOwner = guest
            if caller.person.madeRooms.count >= 64 { caller.person.madeRooms.removeAll { roomsByID[$0] == nil } }
            caller.person.madeRooms.append(room.id)
        }
        insert(room)
        onUndo { [unowned self] in remove(room) }
        store(.putRoom(room.record))
        status.roomsChanged()
        room.status = status.newest
        startExpiry(of: room)
        roomListChanged(room)
        return .done
    }

    private func bound(_ password: Secret) throws(Refusal) {
        if password.bytes.count > Secret.maximumBytes {
            throw Refusal(.tooLarge, "A password has at most \(Secret.maximumBytes) bytes.")
        }
    }

    // MARK: Changing

    private func update(_ target: RoomTarget, _ changes: RoomChanges, _ caller: Caller) throws(Refusal) -> Reply? {
        let room = try room(target, caller)
        try requireUpdate(of: room, changes, caller)
        if let password = changes.password, !password.isEmpty {
            try bound(password)
            let job = HashJob.make(password, withMD5: false, sealed: false)
            hash(job, caller.session, caller.tag, then: .updateRoom(.named(room.name), changes))
            return nil
        }
        return try finishUpdate(.named(room.name), changes, caller, nil)
    }

    private func requireUpdate(of room: Room, _ changes: RoomChanges, _ caller: Caller) throws(Refusal) {
        let touchesKeys = changes.password != nil || changes.kind != nil || changes.expiry != nil
        try require(touchesKeys ? .changeRoomKeys : .changeRoom, caller, in: room)
        if let expiry = changes.expiry, expiry != .empty { try require(.createNonExpiring, caller) }
        if let expiry = changes.expiry, !expiry.isPermanent, room.name == .home {
            throw Refusal(.forbidden, "Home never ends.", cause: .notOwner)
        }
        if let topic = changes.topic { try bound(topic, 500, "The topic") }
        if let capacity = changes.capacity, capacity < 0 { throw Refusal(.invalid, "A capacity is not negative.") }
        if let limits = changes.limits {
            try require(.setBitrates, caller, in: room)
            try requireBitrates(limits, caller)
        }
        if let kind = changes.kind, kind != room.record.kind {
            // A room of another kind is made under another permission.
            try require(NewRoom(name: room.name, kind: kind).act, caller)
        }
    }

    /// Changes the room, once its new password is hashed.
    func finishUpdate(
        _ target: RoomTarget, _ changes: RoomChanges, _ caller: Caller, _ password: PasswordVerifier?
    ) throws(Refusal) -> Reply? {
        let room = try room(target, caller)
        try requireUpdate(of: room, changes, caller)
        var record = room.record
        if let given = changes.password {
            if !given.isEmpty, password == nil {
                throw Refusal(.unavailable, "The password could not be kept; try again.")
            }
            record.password = password
        }
        record.topic = changes.topic ?? record.topic
        record.kind = changes.kind ?? record.kind
        record.access = changes.access ?? record.access
        record.expiry = changes.expiry ?? record.expiry
        record.membersInvite = changes.membersInvite ?? record.membersInvite
        record.capacity = changes.capacity ?? record.capacity
        record.limits = changes.limits ?? record.limits
        set(room, \.record, record)
        store(.putRoom(record))
        if changes.expiry != nil, room.isEmpty { startExpiry(of: room) }
        deliver(.roomUpdated(summary(room)), to: room.watchers, origin: caller.session.id)
        if changes.kind != nil { refreshSending(in: room) }
        if changes.limits != nil {
            for id in media.values.filter({ $0.room === room }).map(\.id) { request(.setLimits(id, record.limits)) }
        }
        return .done
    }

    private func handOver(_ target: RoomTarget, _ name: Name, _ caller: Caller) throws(Refusal) -> Reply? {
        let room = try room(target, caller)
        try require(.handOver, caller, in: room)
        let account = try account(name)
        set(room, \.record.owner, account.id)
        set(room, \.guestOwner, nil)
        set(room, \.admins, room.admins.subtracting([account.id]))
        store(.putRoom(room.record))
        store(.setRoomRole(room.id, account.id, .none))
        audit("room.handOver", by: caller, target: name.text, room: room)
        deliver(.roleChanged(user: name, room: room.name, role: RoomRole.owner.text), to: room.watchers)
        return .done
    }

    // MARK: Deleting

    private func delete(_ name: Name, _ password: Secret?, _ caller: Caller) throws(Refusal) -> Reply? {
        let room = try room(name)
        if name == .home { throw Refusal(.forbidden, "Home is never deleted.", cause: .notOwner) }
        try require(.deleteRoom, caller, in: room)
        if let password, !password.isEmpty {
            guard let verifier = room.record.password else { throw wrongRoomPassword() }
            hash(.verify(password, verifier), caller.session, caller.tag, then: .deleteRoom(name))
            return nil
        }
        return try finishDelete(name, caller, isPasswordRight: true)
    }

    private func wrongRoomPassword() -> Refusal {
        Refusal(.wrongPassword, "The room's password is another.")
    }

    /// Deletes the room, once the password that was given is checked.
    func finishDelete(_ name: Name, _ caller: Caller, isPasswordRight: Bool) throws(Refusal) -> Reply? {
        let room = try room(name)
        try require(.deleteRoom, caller, in: room)
        guard isPasswordRight else { throw wrongRoomPassword() }
        // The operator's word empties a room; everyone else waits until it is.
        if !room.isEmpty, caller.person !== operatorPerson { throw Refusal(.notEmpty, "There are users in the room.") }
        audit("room.delete", by: caller, room: room)
        evict(from: room)
        delete(room)
        return .done
    }

    /// Puts everyone out of a room that is being deleted.
    private func evict(from room: Room) {
        for person in room.users.values.map(\.person) {
            for session in person.sessions.compactMap({ sessions[$0] }) where session.membership(of: room) != nil {
                endMedia(of: session, in: room, reason: "the room was deleted")
                depart(room, session, person)
                if session.origin.rooms == .one, let home = roomsByName[.home] { join(home, session, person) }
                if session.origin.door == .http { close(session, reason: "the room was deleted") }
                if session.origin.door == .line { deliver(.roomDeleted(room: room.name), to: [session.id]) }
            }
        }
    }

    /// Deletes an empty room with all that belongs to it.
    func delete(_ room: Room) {
        store(.removeRoom(room.id))
        noteDeletion(.room(room.name))
        remove(room)
        let gone = restrictions.inPlace(room.id)
        for record in gone { restrictions.remove(record.id) }
        onUndo { [unowned self] in
            insert(room)
            for record in gone { restrictions.insert(record) }
        }
        status.roomsChanged()
        deliver(.roomDeleted(room: room.name), to: sessions.observers)
    }

    private func remove(_ room: Room) {
        roomsByID[room.id] = nil
        roomsByName[room.name] = nil
    }

    /// A room was made: those who show lists hear of it.
    private func roomListChanged(_ room: Room) {
        deliver(.roomUpdated(summary(room)), to: sessions.observers)
    }

    // MARK: Expiry

    /// When a room goes if nobody enters; nil while it is occupied or if it never does.
    func expiry(of room: Room) -> Timestamp? {
        guard let since = room.emptySince else { return nil }
        switch room.record.expiry {
        case .empty: return since.adding(seconds: settings.timeouts.emptyRoom)
        case .seconds(let seconds): return since.adding(seconds: seconds)
        case .never, .sticky: return nil
        }
    }

    /// The room is empty from now on.
    func startExpiry(of room: Room) {
        set(room, \.emptySince, now)
        planExpiry(of: room)
    }

    private func planExpiry(of room: Room) {
        guard let end = expiry(of: room) else { return }
        if let planned = room.expiryPlanned, planned <= end { return }
        room.expiryPlanned = end
        deadlines.add(.emptyRoom(room.id), at: end)
    }

    /// A room's time may have come.
    func expire(_ id: RoomID) {
        guard let room = roomsByID[id] else { return }
        room.expiryPlanned = nil
        guard let end = expiry(of: room) else { return }
        if end <= now {
            delete(room)
        } else {
            planExpiry(of: room)
        }
    }
}
