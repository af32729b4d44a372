extension Hub {
    func handle(_ command: MediaCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        switch command {
        case .open(.room(let name, let password), let opening):
            return try openMedia(name, password: .unchecked, password, opening, caller)
        case .open(.call(let id), let opening): return try openMedia(id, opening, caller)
        case .close(let id): return try close(id, caller)
        case .inspect(let name): return try inspect(name, caller)
        }
    }

    /// The media room of a room, for those who moderate it.
    private func inspect(_ name: Name, _ caller: Caller) throws(Refusal) -> Reply {
        let room = try room(name)
        try require(.moderateRoom, caller, in: room)
        var users: [Int64: Name] = [:]
        for session in media.values where session.room === room {
            users[session.person.identity.key] = session.person.name
        }
        return .mediaRoom(room.id.number, users: users)
    }

    // MARK: Opening

    /// Opens a media session in a room, entering it if need be.
    func openMedia(
        _ name: Name, password state: Situation.Password, _ given: Secret?, _ opening: MediaOpening, _ caller: Caller
    ) throws(Refusal) -> Reply? {
        let room = try room(name)
        try requireRequest(opening, caller)
        guard try admit(caller, to: room, state, given, then: .enterForMedia(name, opening)) else { return nil }
        let allowed = room.record.kind.media
        guard !allowed.isEmpty else { throw Refusal(.wrongKind, "This room is for text only.") }
        let isNew = caller.session.membership(of: room) == nil
        moveIn(caller, room)
        let maySend = sendable(caller.person, caller.session, room)
        let session = MediaSession(
            id: MediaSessionID(randomHexadecimal()), carrier: caller.session.id, person: caller.person, room: room,
            call: nil, maySend: maySend, entered: isNew, until: opening.until)
        start(session, media: room.id.number, allowed, room.record.limits, opening, caller)
        return nil
    }

    private func openMedia(_ id: CallID, _ opening: MediaOpening, _ caller: Caller) throws(Refusal) -> Reply? {
        try requireRequest(opening, caller)
        let call = try call(id, caller)
        guard call.isAccepted else { throw Refusal(.forbidden, "The call has not been taken yet.") }
        try require(.privateCall, caller)
        let allowed = call.media.subtracting(.text)
        let session = MediaSession(
            id: MediaSessionID(randomHexadecimal()), carrier: caller.session.id, person: caller.person, room: nil,
            call: id, maySend: sendable(caller.person, caller.session, nil).intersection(allowed), entered: false,
            until: opening.until)
        start(session, media: call.mediaRoom, allowed, MediaLimits(), opening, caller)
        return nil
    }

    private func requireRequest(_ opening: MediaOpening, _ caller: Caller) throws(Refusal) {
        if case .offer(let sdp) = opening.request { try bound(sdp, 64_000, "The offer") }
        if let until = opening.until, until <= now { throw Refusal(.badCredentials, "The token has ended.") }
        if media.values.count(where: { $0.person === caller.person }) >= 16 {
            throw Refusal(.rateLimited, "You have as many media sessions as one may have.")
        }
    }

    private func start(
        _ session: MediaSession, media mediaRoom: Int64, _ allowed: MediaKinds, _ limits: MediaLimits,
        _ opening: MediaOpening, _ caller: Caller
    ) {
        media[session.id] = session
        onUndo { [unowned self] in media[session.id] = nil }
        set(caller.session, \.media, caller.session.media + [session.id])
        if let until = session.until { deadlines.add(.mediaEnd(session.id), at: until) }
        var opening = opening
        opening.requester = opening.requester ?? caller.session.origin.address
        let open = MediaOpen(
            session: session.id, room: mediaRoom, participant: caller.key, displayName: caller.person.name.text,
            allowed: allowed, maySend: session.maySend, limits: limits, opening: opening)
        request([.open(open)], caller.session, caller.tag, then: .openMedia(session.id))
    }

    /// The media side has opened a session, or has not.
    func finishOpening(_ id: MediaSessionID, _ carrier: Session, _ outcome: MediaOutcome) throws(Refusal) -> Reply? {
        guard let session = media[id] else {
            throw Refusal(.forbidden, "You were put out of the room meanwhile.")
        }
        switch outcome {
        case .opened(let answer):
            publish(answer.publishes, session)
            return .mediaOpened(MediaOpened(session: id, sdp: answer.sdp))
        case .failed(let refusal):
            remove(session)
            if session.entered, let room = session.room { goBack(carrier, from: room, session.person) }
            throw refusal
        case .done:
            remove(session)
            throw Refusal(.unavailable, "The media side gave no answer.")
        }
    }

    /// Leaves a room that was entered for the sake of media; a session of one room goes `Home`.
    private func goBack(_ carrier: Session, from room: Room, _ person: Person) {
        guard carrier.membership(of: room) != nil else { return }
        depart(room, carrier, person)
        if carrier.origin.rooms == .one, let home = roomsByName[.home] { join(home, carrier, person) }
    }

    // MARK: What may be sent

    /// What somebody may send in a room, or in private calls.
    func sendable(_ person: Person, _ session: Session, _ room: Room?) -> MediaKinds {
        var kinds: MediaKinds = []
        for (act, kind) in [(Act.speakAudio, MediaKinds.audio), (.speakVideo, .video)] {
            let situation = situation(act, person, session, in: room)
            if Permission.decide(situation, policy, now: now) == .allowed { kinds.insert(kind) }
        }
        return kinds
    }

    /// What to tell the media side after somebody's mutes or roles changed.
    func sendingRequests(of person: Person) -> [MediaRequest] {
        media.values.filter { $0.person === person }.compactMap { session in
            guard let carrier = sessions[session.carrier] else { return nil }
            var maySend = sendable(person, carrier, session.room)
            if let call = session.call.flatMap({ calls[$0] }) { maySend.formIntersection(call.media) }
            guard maySend != session.maySend else { return nil }
            set(session, \.maySend, maySend)
            return .setMaySend(session.id, maySend)
        }
    }

    /// The same for everyone in a room, after its kind changed.
    func refreshSending(in room: Room) {
        for person in Set(media.values.filter { $0.room === room }.map { $0.person.identity.key }) {
            guard let person = directory.person(person) else { continue }
            for request in sendingRequests(of: person) { self.request(request) }
        }
    }

    /// The same for everyone, after the settings changed.
    func refreshSending() {
        for person in Set(media.values.map { $0.person.identity.key }) {
            guard let person = directory.person(person) else { continue }
            for request in sendingRequests(of: person) { self.request(request) }
        }
    }

    // MARK: Ending

    private func close(_ id: MediaSessionID, _ caller: Caller) throws(Refusal) -> Reply? {
        try require(.connect, caller)
        guard let session = media[id], session.person === caller.person || caller.person.role >= .admin else {
            throw Refusal(.notFound, "There is no such media session.")
        }
        let closing = close(media: id, reason: "closed")
        leaveAfter(session, reason: "media session closed", unless: caller.session)
        request(closing, caller.session, caller.tag, then: .answer(.done))
        return nil
    }

    /// A session that an HTTP request opened is there for its media only.
    private func leaveAfter(_ session: MediaSession, reason: String, unless caller: Session?) {
        guard let carrier = sessions[session.carrier], carrier.media.isEmpty else { return }
        if carrier.origin.door == .http {
            if carrier === caller {
                if let room = session.room { depart(room, carrier, session.person) }
            } else {
                close(carrier, reason: reason)
            }
        } else if carrier.origin.door != .line, session.entered, let room = session.room {
            depart(room, carrier, session.person)
        }
    }

    /// Forgets a media session and gives the request that closes it.
    func close(media id: MediaSessionID, reason: String) -> [MediaRequest] {
        guard let session = media[id] else { return [] }
        remove(session)
        deliver(.mediaEnded(id, reason: reason), to: [session.carrier])
        return [.close(id, reason: reason)]
    }

    /// Closes a media session; nobody waits for it.
    func endMedia(_ id: MediaSessionID, reason: String) {
        for request in close(media: id, reason: reason) { self.request(request) }
    }

    /// Closes a session's media in a room; nobody waits for it.
    func endMedia(of session: Session, in room: Room, reason: String) {
        for request in closeMedia(of: session, in: room, reason: reason) { self.request(request) }
    }

    /// The requests that close a session's media in a room.
    func closeMedia(of session: Session, in room: Room, reason: String) -> [MediaRequest] {
        session.media.filter { media[$0]?.room === room }.flatMap { close(media: $0, reason: reason) }
    }

    private func remove(_ session: MediaSession) {
        media[session.id] = nil
        onUndo { [unowned self] in media[session.id] = session }
        if let carrier = sessions[session.carrier] {
            set(carrier, \.media, carrier.media.filter { $0 != session.id })
        }
        publish([], session)
    }

    /// A media session publishes these kinds now.
    private func publish(_ kinds: MediaKinds, _ session: MediaSession) {
        guard session.publishes != kinds else { return }
        set(session, \.publishes, kinds)
        guard let room = session.room else { return }
        let key = session.person.identity.key
        let all = media.values.filter { $0.room === room && $0.person === session.person }
            .reduce(MediaKinds()) { $0.union($1.publishes) }
        guard room.users[key] != nil, room.users[key]?.media != all else { return }
        let before = room.users[key]?.media ?? []
        room.users[key]?.media = all
        onUndo { room.users[key]?.media = before }
        deliver(.track(room: room.name, user: session.person.name, media: all), to: room.watchers)
    }

    // MARK: What the media side tells

    func decide(_ event: MediaEvent) {
        switch event {
        case .ended(let id, let reason):
            guard let session = media[id] else { return }
            remove(session)
            deliver(.mediaEnded(id, reason: reason), to: [session.carrier])
            leaveAfter(session, reason: reason, unless: nil)
        case .publishes(let id, let kinds):
            if let session = media[id] { publish(kinds, session) }
        case .speaking(let number, let participants):
            guard let room = roomsByID[RoomID(number)], !room.watchers.isEmpty else { return }
            let names = participants.compactMap { directory.person($0)?.name }.sorted()
            deliver(.speaking(room: room.name, users: names), to: room.watchers)
        case .statistics(let id, let statistics):
            media[id]?.statistics = statistics
        }
    }

    /// A media session's time may have come: its token has ended.
    func endMediaInTime(_ id: MediaSessionID) {
        guard let session = media[id], let until = session.until, until <= now else { return }
        endMedia(id, reason: "the token has ended")
        leaveAfter(session, reason: "the token has ended", unless: nil)
    }
}
