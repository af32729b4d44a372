extension Hub {
    func handle(_ command: CallCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        switch command {
        case .invite(let name, let media): return try ring(name, media, caller)
        case .accept(let id): return try accept(id, caller)
        case .decline(let id):
            let call = try call(id, caller)
            guard !call.isAccepted, call.callee === caller.person else {
                throw Refusal(.invalid, "Only a call that rings can be declined.")
            }
            end(call, .declined(id, by: caller.person.name, reason: "declined"), caller.session.id)
            return .done
        case .hangUp(let id): return try hangUp(id, caller)
        }
    }

    /// A call that the caller is in.
    func call(_ id: CallID, _ caller: Caller) throws(Refusal) -> Call {
        try require(.connect, caller)
        guard let call = calls[id], call.has(caller.person) else { throw Refusal(.notFound, "There is no such call.") }
        return call
    }

    private func ring(_ name: Name, _ media: MediaKinds, _ caller: Caller) throws(Refusal) -> Reply? {
        let media = media.subtracting(.text)
        guard !media.isEmpty else { throw Refusal(.invalid, "A call is for audio or video.") }
        let receivers = directory.person(name)?.sessions.filter { hearsCalls($0) } ?? []
        guard let callee = directory.person(name), !receivers.isEmpty else {
            throw Refusal(.notFound, "\(name) is not online.", cause: .notOnline)
        }
        guard callee !== caller.person else { throw Refusal(.invalid, "Nobody can call themselves.") }
        try requirePrivate(.privateCall, caller, to: callee, callee.account)
        guard !calls.values.contains(where: { $0.has(caller.person) }) else {
            throw Refusal(.rateLimited, "You are in a call already.")
        }
        let id = CallID(randomHexadecimal())
        if calls.values.contains(where: { $0.has(callee) }) {
            deliver(.call(.declined(id, by: callee.name, reason: "busy")), to: [caller.session.id])
            return .call(id)
        }
        let call = Call(
            id: id, caller: caller.person, callee: callee, media: media, mediaRoom: ids.nextCallRoom(),
            callerSession: caller.session.id)
        calls[id] = call
        onUndo { [unowned self] in calls[id] = nil }
        deadlines.add(.ring(id), at: now.adding(seconds: settings.timeouts.ring))
        deliver(.call(.incoming(id, from: caller.person.name, media: media)), to: receivers)
        return .call(id)
    }

    private func hearsCalls(_ id: SessionID) -> Bool {
        guard let origin = sessions[id]?.origin else { return false }
        return origin.receivesMessages && origin.door != .line
    }

    private func accept(_ id: CallID, _ caller: Caller) throws(Refusal) -> Reply? {
        let call = try call(id, caller)
        guard !call.isAccepted, call.callee === caller.person else {
            throw Refusal(.invalid, "Only a call that rings can be taken.")
        }
        try require(.privateCall, caller)
        set(call, \.isAccepted, true)
        deliver(
            .call(.accepted(id, by: caller.person.name)), to: call.caller.sessions + call.callee.sessions,
            origin: caller.session.id)
        return .done
    }

    private func hangUp(_ id: CallID, _ caller: Caller) throws(Refusal) -> Reply? {
        let call = try call(id, caller)
        let closing = media.values.filter { $0.call == id }.map(\.id).flatMap { close(media: $0, reason: "hung up") }
        end(call, .ended(id, reason: "hung up"), caller.session.id)
        if closing.isEmpty { return .done }
        request(closing, caller.session, caller.tag, then: .answer(.done))
        return nil
    }

    private func end(_ call: Call, _ event: CallEvent, _ origin: SessionID?) {
        calls[call.id] = nil
        onUndo { [unowned self] in calls[call.id] = call }
        for id in media.values.filter({ $0.call == call.id }).map(\.id) { endMedia(id, reason: "the call has ended") }
        deliver(.call(event), to: call.caller.sessions + call.callee.sessions, origin: origin)
    }

    /// Nobody took a call in time.
    func endRinging(_ id: CallID) {
        guard let call = calls[id], !call.isAccepted else { return }
        end(call, .ended(id, reason: "no answer"), nil)
    }

    /// Somebody is gone.
    func endCalls(of person: Person) {
        for call in calls.values where call.has(person) {
            end(call, .ended(call.id, reason: "\(person.name) left"), nil)
        }
    }
}
