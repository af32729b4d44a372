/// Sound that is forwarded packet by packet, without a codec: in private calls, and to those who ask for the speakers' own tracks.
extension MediaRouter {
    /// Decides anew by which way each of a room hears: forwarded where that can be, mixed otherwise.
    func routeVoices(_ key: Slab<MediaRoom>.Key) {
        guard rooms.with(key, { $0.isCall || $0.trackListeners > 0 }) == true, let room = rooms[key] else { return }
        var direct: [Slab<MediaSession>.Key] = []
        for listener in room.sessions {
            guard let session = sessions[listener], let section = session.listeningSection else { continue }
            let wanted = room.isCall ? callSources(for: listener, in: room) : trackSources(for: listener, in: room)
            let most = room.isCall ? 1 : session.mostTracks
            if let wanted {
                direct.append(listener)
                sessions.with(listener) { $0.sections[section].carry(wanted, most: most) }
            }
            guard (wanted != nil) != session.hearsDirectly else { continue }
            sessions.with(listener) { session in
                session.hearsDirectly = wanted != nil
                if wanted == nil { session.sections[section].leaveVoices() }
            }
            if wanted != nil {
                change(key, .leave(UInt32(bitPattern: listener.index)))
            } else {
                listen(listener)
            }
        }
        rooms.with(key) { $0.direct = direct }
    }

    /// Whether somebody hears the room's mix, so that it must be made, or wants to be told who is loudest.
    func needsMixer(_ key: Slab<MediaRoom>.Key) -> Bool {
        guard rooms.with(key, { $0.isCall }) == true, let room = rooms[key] else { return true }
        return room.sessions.contains { listener in
            guard let session = sessions[listener] else { return false }
            return session.listeningSection != nil && !session.hearsDirectly
        }
    }

    /// Sends a packet on to those whose voices carry its sender.
    ///
    /// - Parameter isEvent: whether it is a telephone event (RFC 4733) rather than sound.
    func forwardVoice(
        _ header: RTPHeader, sequence: UInt64, payload: RawSpan, isEvent: Bool, owner: SocketOwner, at now: MediaTime
    ) {
        guard let key = sessions.with(owner.session, { $0.room }),
            let count = rooms.with(key, { $0.direct.count }), count > 0,
            let codec = sessions.with(owner.session, { $0.sections[owner.section].inbound?.format.codec }) ?? nil
        else { return }
        let source = Voice.Source(session: owner.session, section: owner.section)
        for index in 0..<count {
            guard let listener = rooms.with(key, { $0.direct[index] }) else { continue }
            sessions.with(listener) { session in
                guard let section = session.listeningSection else { return }
                for place in session.sections[section].voices.indices
                where session.sections[section].voices[place].source == source {
                    forward(
                        header, sequence: sequence, payload: payload, codec: codec, isEvent: isEvent,
                        to: &session.sections[section], voice: place, at: now)
                }
            }
        }
    }

    private func forward(
        _ header: RTPHeader, sequence: UInt64, payload: RawSpan, codec: RTPCodec, isEvent: Bool,
        to section: inout MediaSession.Section, voice place: Int, at now: MediaTime
    ) {
        let type = isEvent ? section.setup.eventType : section.setup.format(of: codec)?.payloadType
        guard let type else {
            section.voices[place].leaveOut(sequence)
            return
        }
        let numbers = section.voices[place].rewrite(
            sequence: sequence, timestamp: header.timestamp, clockRate: codec.clockRate, at: now)
        guard let numbers else { return }
        let rewritten = RTPHeader(
            payloadType: type, sequenceNumber: numbers.sequence, timestamp: numbers.timestamp,
            ssrc: section.voices[place].ssrc, marker: header.marker || numbers.begins)
        var length = RTPHeader.fixedLength + payload.byteCount
        sending.copy(payload, to: RTPHeader.fixedLength)
        sending.write(0..<RTPHeader.fixedLength) { bytes in
            var cursor = 0
            try? rewritten.write(into: &bytes, at: &cursor)
        }
        if let protector = section.protector {
            guard let protected = protect(with: protector, at: 0, length: length) else { return }
            length = protected
        }
        _ = sending.read(0..<length) {
            output.send($0, segment: length, socket: section.setup.rtpSocket, to: section.setup.remoteRTP)
        }
        guard place == 0 else { return }
        section.outbound.packetsSinceReport += 1
        section.outbound.statistics.send(
            timestamp: numbers.timestamp, payloadLength: payload.byteCount, at: UInt64(max(0, now.nanoseconds)))
    }

