internal import HeapModule

extension MediaRouter {
    /// The sender calls it silence from here on (dB below full scale).
    private static var silentLevel: UInt8 { 80 }
    /// Packets of silence, after which the mixer is not troubled with the track any more: 1 s.
    private static var silentPackets: Int { 50 }

    /// Hands a packet to the room's mixer, unless it is known to be silent.
    func receiveAudio(_ header: RTPHeader, _ packet: RawSpan, owner: SocketOwner, at now: MediaTime) {
        let payload = packet.extracting(header.payload)
        let place = sessions.with(owner.session) { session in
            let identifier = session.sections[owner.section].setup.audioLevelID
            // A packet of one byte is a frame that was left out (RFC 6716, 3.1; RFC 7587, 3.1.3).
            let format = session.sections[owner.section].inbound?.format.codec
            var isSilent = format == .opus && payload.byteCount <= 1
            if let identifier, let level = AudioLevel(header: header, identifier: identifier, in: packet) {
                isSilent = isSilent || level.attenuation >= Self.silentLevel
            }
            let silentPackets = isSilent ? (session.sections[owner.section].inbound?.silentPackets ?? 0) + 1 : 0
            session.sections[owner.section].inbound?.silentPackets = silentPackets
            return (
                room: session.room, track: session.sections[owner.section].inbound?.mixTrack, format: format,
                silentPackets: silentPackets
            )
        }
        guard let place else { return }
        if place.silentPackets > 0, place.track == nil { return }
        // A call whose ends take each other's sound needs no codec.
        guard needsMixer(place.room) else { return }
        if place.silentPackets > Self.silentPackets {
            retireMixTrack(owner: owner, room: place.room)
            return
        }
        let track = place.track ?? addMixTrack(owner: owner, room: place.room)
        guard payload.byteCount > 1 || place.format != .opus else { return }
        let kept = rooms.with(place.room) { room in
            room.mixing?.collecting.append(
                track: track, sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, arrival: now,
                payload: payload) ?? false
        }
        if kept != true { sessions.with(owner.session) { $0.drops.overload += 1 } }
        startTicks(place.room, at: now)
    }

    /// Takes back a batch from a codec worker: sends its frames and starts the next, if one is waiting.
    func finish(_ batch: MixBatch, room key: Slab<MediaRoom>.Key, at now: MediaTime) {
        guard let room = rooms[key] else { return }
        rooms.with(key) { room in
            room.chosen.removeAll(keepingCapacity: true)
            room.chosen.append(contentsOf: batch.selected)
        }
        if !batch.frames.isEmpty {
            for listener in room.sessions { send(batch, to: listener, at: now) }
        }
        noteSpeakers(batch, room: key, at: now)
        let isIdle = batch.isIdle
        batch.clearOutput()
        let waiters = rooms.with(key) { room in
            room.mixing?.spare = batch
            let waiters = room.mixing?.waiters ?? []
            room.mixing?.waiters.removeAll()
            if isIdle, room.mixing?.collecting.packets.isEmpty == true { room.nextTick = nil }
            return waiters
        }
        for waiter in waiters ?? [] { waiter() }
        routeVoices(key)
        submit(key)
        assignVideo(at: now)
    }

    /// One step of 20 ms of a room.
    func tick(_ key: Slab<MediaRoom>.Key, scheduled: MediaTime, at now: MediaTime) {
        let next: MediaTime? =
            rooms.with(key) { room in
                guard room.nextTick == scheduled else { return nil }
                room.mixing?.collecting.ticks.append(
                    MixBatch.Tick(time: scheduled, position: room.tickNumber * Int64(MixInput.tickSamples)))
                room.tickNumber += 1
                let next = MediaTime(nanoseconds: scheduled.nanoseconds + Self.tickNanoseconds)
                room.nextTick = next
                return next
            } ?? nil
        guard let next else { return }
        timers.insert(Timer(time: next, target: .tick(key)))
        submit(key)
    }

    /// Changes something for the mixer, with the next batch.
    func change(_ key: Slab<MediaRoom>.Key, _ change: MixBatch.Change) {
        rooms.with(key) { room in
            room.mixing?.collecting.changes.append(change)
        }
    }

    /// Tells the mixer that a session hears the room, and without whom.
    func listen(_ key: Slab<MediaSession>.Key) {
        guard let participant = sessions[key]?.participant, let room = sessions[key]?.room else { return }
        var own: MixTrackID?
        for other in rooms[room]?.sessions ?? [] where own == nil && sessions[other]?.participant == participant {
            own = sessions[other]?.mixTrack
        }
        listen(key, without: sessions[key]?.mixTrack ?? own, room: room)
    }

