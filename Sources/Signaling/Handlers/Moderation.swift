extension Hub {
    func handle(_ command: ModerationCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        switch command {
        case .kick(let scope, let name, let reason): return try kick(scope, name, reason, caller)
        case .mute(let scope, let name, let media, let seconds, let reason):
            return try mute(scope, name, media, seconds, reason, caller)
        case .unmute(let scope, let name, let media): return try unmute(scope, name, media, caller)
        case .ban(let scope, let target, let seconds, let reason):
            return try ban(scope, target, seconds, reason, caller)
        case .unban(let scope, let target): return try unban(scope, target, caller)
        case .grant(let scope, let name): return try grant(scope, name, true, caller)
        case .revoke(let scope, let name): return try grant(scope, name, false, caller)
        case .restrictions(let scope):
            let room = try room(scope, caller)
            try require(command.act, caller, in: room)
            return .restrictions(
                restrictions.inPlace(room?.id).filter { $0.until.map { now < $0 } ?? true }.map(summary))
        case .audit(let before, let limit):
            try require(.readAudit, caller)
            query(.audit(before: before, limit: min(max(limit, 1), 200)), caller.session, caller.tag, then: .audit)
            return nil
        }
    }

    /// The room of a scope; nil for everywhere.
    func room(_ scope: Scope, _ caller: Caller) throws(Refusal) -> Room? {
        switch scope {
        case .everywhere: nil
        case .room(let target): try room(target, caller)
        }
    }

    private func act(_ room: Room?) -> Act { room == nil ? .moderateServer : .moderateRoom }

    /// Somebody that an act is against: online, or an account.
    struct Subject {
        let identity: Identity
        let name: Name
        let person: Person?
        let account: Account?

        /// The name by which a guest is known again; nil for an account.
        var guestName: Name? { account == nil ? name : nil }
    }

    func subject(_ name: Name) throws(Refusal) -> Subject {
        let person = directory.person(name)
        // A guest who has registered their own name is not the account yet.
        let account = person == nil ? directory.account(name) : person?.account
        guard let identity = person?.identity ?? account.map({ .account($0.id) }) else {
            throw Refusal(.notFound, "There is no user \(name).", cause: .noSuchUser)
        }
        return Subject(identity: identity, name: name, person: person, account: account)
    }

    func standing(of subject: Subject, in room: Room?) -> Situation.Standing {
        if let account = subject.account { return standing(of: account, in: room) }
        return subject.person.map { standing(of: $0, in: room) } ?? Situation.Standing(role: .guest)
    }

    private func by(_ caller: Caller) -> Name? {
        caller.person === operatorPerson ? nil : caller.person.name
    }

    /// Answers when the media side has done all this.
    private func done(after requests: [MediaRequest], _ caller: Caller) -> Reply? {
        if requests.isEmpty { return .done }
        request(requests, caller.session, caller.tag, then: .answer(.done))
        return nil
    }

    // MARK: Kicking

    private func kick(_ scope: Scope, _ name: Name, _ reason: String, _ caller: Caller) throws(Refusal) -> Reply? {
        let room = try room(scope, caller)
        try bound(reason, 500, "The reason")
        let subject = try subject(name)
        try require(act(room), caller, against: standing(of: subject, in: room), in: room)
        guard let person = subject.person, room.map({ $0.users[subject.identity.key] != nil }) ?? true else {
            throw Refusal(.notFound, "\(name) is not here.", cause: .notOnline)
        }
        audit("kick", by: caller, target: name.text, room: room, reason: reason)
        let sanction = Sanction(user: name, room: room?.name, by: by(caller), reason: reason)
        let closing = putOut(person, of: room, .kicked(sanction), "kicked", caller)
        return done(after: closing, caller)
    }

    /// Puts somebody out of a room, or off the server; their media end first.
    private func putOut(
        _ person: Person, of room: Room?, _ event: Event, _ what: String, _ caller: Caller
    ) -> [MediaRequest] {
        var closing: [MediaRequest] = []
        guard let room else {
            for session in person.sessions.compactMap({ sessions[$0] }) where session !== caller.session {
                for id in session.media { closing += close(media: id, reason: what) }
                deliver(event, to: [session.id], origin: caller.session.id)
                close(session, reason: "You were \(what).")
            }
            return closing
        }
        let others = room.watchers.filter { !person.sessions.contains($0) }
        for session in person.sessions.compactMap({ sessions[$0] }) where session.membership(of: room) != nil {
            closing += closeMedia(of: session, in: room, reason: what)
            depart(room, session, person)
            if session.origin.rooms == .one, let home = roomsByName[.home], home !== room {
                join(home, session, person)
            } else if session.origin.rooms == .one {
                // There is nowhere else to be.
                deliver(event, to: [session.id], origin: caller.session.id)
                close(session, reason: "You were \(what) from Home.")
                continue
            }
            deliver(event, to: [session.id], origin: caller.session.id)
            if session.origin.door == .http { close(session, reason: what) }
        }
        deliver(event, to: others, origin: caller.session.id)
        return closing
    }

    // MARK: Muting

    private func mute(
        _ scope: Scope, _ name: Name, _ media: MediaKinds, _ seconds: Int64?, _ reason: String, _ caller: Caller
    ) throws(Refusal) -> Reply? {
        let room = try room(scope, caller)
        try bound(reason, 500, "The reason")
        let subject = try subject(name)
        try require(act(room), caller, against: standing(of: subject, in: room), in: room)
        let until = try end(seconds)
        guard !media.isEmpty else { throw Refusal(.invalid, "Nothing was named that could be muted.") }
        lift(restrictions.of(subject.identity.key, guest: subject.guestName, room: room?.id), media)
        restrict(
            RestrictionRecord(
                id: ids.nextRestriction(), media: media, subject: subject.identity, subjectName: name, network: nil,
                room: room?.id, by: by(caller), reason: reason, since: now, until: until))
        audit("mute \(text(media))", by: caller, target: name.text, room: room, reason: reason, until: until)
        let sanction = Sanction(user: name, room: room?.name, by: by(caller), reason: reason, seconds: seconds)
        tell(.muted(sanction, media), subject, room, caller)
        return done(after: subject.person.map { sendingRequests(of: $0) } ?? [], caller)
    }

    private func unmute(_ scope: Scope, _ name: Name, _ media: MediaKinds, _ caller: Caller) throws(Refusal) -> Reply? {
        let room = try room(scope, caller)
        let subject = try subject(name)
        try require(act(room), caller, against: standing(of: subject, in: room), in: room)
        let mutes = restrictions.of(subject.identity.key, guest: subject.guestName, room: room?.id).filter {
            !($0.media ?? []).isDisjoint(with: media)
        }
        guard !mutes.isEmpty else { throw Refusal(.notFound, "\(name) is not muted.") }
        lift(mutes, media)
        audit("unmute \(text(media))", by: caller, target: name.text, room: room)
        let sanction = Sanction(user: name, room: room?.name, by: by(caller), reason: "")
        tell(.unmuted(sanction, media), subject, room, caller)
        return done(after: subject.person.map { sendingRequests(of: $0) } ?? [], caller)
    }

    private func text(_ media: MediaKinds) -> String {
        media.names.joined(separator: ",")
    }

    /// Takes media out of mutes; what is left of them stays.
    private func lift(_ mutes: [RestrictionRecord], _ media: MediaKinds) {
        for mute in mutes {
            guard let muted = mute.media, !muted.isDisjoint(with: media) else { continue }
            let left = muted.subtracting(media)
            if left.isEmpty {
                lift(mute)
            } else {
                var record = mute
                record.media = left
                restrict(record)
            }
        }
    }

    // MARK: Restrictions

    /// Puts a restriction into force.
    func restrict(_ record: RestrictionRecord) {
        let before = restrictions.all[record.id]
        restrictions.insert(record)
        onUndo { [unowned self] in
            restrictions.remove(record.id)
            if let before { restrictions.insert(before) }
        }
        store(.putRestriction(record))
        if let until = record.until { deadlines.add(.restriction(record.id), at: until) }
    }

    /// Lifts a restriction.
    func lift(_ record: RestrictionRecord) {
        restrictions.remove(record.id)
        onUndo { [unowned self] in restrictions.insert(record) }
        store(.removeRestriction(record.id))
    }

    /// A restriction's end may have come.
    func endRestriction(_ id: Int64) {
        guard let record = restrictions.all[id], let until = record.until, until <= now else { return }
        lift(record)
        if let key = record.subject?.key, let person = directory.person(key), record.media != nil {
            for request in sendingRequests(of: person) { self.request(request) }
        }
    }

    private func end(_ seconds: Int64?) throws(Refusal) -> Timestamp? {
        guard let seconds else { return nil }
        guard seconds > 0 else { throw Refusal(.invalid, "A time is at least a second.") }
        return now.adding(seconds: seconds)
    }

    private func tell(_ event: Event, _ subject: Subject, _ room: Room?, _ caller: Caller) {
        let own = subject.person?.sessions ?? []
        deliver(event, to: own, origin: caller.session.id)
        if let room { deliver(event, to: room.watchers.filter { !own.contains($0) }, origin: caller.session.id) }
    }

    /// A restriction as lists show it.
    func summary(_ record: RestrictionRecord) -> RestrictionSummary {
        RestrictionSummary(
            media: record.media, user: record.subject == nil ? nil : record.subjectName, network: record.network,
            room: record.room.flatMap { roomsByID[$0]?.name }, by: record.by, reason: record.reason, until: record.until
        )
    }

    // MARK: Banning

    private func ban(
        _ scope: Scope, _ target: BanTarget, _ seconds: Int64?, _ reason: String, _ caller: Caller
    ) throws(Refusal) -> Reply? {
        let room = try room(scope, caller)
        try bound(reason, 500, "The reason")
        let until = try end(seconds)
        var subjects: [Subject] = []
        var networks: [IPNetwork] = []
        switch target {
        case .user(let name): subjects = [try subject(name)]
        case .network(let network):
            try require(act(room), caller, in: room)
            networks = [network]
        case .userAndAddress(let name):
            let subject = try subject(name)
            subjects = [subject]
            let addresses = Set((subject.person?.sessions ?? []).compactMap { sessions[$0]?.origin.address })
            networks = addresses.map { IPNetwork(address: $0, prefix: 128) }
        }
        for subject in subjects {
            try require(act(room), caller, against: standing(of: subject, in: room), in: room)
        }
        // Everyone online who comes from the network is banned with it, so each must be below the caller.
        let inNetworks = directory.online.values.filter { person in
            person.role < .admin && person !== caller.person
                && person.sessions.contains { id in
                    guard let address = sessions[id]?.origin.address else { return false }
                    return networks.contains { $0.contains(address) }
                }
        }
        for person in inNetworks { try require(act(room), caller, against: standing(of: person, in: room), in: room) }
        for subject in subjects { add(subject, subject.name, nil, room, until, reason, caller) }
        // A ban of addresses that belongs to somebody's ban keeps their name, and is lifted with it.
        for network in networks { add(nil, subjects.first?.name, network, room, until, reason, caller) }
        let named = Set(subjects.map(\.identity.key))
        var closing: [MediaRequest] = []
        for person in subjects.compactMap(\.person) + inNetworks.filter({ !named.contains($0.identity.key) }) {
            let sanction = Sanction(
                user: person.name, room: room?.name, by: by(caller), reason: reason, seconds: seconds)
            if room == nil || room?.users[person.identity.key] != nil {
                closing += putOut(person, of: room, .banned(sanction), "banned", caller)
            } else {
                deliver(.banned(sanction), to: person.sessions, origin: caller.session.id)
            }
        }
        return done(after: closing, caller)
    }

    private func add(
        _ subject: Subject?, _ name: Name?, _ network: IPNetwork?, _ room: Room?, _ until: Timestamp?, _ reason: String,
        _ caller: Caller
    ) {
        let old =
            subject.map {
                restrictions.of($0.identity.key, guest: $0.guestName, room: room?.id).filter { $0.media == nil }
            }
            ?? network.map { restrictions.of($0, room: room?.id) } ?? []
        for record in old { lift(record) }
        restrict(
            RestrictionRecord(
                id: ids.nextRestriction(), media: nil, subject: subject?.identity, subjectName: name,
                network: network, room: room?.id, by: by(caller), reason: reason, since: now, until: until))
        audit(
            "ban", by: caller, target: subject?.name.text ?? network?.description ?? "", room: room, reason: reason,
            until: until)
        if room == nil, let account = subject?.account {
            // Tokens that were handed out before die with the ban.
            set(account, \.record.tokenStamp, account.record.tokenStamp + 1)
            store(.putAccount(account.record))
        }
    }

    private func unban(_ scope: Scope, _ target: BanTarget, _ caller: Caller) throws(Refusal) -> Reply? {
        let room = try room(scope, caller)
        try require(act(room), caller, in: room)
        let found: [RestrictionRecord]
        let text: String
        switch target {
        case .user(let name), .userAndAddress(let name):
            // A guest who is gone is known by name only.
            found = restrictions.inPlace(room?.id).filter { $0.media == nil && $0.subjectName == name }
            text = name.text
            if let subject = try? subject(name) {
                try require(act(room), caller, against: standing(of: subject, in: room), in: room)
            }
        case .network(let network):
            found = restrictions.of(network, room: room?.id)
            text = network.description
        }
        guard !found.isEmpty else { throw Refusal(.notFound, "There is no such ban.") }
        for record in found { lift(record) }
        audit("unban", by: caller, target: text, room: room)
        return .done
    }

    // MARK: Roles

    private func grant(_ scope: Scope, _ name: Name, _ isGranted: Bool, _ caller: Caller) throws(Refusal) -> Reply? {
        guard let room = try room(scope, caller) else {
            return try handle(.setRole(name, isGranted ? .admin : .user), caller)
        }
        try require(.grantRoomAdmin, caller, in: room)
        let account = try account(name)
        try require(.grantRoomAdmin, caller, against: standing(of: account, in: room), in: room)
        if room.record.owner == account.id { throw Refusal(.invalid, "\(name) is the room's owner.") }
        let admins = isGranted ? room.admins.union([account.id]) : room.admins.subtracting([account.id])
        set(room, \.admins, admins)
        let role: RoomRole = isGranted ? .roomAdmin : .none
        store(.setRoomRole(room.id, account.id, role))
        audit(isGranted ? "grant" : "revoke", by: caller, target: name.text, room: room, reason: role.text)
        let own = directory.person(account.id.number)?.sessions ?? []
        let event = Event.roleChanged(user: name, room: room.name, role: role.text)
        deliver(event, to: own + room.watchers.filter { !own.contains($0) }, origin: caller.session.id)
        return .done
    }
}
