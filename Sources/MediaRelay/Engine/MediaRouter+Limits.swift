internal import HeapModule

extension MediaRouter {
    /// Other limits for a session, in both directions, from now on.
    func setLimits(_ limits: MediaLimits, session id: MediaSessionID, at now: MediaTime) {
        guard let key = sessionsByID[id] else { return }
        let tracks = sessions.with(key) { session in
            session.limits = limits
            for section in session.sections.indices where session.sections[section].setup.mix != nil {
                session.sections[section].limitMix(to: limits)
            }
            return session.sections.compactMap { $0.inbound?.videoTrack }
        }
        for track in tracks ?? [] {
            let limit = FrameGate.Limit(limits)
            videoTracks.with(track) { $0.gate.setLimit(limit) }
        }
        listen(key)
        fitReceiver(key, at: now)
    }

    /// The limit of what somebody sends.
    func videoLimit(of owner: SocketOwner) -> FrameGate.Limit {
        sessions.with(owner.session) { FrameGate.Limit($0.limits) } ?? FrameGate.Limit(bitrate: .max)
    }

    /// Brings what a receiver gets under its own limits: those of the person, what its offer said, what it asks for, what its network takes.
    func fitReceiver(_ key: Slab<MediaSession>.Key, at now: MediaTime) {
        for section in sessions[key]?.sections.indices ?? 0..<0 { fitReceiver(key, section: section, at: now) }
    }

    /// The same for one section.
    func fitReceiver(_ key: Slab<MediaSession>.Key, section: Int, at now: MediaTime) {
        let watched = sessions.with(key) { $0.sections[section].watched } ?? nil
        guard let watched, let track = videoTracks.with(watched, { $0.gate.limit }) else { return }
        let source = videoTracks[watched]?.derivation?.source ?? watched
        let sourceBitrate = videoTracks.with(source) { $0.gate.inputBitrate(at: now) } ?? 0
        let room = sessions.with(key) { session in
            guard session.sections[section].setup.kind == .video else { return false }
            let limit = session.sections[section].fit(FrameGate.Limit(session.limits), to: track)
            return session.sections[section].retarget(limit, source: sourceBitrate)
        }
        if room == true, let room = sessions.with(key, { $0.room }) { unassignedRooms.append(room) }
    }

    // MARK: - Held packets

    /// Sets the timer for what a track's limiter holds.
    func scheduleRelease(_ key: Slab<VideoTrack>.Key, at now: MediaTime) {
        let time: MediaTime? =
            videoTracks.with(key) { track in
                guard track.gate.isHolding, let time = track.gate.nextDeadline(at: now) else { return nil }
                // A timer that comes early looks again.
                if let next = track.nextRelease, next <= time { return nil }
                track.nextRelease = time
                return time
            } ?? nil
        if let time { timers.insert(Timer(time: time, target: .release(key))) }
    }

    /// Lets out what a track's limiter held until now.
    func release(_ key: Slab<VideoTrack>.Key, scheduled: MediaTime, at now: MediaTime) {
        let isDue = videoTracks.with(key) { track in
            guard track.nextRelease == scheduled else { return false }
            track.nextRelease = nil
            return true
        }
        guard isDue == true else { return }
        if forwardTrack != key {
            forwardVideo(at: now)
            forwardTrack = key
        }
        videoTracks.with(key) { $0.release(into: &forward, at: now) }
        forwardVideo(at: now)
        if videoTracks.with(key, { $0.gate.wantsKeyFrame(at: now) }) == true { requestKeyFrame(key, at: now) }
        scheduleRelease(key, at: now)
    }