    private func listen(
        _ key: Slab<MediaSession>.Key, without own: MixTrackID?, room: Slab<MediaRoom>.Key
    ) {
        let mix = sessions.with(key) { session in
            session.ownTrack = own
            return session.listeningSection.flatMap { session.sections[$0].setup.mix }
        }
        guard sessions.with(key, { $0.hearsDirectly }) == false else { return }
        if let mix = mix ?? nil { change(room, .listen(UInt32(bitPattern: key.index), mix, own: own)) }
    }

    /// Calls `completion` when the batch that is with a worker now has been sent.
    func afterMix(of key: Slab<MediaRoom>.Key, _ completion: @escaping @Sendable () -> Void) {
        let waits = rooms.with(key) { room in
            guard let mixing = room.mixing, mixing.spare == nil else { return false }
            room.mixing?.waiters.append(completion)
            return true
        }
        if waits != true { completion() }
    }

    /// Takes a track out of the mix.
    func removeMixTrack(_ track: MixTrackID, room key: Slab<MediaRoom>.Key) {
        change(key, .removeTrack(track))
        let lostFloor = rooms.with(key) { room in
            room.tracks[track] = nil
            return room.activeSpeaker.remove(track)
        }
        if lostFloor == true { unassignedRooms.append(key) }
        relistenAll(room: key)
    }

    // MARK: - Tracks

    private func addMixTrack(owner: SocketOwner, room key: Slab<MediaRoom>.Key) -> MixTrackID {
        lastMixTrack &+= 1
        let track = lastMixTrack
        let format = sessions.with(owner.session) { session in
            session.sections[owner.section].inbound?.mixTrack = track
            return session.sections[owner.section].inbound.flatMap { AudioFormat($0.format.codec) }
        }
        rooms.with(key) { $0.tracks[track] = owner.session }
        let isNew = rooms.with(key) { $0.mixing == nil } ?? false
        if isNew { startMixing(key) }
        change(key, .addTrack(track, (format ?? nil) ?? .opus))
        relistenAll(room: key, unchangedToo: isNew)
        return track
    }

    private func retireMixTrack(owner: SocketOwner, room: Slab<MediaRoom>.Key) {
        let track = sessions.with(owner.session) { session in
            let track = session.sections[owner.section].inbound?.mixTrack
            session.sections[owner.section].inbound?.mixTrack = nil
            return track
        }
        if let track = track ?? nil { removeMixTrack(track, room: room) }
    }

    private func startMixing(_ key: Slab<MediaRoom>.Key) {
        let mixer = RoomMixer(speakers: configuration.speakers, complexity: configuration.opusComplexity)
        rooms.with(key) { room in
            room.mixing = MediaRoom.Mixing(mixer: mixer, collecting: MixBatch(), spare: MixBatch())
        }
    }

    /// Whose own track is which has changed: nobody is to hear themselves, on any of their sessions.
    private func relistenAll(room key: Slab<MediaRoom>.Key, unchangedToo: Bool = false) {
        guard let listeners = rooms[key]?.sessions else { return }
        var tracks: [String: MixTrackID] = [:]
        for listener in listeners {
            guard let session = sessions[listener], let track = session.mixTrack else { continue }
            if tracks[session.participant] == nil { tracks[session.participant] = track }
        }
        for listener in listeners {
            guard let session = sessions[listener] else { continue }
            let own = session.mixTrack ?? tracks[session.participant]
            if unchangedToo || own != session.ownTrack { listen(listener, without: own, room: key) }
        }
    }

    // MARK: - Ticks

    private func startTicks(_ key: Slab<MediaRoom>.Key, at now: MediaTime) {
        let first: MediaTime? =
            rooms.with(key) { room in
                guard room.nextTick == nil else { return nil }
                let elapsed = now.nanoseconds - room.clockOrigin.nanoseconds
                let number = max(room.tickNumber, elapsed / Self.tickNanoseconds + 1)
                room.tickNumber = number
                let time = MediaTime(nanoseconds: room.clockOrigin.nanoseconds + number * Self.tickNanoseconds)
                room.nextTick = time
                return time
            } ?? nil
        if let first { timers.insert(Timer(time: first, target: .tick(key))) }
    }

