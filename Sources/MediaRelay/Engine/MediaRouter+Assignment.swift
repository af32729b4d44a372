/// Who sees whom, and as which track.
extension MediaRouter {
    /// Decides anew who sees whom in the rooms where something has changed.
    func assignVideo(at now: MediaTime) {
        while let room = unassignedRooms.popLast() {
            unassignedRooms.removeAll { $0 == room }
            assignVideo(room: room, at: now)
        }
    }

    /// The endpoint watches nothing in this section any more.
    func unwatch(_ key: Slab<MediaSession>.Key, section: Int) {
        let tracks = sessions.with(key) { session in
            let place = session.sections[section]
            session.sections[section].watched = nil
            session.sections[section].awaited = nil
            return [place.watched, place.awaited]
        }
        for case let track? in tracks ?? [] { removeWatcher(key, section: section, of: track) }
    }

    /// A sender's video is over, and with it what is derived from it: those who watched it see others.
    func endVideoTrack(_ track: Slab<VideoTrack>.Key, room: Slab<MediaRoom>.Key) {
        if forwardTrack == track {
            forwardTrack = nil
            forward.removeAll()
        }
        guard let ended = videoTracks.remove(track) else { return }
        for watcher in ended.watchers {
            sessions.with(watcher.session) { $0.sections[watcher.section].forget(track) }
        }
        for derived in ended.conversion?.tracks.values.map({ $0 }) ?? [] { endVideoTrack(derived, room: room) }
        unassignedRooms.append(room)
    }

    /// A sender's first packet has come.
    func addVideoTrack(_ header: RTPHeader, format: WireFormat, owner: SocketOwner) -> Slab<VideoTrack>.Key {
        var new = VideoTrack(
            session: owner.session, section: owner.section, codec: format.codec, ssrc: header.ssrc,
            gate: FrameGate(videoLimit(of: owner)))
        new.repairsLosses =
            sessions.with(owner.session) { $0.sections[owner.section].setup.feedback.contains(.nack) } ?? false
        if format.codec == .theora { new.theora = TheoraIngest(configuration: format.theora) }
        let track = videoTracks.insert(new)
        let room = sessions.with(owner.session) { session in
            session.sections[owner.section].inbound?.videoTrack = track
            return session.room
        }
        if let room { unassignedRooms.append(room) }
        return track
    }

    /// Takes a watcher from a track, which ends if it is a derived one that nobody else needs.
    func removeWatcher(_ key: Slab<MediaSession>.Key, section: Int, of track: Slab<VideoTrack>.Key) {
        videoTracks.with(track) { $0.watchers.removeAll { $0.session == key && $0.section == section } }
        endIfUnused(track)
    }

    /// A watcher who waited begins with a key frame, and leaves what was watched before.
    func switchWatcher(_ watcher: VideoTrack.Watcher, to track: Slab<VideoTrack>.Key) {
        guard let codec = videoTracks[track]?.codec else { return }
        let before = sessions.with(watcher.session) { $0.sections[watcher.section].begin(track, codec: codec) } ?? nil
        if let before { removeWatcher(watcher.session, section: watcher.section, of: before) }
        videoTracks.with(track) { track in
            for index in track.watchers.indices
            where track.watchers[index].session == watcher.session
                && track.watchers[index].section == watcher.section
            {
                track.watchers[index].isActive = true
            }
        }
    }

    // MARK: - Senders and viewers

