internal import HeapModule

extension MediaRouter {
    /// The sender calls it silence from here on (dB below full scale).
    private static var silentLevel: UInt8 { 80 }
    /// Packets of silence, after which the mixer is not troubled with the track any more: 1 s.
    private static var silentPackets: Int { 50 }

    /// Hands a packet to the room's mixer, unless it is known to be silent.
    func receiveAudio(_ header: RTPHeader, _ packet: RawSpan, owner: SocketOwner, at now: MediaTime) {
        guard let session = sessions[owner.session] else { return }
        let section = session.sections[owner.section]
        let payload = packet.extracting(header.payload)
        // A packet of one byte is a frame that was left out (RFC 6716, 3.1; RFC 7587, 3.1.3).
        var isSilent = payload.byteCount <= 1
        if let identifier = section.setup.audioLevelID,
            let level = AudioLevel(header: header, identifier: identifier, in: packet)
        {
            isSilent = isSilent || level.attenuation >= Self.silentLevel
        }
        let silentPackets = isSilent ? (section.inbound?.silentPackets ?? 0) + 1 : 0
        sessions.with(owner.session) { $0.sections[owner.section].inbound?.silentPackets = silentPackets }
        if isSilent, section.inbound?.mixTrack == nil { return }
        if silentPackets > Self.silentPackets {
            retireMixTrack(owner: owner, room: session.room)
            return
        }
        let track = section.inbound?.mixTrack ?? addMixTrack(owner: owner, room: session.room)
        guard payload.byteCount > 1 else { return }
        let kept = rooms.with(session.room) { room in
            room.mixing?.collecting.append(
                track: track, sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, arrival: now,
                payload: payload) ?? false
        }
        if kept != true { sessions.with(owner.session) { $0.drops.overload += 1 } }
        startTicks(session.room, at: now)
    }

    /// Takes back a batch from a codec worker: sends its frames and starts the next, if one is waiting.
    func finish(_ batch: MixBatch, room key: Slab<MediaRoom>.Key, at now: MediaTime) {
        guard let room = rooms[key] else { return }
        rooms.with(key) { room in
            room.chosen.removeAll(keepingCapacity: true)
            room.chosen.append(contentsOf: batch.selected)
        }
        for listener in room.sessions { send(batch, to: listener, at: now) }
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

    /// Tells the mixer that a session hears the room.
    func listen(_ key: Slab<MediaSession>.Key) {
        guard let session = sessions[key], let section = session.listeningSection,
            let mix = session.sections[section].setup.mix
        else { return }
        change(session.room, .listen(UInt32(bitPattern: key.index), mix, own: ownTrack(of: session)))
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
        let lostFloor = rooms.with(key) { $0.activeSpeaker.remove(track) }
        if lostFloor == true { unassignedRooms.append(key) }
        relistenAll(room: key)
    }

    // MARK: - Tracks

    private func addMixTrack(owner: SocketOwner, room key: Slab<MediaRoom>.Key) -> MixTrackID {
        lastMixTrack &+= 1
        let track = lastMixTrack
        sessions.with(owner.session) { $0.sections[owner.section].inbound?.mixTrack = track }
        if rooms[key]?.mixing == nil { startMixing(key) }
        change(key, .addTrack(track))
        relistenAll(room: key)
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
        for session in rooms[key]?.sessions ?? [] { listen(session) }
    }

    /// Whose own track is which has changed.
    private func relistenAll(room key: Slab<MediaRoom>.Key) {
        for session in rooms[key]?.sessions ?? [] { listen(session) }
    }

    /// What a session is not to hear: its own track, or that of another session of the same person.
    private func ownTrack(of session: MediaSession) -> MixTrackID? {
        if let track = session.mixTrack { return track }
        for key in rooms[session.room]?.sessions ?? [] {
            guard let other = sessions[key], other.participant == session.participant else { continue }
            if let track = other.mixTrack { return track }
        }
        return nil
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

    private func send(_ batch: MixBatch, to key: Slab<MediaSession>.Key, at now: MediaTime) {
        guard !batch.frames.isEmpty, let session = sessions[key], let section = session.listeningSection,
            let mix = session.sections[section].setup.mix
        else { return }
        let own = ownTrack(of: session)
        let excluded = own.flatMap { batch.selected.contains($0) ? $0 : nil }
        for frame in batch.frames where frame.configuration == mix && frame.excluded == excluded {
            sendFrame(frame, of: batch, to: key, section: section, at: now)
        }
    }

    private func sendFrame(
        _ frame: MixBatch.Frame, of batch: MixBatch, to key: Slab<MediaSession>.Key, section: Int, at now: MediaTime
    ) {
        sessions.with(key) { session in
            let setup = session.sections[section].setup
            let stream = session.sections[section].outbound
            let header = RTPHeader(
                payloadType: setup.payloadType, sequenceNumber: SequenceNumber(stream.nextSequence),
                timestamp: stream.positionOffset &+ UInt32(truncatingIfNeeded: frame.position), ssrc: setup.ssrc,
                marker: frame.marker)
            let length = RTPHeader.fixedLength + frame.payload.count
            batch.output.read(frame.payload) { sending.copy($0, to: RTPHeader.fixedLength) }
            sending.write(0..<RTPHeader.fixedLength) { bytes in
                var cursor = 0
                try? header.write(into: &bytes, at: &cursor)
            }
            sending.read(0..<length) {
                output.send($0, segment: length, socket: setup.rtpSocket, to: setup.remoteRTP)
            }
            session.sections[section].outbound.nextSequence &+= 1
            session.sections[section].outbound.packetsSinceReport += 1
            session.sections[section].outbound.statistics.send(
                timestamp: header.timestamp, payloadLength: frame.payload.count,
                at: UInt64(max(0, now.nanoseconds)))
        }
    }

    private func noteSpeakers(_ batch: MixBatch, room key: Slab<MediaRoom>.Key, at now: MediaTime) {
        let passed = rooms.with(key) { $0.activeSpeaker.update(batch.levels, at: now) }
        if passed == true { unassignedRooms.append(key) }
        guard let room = rooms[key] else { return }
        var names: [String] = []
        for session in room.sessions {
            guard let session = sessions[session], let track = session.mixTrack else { continue }
            let speaks = batch.levels.contains { $0.track == track && $0.isSpeaking }
            if speaks, !names.contains(session.participant) { names.append(session.participant) }
        }
        guard names != room.speaking else { return }
        rooms.with(key) { $0.speaking = names }
        output.notify(.speaking(room: room.name, participants: names))
    }
}