    /// Sends what has come to a receiver whose limit is less than its track's; false where its connection did not take it all.
    func forwardThroughGate(from first: Int, to section: inout MediaSession.Section, at now: MediaTime) -> Bool {
        var isWhole = true
        for index in first..<forward.packets.count {
            let packet = forward.packets[index]
            let payload = packet.range.lowerBound + RTPHeader.fixedLength..<packet.range.upperBound
            let verdict = forward.bytes.read(payload) {
                section.outbound.gate?.offer(packet, payload: $0, at: now) ?? .leaveOut
            }
            if verdict == .pass, let shift = section.outbound.gate?.shift(of: packet.sequence) {
                forward.bytes.read(packet.range) { sending.copy($0, to: 0) }
                isWhole = send(packet, shift, to: &section, at: now) && isWhole
            }
            isWhole = releaseHeld(of: &section, at: now) && isWhole
        }
        return isWhole
    }

    /// Sends the packets that a receiver's limiter lets out now.
    private func releaseHeld(of section: inout MediaSession.Section, at now: MediaTime) -> Bool {
        var isWhole = true
        while let (packet, shift) = section.outbound.gate?.takeReleased(at: now) {
            section.outbound.gate?.readReleased(packet) { sending.copy($0, to: RTPHeader.fixedLength) }
            isWhole = send(packet, shift, to: &section, at: now) && isWhole
        }
        return isWhole
    }

    /// Sends the packet that stands at the begin of ``sending``.
    private func send(
        _ packet: ForwardBuffer.Packet, _ shift: PacketMap.Shift, to section: inout MediaSession.Section,
        at now: MediaTime
    ) -> Bool {
        guard let numbers = section.outbound.rewriter.rewrite(packet, shift: shift, at: now),
            let length = complete(packet, numbers, at: 0, as: section.outline)
        else { return true }
        section.outbound.note(packet, numbers, at: now)
        egress?.add(bytes: length, packets: 1, prepaid: &section.outbound.prepaid, at: now)
        let isWhole = sending.read(0..<length) {
            output.send($0, segment: length, socket: section.setup.rtpSocket, to: section.setup.remoteRTP)
        }
        if !isWhole { section.outbound.awaitsKeyFrame = true }
        return isWhole
    }

    /// Sees to a receiver of which something is left to do: packets that its limiter holds, a key frame that it needs.
    func scheduleOutput(_ watcher: VideoTrack.Watcher, at now: MediaTime) {
        let state = sessions.with(watcher.session) { session in
            let track = session.sections[watcher.section].watched
            var needsKeyFrame = session.sections[watcher.section].outbound.awaitsKeyFrame
            var release: MediaTime?
            if session.sections[watcher.section].outbound.gate?.wantsKeyFrame(at: now) == true { needsKeyFrame = true }
            if let time = session.sections[watcher.section].outbound.gate?.nextDeadline(at: now) {
                let next = session.sections[watcher.section].outbound.nextRelease
                if next.map({ $0 > time || $0 <= now }) ?? true {
                    session.sections[watcher.section].outbound.nextRelease = time
                    release = time
                }
            }
            let gate = session.sections[watcher.section].outbound.gate
            let encodesAgain =
                gate?.needsTranscoding == true && session.sections[watcher.section].transcodedBitrate == nil
            return (
                track: track, needsKeyFrame: needsKeyFrame, release: release, room: encodesAgain ? session.room : nil
            )
        }
        guard let state else { return }
        if let room = state.room { unassignedRooms.append(room) }
        if state.needsKeyFrame, let track = state.track { requestKeyFrame(track, at: now) }
        if let time = state.release {
            timers.insert(Timer(time: time, target: .releaseTo(watcher.session, section: watcher.section)))
        }
    }

    /// Lets out what a receiver's limiter held until now.
    func release(_ key: Slab<MediaSession>.Key, _ section: Int, at now: MediaTime) {
        sessions.with(key) { session in
            guard session.sections[section].outbound.gate != nil else { return }
            _ = releaseHeld(of: &session.sections[section], at: now)
        }
        scheduleOutput(VideoTrack.Watcher(session: key, section: section, isActive: true), at: now)
    }

    // MARK: - What is told

