internal import HeapModule

extension MediaRouter {
    /// Lets a session in.
    func open(_ setup: SessionSetup, at now: MediaTime) {
        let room = roomsByName[setup.room] ?? addRoom(setup.room, at: now)
        for earlier in rooms[room]?.sessions ?? [] where isReplaced(earlier, by: setup) {
            // The last to leave would take the room along.
            rooms.with(room) { $0.isHeld = true }
            expire(earlier, reason: .replaced, at: now)
            rooms.with(room) { $0.isHeld = false }
        }
        let sections = setup.sections.map { section in
            MediaSession.Section(
                setup: section, protector: section.keys.flatMap { try? SRTPProtector($0.local) },
                unprotector: section.keys.flatMap { try? SRTPUnprotector($0.remote) },
                isConnected: !section.isStream,
                outbound: OutboundStream(
                    payloadType: section.payloadType,
                    rewriter: StreamRewriter(
                        ssrc: section.ssrc, payloadType: section.payloadType, clockRate: section.clockRate,
                        firstSequence: section.firstSequence, firstTimestamp: section.firstTimestamp),
                    statistics: SenderStatistics(clockRate: UInt32(section.clockRate)),
                    positionOffset: section.firstTimestamp, nextSequence: section.firstSequence))
        }
        // The first report comes soon, so that a sender knows that it is heard; later ones are spread.
        let firstReport = now.advanced(milliseconds: 500)
        let key = sessions.insert(
            MediaSession(
                id: setup.id, participant: setup.participant, room: room, canonicalName: setup.canonicalName,
                allowed: setup.maySend, limits: setup.limits, muted: setup.muted, sections: sections, opened: now,
                nextReport: firstReport,
                lastReportTime: now))
        sessionsByID[setup.id] = key
        timers.insert(Timer(time: firstReport, target: .report(key)))
        for (index, section) in setup.sections.enumerated() {
            own(section.rtpSocket, SocketOwner(session: key, section: index, isRTCP: false))
            if let socket = section.rtcpSocket { own(socket, SocketOwner(session: key, section: index, isRTCP: true)) }
        }
        sessions.with(key) { $0.mostTracks = setup.mostTracks }
        rooms.with(room) { room in
            room.sessions.append(key)
            room.isCall = setup.isCall
            if setup.mostTracks > 0 { room.trackListeners += 1 }
        }
        listen(key)
        routeVoices(room)
        unassignedRooms.append(room)
        assignVideo(at: now)
    }

    /// Ends a session: says goodbye, closes its sockets. `completion` is called when not one more packet of it will leave, mixes included.
    func close(_ id: MediaSessionID, at now: MediaTime, completion: @escaping @Sendable () -> Void) {
        guard let key = sessionsByID[id] else {
            completion()
            return
        }
        end(key, at: now, completion: completion)
    }

    /// Changes what a session is kept from sending; `completion` is called when nothing that it may not send is on its way any more.
    func setMuted(
        _ kinds: MediaKinds, session id: MediaSessionID, at now: MediaTime, completion: @escaping @Sendable () -> Void
    ) {
        guard let key = sessionsByID[id], let room = sessions[key]?.room else {
            completion()
            return
        }
        let sections = sessions.with(key) { session in
            session.muted = kinds
            return session.sections.indices.filter { kinds.contains(session.sections[$0].setup.kind) }
        }
        for section in sections ?? [] { endInbound(key, section: section) }
        assignVideo(at: now)
        afterMix(of: room, completion)
    }

    /// Ends a session that has gone by itself.
    func expire(_ key: Slab<MediaSession>.Key, reason: MediaEngineEvent.EndReason, at now: MediaTime) {
        guard let id = sessions[key]?.id else { return }
        end(key, at: now) {}
        output.notify(.ended(id, reason))
    }

    private func end(_ key: Slab<MediaSession>.Key, at now: MediaTime, completion: @escaping @Sendable () -> Void) {
        guard let session = sessions[key] else { return }
        statistics(of: key, at: now).map { past.add($0) }
        for section in session.sections.indices {
            endInbound(key, section: section)
            unwatch(key, section: section)
            sendGoodbye(key, section: section, at: now)
        }
        change(session.room, .leave(UInt32(bitPattern: key.index)))
        for section in session.sections {
            disown(section.setup.rtpSocket)
            if let socket = section.setup.rtcpSocket { disown(socket) }
        }
        sessionsByID[session.id] = nil
        sessions.remove(key)
        if session.drops != DropCounters() { output.notify(.dropped(session.id, session.drops)) }
        let isEmpty = rooms.with(session.room) { room in
            room.sessions.removeAll { $0 == key }
            room.direct.removeAll { $0 == key }
            if session.mostTracks > 0 { room.trackListeners -= 1 }
            return room.sessions.isEmpty && !room.isHeld
        }
        afterMix(of: session.room, completion)
        if isEmpty == true { removeRoom(session.room) }
        unassignedRooms.append(session.room)
        assignVideo(at: now)
    }

    /// A stream has ended, or its sender may not send it any more.
    func endInbound(_ key: Slab<MediaSession>.Key, section: Int) {
        guard let session = sessions[key], let inbound = session.sections[section].inbound else { return }
        sessions.with(key) { $0.sections[section].inbound = nil }
        if let track = inbound.mixTrack { removeMixTrack(track, room: session.room) }
        routeVoices(session.room)
        if let track = inbound.videoTrack { endVideoTrack(track, room: session.room) }
    }

    /// Whether a session of the same person receives at one of the new one's addresses: two streams at one port are of use to nobody.
    private func isReplaced(_ earlier: Slab<MediaSession>.Key, by setup: SessionSetup) -> Bool {
        guard let session = sessions[earlier], session.participant == setup.participant else { return false }
        return session.sections.contains { section in
            section.setup.sends && !section.setup.isStream
                && setup.sections.contains { $0.sends && !$0.isStream && $0.remoteRTP == section.setup.remoteRTP }
        }
    }

    private func addRoom(_ name: String, at now: MediaTime) -> Slab<MediaRoom>.Key {
        let phase = nextPhase * 1_000_000
        nextPhase = (nextPhase + 7) % 20
        let aligned = now.nanoseconds / Self.tickNanoseconds * Self.tickNanoseconds + phase
        let key = rooms.insert(MediaRoom(name: name, clockOrigin: MediaTime(nanoseconds: aligned)))
        roomsByName[name] = key
        return key
    }

    private func removeRoom(_ key: Slab<MediaRoom>.Key) {
        guard let room = rooms.remove(key) else { return }
        roomsByName[room.name] = nil
        for waiter in room.mixing?.waiters ?? [] { waiter() }
    }

    private func own(_ socket: Int, _ owner: SocketOwner) {
        while socketOwners.count <= socket { socketOwners.append(nil) }
        socketOwners[socket] = owner
    }

    private func disown(_ socket: Int) {
        socketOwners[socket] = nil
        output.close(socket: socket)
    }
}

extension MediaKinds {
    /// The usual RTP clock of the kind: 48 kHz for Opus (RFC 7587), 90 kHz for video.
    var clockRate: Int { self == .audio ? 48_000 : 90_000 }
}