    /// Gives the collected batch to a worker, unless one is still there.
    private func submit(_ key: Slab<MediaRoom>.Key) {
        let job: (RoomMixer, MixBatch)? =
            rooms.with(key) { room in
                guard let mixing = room.mixing, let spare = mixing.spare, !mixing.collecting.ticks.isEmpty else {
                    return nil
                }
                room.mixing?.spare = nil
                room.mixing?.collecting = spare
                return (mixing.mixer, mixing.collecting)
            } ?? nil
        if let job { output.mix(job.1, with: job.0, room: key) }
    }

    // MARK: - What comes back

    /// Sends a listener the frames that are theirs: of their own mix where they are among the chosen, else of everyone's.
    private func send(_ batch: MixBatch, to key: Slab<MediaSession>.Key, at now: MediaTime) {
        sessions.with(key) { session in
            guard let section = session.listeningSection, session.sections[section].isConnected,
                let mix = session.sections[section].setup.mix
            else {
                return
            }
            let excluded = session.ownTrack.flatMap { batch.selected.contains($0) ? $0 : nil }
            for index in batch.frames.indices
            where batch.frames[index].configuration == mix && batch.frames[index].excluded == excluded {
                send(batch.frames[index], of: batch, to: &session.sections[section], at: now)
            }
        }
    }

    private func send(
        _ frame: MixBatch.Frame, of batch: MixBatch, to section: inout MediaSession.Section, at now: MediaTime
    ) {
        if !section.outbound.isRealigned { section.outbound.realign(to: frame, at: now) }
        let header = RTPHeader(
            payloadType: section.setup.payloadType,
            sequenceNumber: SequenceNumber(section.outbound.nextSequence),
            timestamp: section.outbound.positionOffset &+ frame.configuration.format.timestamp(at: frame.position),
            ssrc: section.setup.ssrc, marker: frame.marker)
        var length = RTPHeader.fixedLength + frame.payload.count
        batch.output.read(frame.payload) { sending.copy($0, to: RTPHeader.fixedLength) }
        sending.write(0..<RTPHeader.fixedLength) { bytes in
            var cursor = 0
            try? header.write(into: &bytes, at: &cursor)
        }
        if let protector = section.protector {
            guard let protected = protect(with: protector, at: 0, length: length) else { return }
            length = protected
        }
        egress?.add(bytes: length, packets: 1, at: now)
        _ = sending.read(0..<length) {
            output.send($0, segment: length, socket: section.setup.rtpSocket, to: section.setup.remoteRTP)
        }
        section.outbound.nextSequence &+= 1
        section.outbound.lastTimestamp = header.timestamp
        section.outbound.lastSent = now
        section.outbound.packetsSinceReport += 1
        section.outbound.statistics.send(
            timestamp: header.timestamp, payloadLength: frame.payload.count, at: UInt64(max(0, now.nanoseconds)))
    }

    /// Protects a packet that stands in ``sending``: its new length, or nil where it cannot be.
    func protect(with protector: SRTPProtector, at start: Int, length: Int) -> Int? {
        let space = start..<start + length + protector.suite.tagLength
        return sending.write(space) { try? protector.protectRTP(&$0, length: length) }
    }

    private func noteSpeakers(_ batch: MixBatch, room key: Slab<MediaRoom>.Key, at now: MediaTime) {
        let passed = rooms.with(key) { $0.activeSpeaker.update(batch.levels, at: now) }
        if passed == true { unassignedRooms.append(key) }
        guard let room = rooms[key] else { return }
        var names: [String] = []
        for level in batch.levels where level.isSpeaking {
            guard let session = room.tracks[level.track], let name = sessions.with(session, { $0.participant }) else {
                continue
            }
            if !names.contains(name) { names.append(name) }
        }
        guard names != room.speaking else { return }
        rooms.with(key) { $0.speaking = names }
        output.notify(.speaking(room: room.name, participants: names))
    }
}

extension OutboundStream {
    /// The mix goes on where something else was sent until now: its time is placed by the clock, after the last packet's.
    fileprivate mutating func realign(to frame: MixBatch.Frame, at now: MediaTime) {
        isRealigned = true
        guard let lastSent else { return }
        let format = frame.configuration.format
        let elapsed = max(1, now.ticks(since: lastSent, clockRate: format.clockRate))
        positionOffset = lastTimestamp &+ UInt32(clamping: elapsed) &- format.timestamp(at: frame.position)
    }
}