    /// Tells when a limiter begins to hold somebody back, and when it no longer does.
    func noteLimits(of key: Slab<MediaSession>.Key, at now: MediaTime) {
        guard let session = sessions[key] else { return }
        for section in session.sections.indices {
            guard let inbound = session.sections[section].inbound else { continue }
            let kind = session.sections[section].setup.kind
            var intervention: MediaIntervention?
            if let track = inbound.videoTrack {
                intervention =
                    videoTracks.with(track) { track in
                        guard track.gate.isLimiting(at: now) else { return nil }
                        let bitrate = track.gate.inputBitrate(at: now)
                        return MediaIntervention(kind: kind, limit: track.gate.limit.bitrate, bitrate: bitrate)
                    } ?? nil
            } else if kind == .audio, inbound.bitrate > session.limits.audioBitrate {
                // It is mixed like any other; what leaves is encoded at the limit.
                intervention = MediaIntervention(
                    kind: kind, limit: session.limits.audioBitrate, bitrate: inbound.bitrate)
            }
            guard (intervention != nil) != inbound.isHeldBack else { continue }
            sessions.with(key) { $0.sections[section].inbound?.isHeldBack = intervention != nil }
            output.notify(.limited(session.id, kind, intervention))
        }
    }
}

extension FrameGate.Limit {
    /// The limit of a video stream under somebody's limits.
    init(_ limits: MediaLimits) {
        self.init(bitrate: limits.videoBitrate, overhead: limits.countsHeaders ? RTPHeader.fixedLength + 28 : 0)
    }
}

extension MediaSession.Section {
    /// Gives the receiver a limiter of its own where its limit is less than that of the track that it watches.
    ///
    /// - Returns: the receiver's limit.
    mutating func fit(_ own: FrameGate.Limit, to track: FrameGate.Limit) -> FrameGate.Limit {
        var limit = own
        if let offered = setup.offeredBitrate, offered / (1_100 + 12) < limit.bitrate / (1_100 + limit.overhead) {
            limit = FrameGate.Limit(bitrate: offered, overhead: RTPHeader.fixedLength)
        }
        if let asked = outbound.askedBitrate, asked / (1_100 + 40) < limit.bitrate / (1_100 + limit.overhead) {
            limit = FrameGate.Limit(bitrate: asked, overhead: RTPHeader.fixedLength + 28)
        }
        // One that is there has left packets out, and must go on to close the gaps, whatever its limit.
        if outbound.gate != nil {
            outbound.gate?.setLimit(limit)
        } else if outbound.endedFrame, limit.payloadBitrate < track.payloadBitrate {
            outbound.gate = FrameGate(limit)
        }
        return limit
    }

    /// Follows a limit that has changed where the endpoint sees something that was encoded for it; true where it is to see another encoding.
    mutating func retarget(_ limit: FrameGate.Limit, source: Int) -> Bool {
        guard let present = transcodedBitrate else { return false }
        let wanted = limit.payloadBitrate * 9 / 10
        // What the sender sends fits as it is, with room to spare; a small change is not worth another encoding.
        if source > 0, wanted > source * 12 / 10 {
            transcodedBitrate = nil
        } else if wanted < present * 9 / 10 || wanted > present * 3 / 2 {
            transcodedBitrate = wanted
        }
        return transcodedBitrate != present
    }

    /// Another limit for the mix that the endpoint hears.
    mutating func limitMix(to limits: MediaLimits) {
        guard let ticks = setup.mix?.ticks else { return }
        let headers = limits.countsHeaders ? FrameGate.Limit.wireOverhead * 8 * 50 / max(1, ticks) : 0
        limitMix(to: limits.audioBitrate - headers)
    }

    /// Another limit for the mix that the endpoint hears, bits of payload a second.
    mutating func limitMix(to bitrate: Int) {
        setup.mix?.bitrate = max(6_000, min(bitrate, setup.mostMixBitrate ?? .max))
    }
}