    // MARK: - Whom to carry

    /// The other end of a private call, where this end can take what it sends; nil where it has to be mixed, which here means transcoded.
    private func callSources(for listener: Slab<MediaSession>.Key, in room: MediaRoom) -> [Voice.Source]? {
        guard let session = sessions[listener], let index = session.listeningSection else { return nil }
        let setup = session.sections[index].setup
        var sources: [Voice.Source] = []
        for other in room.sessions {
            guard let sender = sessions[other], sender.participant != session.participant else { continue }
            for section in sender.sections.indices where sender.sections[section].setup.kind == .audio {
                guard let inbound = sender.sections[section].inbound else { continue }
                // More than this end is to get is encoded anew; measured over a second.
                guard setup.format(of: inbound.format.codec) != nil, inbound.bitrate <= setup.maximumBitrate,
                    sender.maySend.contains(.audio)
                else { return nil }
                sources.append(Voice.Source(session: other, section: section))
            }
        }
        return sources.count > 1 ? nil : sources
    }

    /// The loudest speakers, whose tracks somebody wants; nil for those who want the mix.
    private func trackSources(for listener: Slab<MediaSession>.Key, in room: MediaRoom) -> [Voice.Source]? {
        guard let session = sessions[listener], session.mostTracks > 0, let index = session.listeningSection else {
            return nil
        }
        let setup = session.sections[index].setup
        var sources: [Voice.Source] = []
        for track in room.chosen {
            guard sources.count < session.mostTracks, let other = room.tracks[track], let sender = sessions[other],
                sender.participant != session.participant,
                let section = sender.sections.firstIndex(where: { $0.inbound?.mixTrack == track }),
                let format = sender.sections[section].inbound?.format, setup.format(of: format.codec) != nil
            else { continue }
            sources.append(Voice.Source(session: other, section: section))
        }
        return sources
    }
}

extension MediaSession.Section {
    /// Carries these speakers: who is carried already stays where they are.
    mutating func carry(_ sources: [Voice.Source], most: Int) {
        if voices.isEmpty {
            voices.append(
                Voice(
                    ssrc: setup.ssrc, nextSequence: outbound.nextSequence, lastTimestamp: outbound.lastTimestamp,
                    at: outbound.lastSent))
        }
        for index in voices.indices {
            guard let source = voices[index].source, !sources.contains(source) else { continue }
            voices[index].carry(nil)
        }
        for source in sources where !voices.contains(where: { $0.source == source }) {
            if let free = voices.firstIndex(where: { $0.source == nil }) {
                voices[free].carry(source)
            } else if voices.count < most {
                var voice = Voice(
                    ssrc: setup.ssrc &+ UInt32(voices.count), nextSequence: setup.firstSequence,
                    lastTimestamp: setup.firstTimestamp, at: nil)
                voice.carry(source)
                voices.append(voice)
            }
        }
    }

    /// Goes over to the mix, whose packets go on from the last that was forwarded.
    mutating func leaveVoices() {
        guard let voice = voices.first else { return }
        outbound.nextSequence = voice.nextSequence
        outbound.lastTimestamp = voice.lastTimestamp
        outbound.lastSent = voice.lastTime
        outbound.isRealigned = false
        voices.removeAll()
    }
}