    private func assignVideo(room key: Slab<MediaRoom>.Key, at now: MediaTime) {
        guard let room = rooms[key] else { return }
        let senders = room.sessions.filter { sessions[$0]?.videoTrack != nil }
        for sender in senders { noteLimit(of: sender) }
        let speaker = room.activeSpeaker.track.flatMap { room.tracks[$0] }
        for viewer in room.sessions {
            guard let session = sessions[viewer] else { continue }
            let sections = session.sections.indices.filter {
                session.sections[$0].setup.kind == .video && session.sections[$0].setup.sends
            }
            guard !sections.isEmpty else { continue }
            let others = senders.filter { $0 != viewer && sessions[$0]?.participant != session.participant }
            let shown = session.sections[sections[0]].awaited ?? session.sections[sections[0]].watched
            let current = shown.flatMap { videoTracks[$0]?.session }
            let assigned = VideoAssignment.assign(
                sections: sections.count, senders: others, speaker: speaker, current: current)
            for (section, sender) in zip(sections, assigned) {
                sessions.with(viewer) { $0.sections[section].noteLimit() }
                let source = sender.flatMap { sessions[$0]?.videoTrack }
                let track = source.flatMap { fitting($0, viewer: viewer, section: section) }
                watch(track, viewer: viewer, section: section, at: now)
            }
        }
        submitConversions()
    }

    private func watch(
        _ track: Slab<VideoTrack>.Key?, viewer: Slab<MediaSession>.Key, section: Int, at now: MediaTime
    ) {
        guard let session = sessions[viewer] else { return }
        let place = session.sections[section]
        guard let track else {
            unwatch(viewer, section: section)
            return
        }
        if place.awaited == track { return }
        if let awaited = place.awaited, awaited != place.watched {
            removeWatcher(viewer, section: section, of: awaited)
        }
        sessions.with(viewer) { $0.sections[section].awaited = nil }
        if place.watched == track { return }
        sessions.with(viewer) { $0.sections[section].awaited = track }
        videoTracks.with(track) {
            $0.watchers.append(VideoTrack.Watcher(session: viewer, section: section, isActive: false))
        }
        // One that has just come and is about to be forwarded will do.
        if forwardTrack == track, forward.firstKeyFrame != nil { return }
        // Theora cannot be begun without its headers, which go with the next key frame.
        let isWhole = videoTracks.with(track) { $0.codec == .vp8 }
        if isWhole == true, replay(track, to: viewer, section: section, at: now) { return }
        requestKeyFrame(track, at: now)
    }

    // MARK: - As which track

    /// A limiter that has to leave out too much asks for another encoding, until what comes would pass as it is for long enough.
    private func noteLimit(of sender: Slab<MediaSession>.Key) {
        guard let track = sessions[sender]?.videoTrack else { return }
        videoTracks.with(track) { track in
            track.transcodedBitrate = track.gate.needsTranscoding ? track.gate.limit.payloadBitrate * 9 / 10 : nil
        }
    }

    /// The track to send where `source` is to be seen: itself, or what is derived from it for those who cannot take it, or not at its bitrate.
    private func fitting(
        _ source: Slab<VideoTrack>.Key, viewer: Slab<MediaSession>.Key, section index: Int
    ) -> Slab<VideoTrack>.Key? {
        guard let track = videoTracks[source], let section = sessions[viewer]?.sections[index] else { return nil }
        let limit = [track.transcodedBitrate, section.transcodedBitrate].compactMap { $0 }.min()
        if limit == nil, section.setup.takes(track) { return source }
        return target(for: section, showing: track, limit: limit).flatMap { derivedTrack(of: source, target: $0) }
    }

    /// What a track is to be transcoded to for an endpoint.
    func target(
        for section: MediaSession.Section, showing track: VideoTrack, limit: Int?
    ) -> TranscodingTarget? {
        let setup = section.setup
        let isTheora = track.codec == .theora && setup.format(of: .theora) != nil && setup.format(of: .vp8) == nil
        guard let format = isTheora ? setup.format(of: .theora) : setup.format(of: .vp8) ?? setup.formats.first
        else { return nil }
        let bitrate = min(limit ?? .max, setup.maximumBitrate, Self.mostDerivedBitrate)
        guard format.codec == .theora else {
            return TranscodingTarget(codec: format.codec, bitrate: bitrate, frameRate: bitrate < 300_000 ? 15 : 30)
        }
        // A receiver may know no other headers than those that it was told.
        let told = setup.theora?.isOwn == true ? setup.theora : nil
        return TranscodingTarget(
            codec: .theora, bitrate: bitrate, size: told?.size, frameRate: told?.frameRate ?? TheoraStream.frameRate)
    }
}
