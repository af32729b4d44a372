extension MediaRouter {
    /// The packets of one frame come within this time, in ms.
    private static var longestFrame: Int64 { 100 }

    /// Keeps a packet for those who watch; they get it with the next ``forwardVideo(at:)``.
    func receiveVideo(
        _ header: RTPHeader, sequence: UInt64, _ packet: RawSpan, owner: SocketOwner, at now: MediaTime
    ) {
        let known = sessions.with(owner.session) { $0.sections[owner.section].inbound?.videoTrack } ?? nil
        let track = known ?? addVideoTrack(header, owner: owner)
        if forwardTrack != track {
            forwardVideo(at: now)
            forwardTrack = track
        }
        admit(header, sequence: sequence, payload: packet.extracting(header.payload), into: track, at: now)
        // Who is to see a new track must be known before its first key frame goes by.
        if known == nil { assignVideo(at: now) }
    }

    /// Takes a packet into a track: past the track's limiter, which may keep it for a while or leave it out, to those who watch.
    func admit(
        _ header: RTPHeader, sequence: UInt64, payload: RawSpan, into key: Slab<VideoTrack>.Key, at now: MediaTime
    ) {
        let packet = ForwardBuffer.Packet(
            range: 0..<RTPHeader.fixedLength + payload.byteCount, sequence: sequence, timestamp: header.timestamp,
            marker: header.marker, beginsKeyFrame: Self.beginsKeyFrame(payload),
            descriptor: (try? VP8Descriptor(parsing: payload)) ?? VP8Descriptor())
        let needs = videoTracks.with(key) { track in
            if packet.beginsKeyFrame { track.keyFrames.satisfied() }
            let isHopeless = track.losses.receive(sequence, at: now)
            if track.gate.offer(packet, payload: payload, at: now) == .pass,
                let shift = track.gate.shift(of: sequence)
            {
                track.pass(packet, shift, payload, into: &forward)
            }
            track.release(into: &forward, at: now)
            return (keyFrame: isHopeless || track.gate.wantsKeyFrame(at: now), losses: track.repairsLosses)
        }
        if needs?.keyFrame == true { requestKeyFrame(key, at: now) }
        if needs?.losses == true { scheduleRepair(key) }
        scheduleRelease(key, at: now)
    }

    /// Sends the packets that have come of one track to all who watch it.
    func forwardVideo(at now: MediaTime) {
        guard let track = forwardTrack else { return }
        forwardTrack = nil
        defer { forward.removeAll() }
        guard !forward.isEmpty else { return }
        let keyFrame = forward.firstKeyFrame
        var index = 0
        while let watcher = watcher(index, of: track) {
            index += 1
            if watcher.isActive {
                forward(track, to: watcher, keyFrame: keyFrame, at: now)
            } else if let keyFrame {
                guard !isWithinFrame(watcher, at: now) else {
                    requestKeyFrame(track, at: now)
                    continue
                }
                activate(watcher, track: track, at: keyFrame, now: now)
                forward(from: keyFrame, to: watcher, at: now)
            }
        }
    }

    /// Sends what has come to somebody who watches already, unless their picture is broken until the next key frame.
    private func forward(
        _ track: Slab<VideoTrack>.Key, to watcher: VideoTrack.Watcher, keyFrame: Int?, at now: MediaTime
    ) {
        let state = sessions.with(watcher.session) { session in
            let outbound = session.sections[watcher.section].outbound
            return (session.sections[watcher.section].isConnected, outbound.awaitsKeyFrame)
        }
        guard let (isConnected, awaitsKeyFrame) = state, isConnected else { return }
        guard awaitsKeyFrame else {
            forward(from: 0, to: watcher, at: now)
            return
        }
        guard let keyFrame else {
            requestKeyFrame(track, at: now)
            return
        }
        sessions.with(watcher.session) { $0.sections[watcher.section].outbound.awaitsKeyFrame = false }
        forward(from: keyFrame, to: watcher, at: now)
    }

    /// Somebody lost pictures, or sees a track for the first time: asks its sender for a key frame.
    func requestKeyFrame(_ track: Slab<VideoTrack>.Key, at now: MediaTime) {
        let due = videoTracks.with(track) { $0.keyFrames.want(at: now) }
        if due == true { sendKeyFrameRequest(track, at: now) }
    }

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
            let tracks = [session.sections[section].watched, session.sections[section].awaited]
            session.sections[section].watched = nil
            session.sections[section].awaited = nil
            return tracks
        }
        for case let track? in tracks ?? [] { removeWatcher(key, section: section, of: track) }
    }

    /// A sender's video is over: those who watched it see others.
    func endVideoTrack(_ track: Slab<VideoTrack>.Key, room: Slab<MediaRoom>.Key) {
        if forwardTrack == track {
            forwardTrack = nil
            forward.removeAll()
        }
        guard let ended = videoTracks.remove(track) else { return }
        for watcher in ended.watchers {
            sessions.with(watcher.session) { session in
                if session.sections[watcher.section].watched == track {
                    session.sections[watcher.section].watched = nil
                }
                if session.sections[watcher.section].awaited == track {
                    session.sections[watcher.section].awaited = nil
                }
            }
        }
        unassignedRooms.append(room)
    }

    // MARK: - Forwarding

    private func watcher(_ index: Int, of track: Slab<VideoTrack>.Key) -> VideoTrack.Watcher? {
        videoTracks.with(track) { index < $0.watchers.count ? $0.watchers[index] : nil } ?? nil
    }

    /// Sends the packets from `first` on, run by run, each run in one call.
    private func forward(from first: Int, to watcher: VideoTrack.Watcher, at now: MediaTime) {
        let isWhole = sessions.with(watcher.session) { session in
            if session.sections[watcher.section].outbound.gate != nil {
                _ = forwardThroughGate(from: first, to: &session.sections[watcher.section], at: now)
                return false
            }
            var start = first
            while start < forward.packets.count {
                let end = forward.endOfRun(from: start)
                guard forward(start..<end, to: &session.sections[watcher.section], at: now) else { return false }
                start = end
            }
            return true
        }
        if isWhole == false { scheduleOutput(watcher, at: now) }
    }

    /// Sends packets of one size, of which only the last may be shorter; false where the endpoint's connection did not take them all.
    private func forward(_ run: Range<Int>, to section: inout MediaSession.Section, at now: MediaTime) -> Bool {
        let tag = section.protector?.suite.tagLength ?? 0
        let segment = forward.packets[run.lowerBound].range.count + tag
        var end = 0
        for index in run {
            let packet = forward.packets[index]
            // What belongs to the time before the switch is left out.
            let numbers = section.outbound.rewriter.rewrite(packet, shift: PacketMap.Shift(), at: now)
            guard let numbers else { continue }
            forward.bytes.read(packet.range) { sending.copy($0, to: end) }
            guard let length = complete(packet, numbers, at: end, for: section) else { continue }
            end += length
            section.outbound.note(packet, numbers, at: now)
        }
        guard end > 0 else { return true }
        return sending.read(0..<end) {
            let isWhole = output.send(
                $0, segment: segment, socket: section.setup.rtpSocket, to: section.setup.remoteRTP)
            // Somebody who reads too slowly has lost a part of this frame.
            if !isWhole { section.outbound.awaitsKeyFrame = true }
            return isWhole
        }
    }

    /// Makes a whole packet of the bytes that stand at `start` of ``sending``, header and payload: its length, protection included, or nil where it cannot be protected.
    func complete(
        _ packet: ForwardBuffer.Packet, _ numbers: StreamRewriter.Numbers, at start: Int,
        for section: MediaSession.Section
    ) -> Int? {
        let header = RTPHeader(
            payloadType: section.setup.payloadType, sequenceNumber: numbers.sequence, timestamp: numbers.timestamp,
            ssrc: section.setup.ssrc, marker: packet.marker)
        sending.write(start..<start + packet.range.count) { bytes in
            var cursor = 0
            try? header.write(into: &bytes, at: &cursor)
            if let picture = numbers.picture {
                packet.descriptor.rewrite(
                    pictureID: picture.pictureID, baseLayerIndex: picture.baseLayerIndex, in: &bytes, payloadAt: cursor)
            }
        }
        guard let protector = section.protector else { return packet.range.count }
        return protect(with: protector, at: start, length: packet.range.count)
    }

    /// Gives somebody who begins to watch all packets since the track's last key frame at once, where they are kept and the limits have room for them; false where not.
    func replay(
        _ track: Slab<VideoTrack>.Key, to viewer: Slab<MediaSession>.Key, section: Int, at now: MediaTime
    ) -> Bool {
        let watcher = VideoTrack.Watcher(session: viewer, section: section, isActive: false)
        let isReady = sessions.with(viewer) { session in
            session.sections[section].isConnected && session.sections[section].outbound.gate == nil
                && session.sections[section].setup.offeredBitrate == nil
        }
        guard isReady == true, !isWithinFrame(watcher, at: now) else { return false }
        if !forward.isEmpty { forwardVideo(at: now) }
        defer { forward.removeAll() }
        let frames: Int? =
            videoTracks.with(track) { track in
                guard let group = track.recent.groupOfPictures() else { return nil }
                var bits = 0
                var frames = 0
                for sequence in group {
                    guard let (packet, range) = track.recent.find(sequence) else { return nil }
                    bits += range.count * 8
                    frames += packet.marker ? 1 : 0
                    let payload = range.lowerBound + RTPHeader.fixedLength..<range.upperBound
                    track.recent.read(payload) { forward.append(packet, payload: $0) }
                }
                return track.gate.hasRoom(forExtra: bits, at: now) ? frames : nil
            } ?? nil
        // What is not whole yet will be with the packets that come next.
        guard let frames, let first = forward.packets.first, let last = forward.packets.last else { return false }
        activate(watcher, track: track, at: 0, now: now)
        sessions.with(viewer) { session in
            session.sections[section].outbound.rewriter.begin(first, replayingTo: last, frames: frames, at: now)
        }
        forward(from: 0, to: watcher, at: now)
        return true
    }

    /// Whether a frame of what is watched now is still on its way, so that a switch would leave it broken. One that has not gone on for long never will.
    private func isWithinFrame(_ watcher: VideoTrack.Watcher, at now: MediaTime) -> Bool {
        sessions.with(watcher.session) { session in
            let section = session.sections[watcher.section]
            guard section.watched != nil, !section.outbound.endedFrame, let last = section.outbound.lastSent else {
                return false
            }
            return now.milliseconds(since: last) < Self.longestFrame
        } ?? false
    }

    /// A watcher who waited begins with this key frame, and leaves what was watched before.
    private func activate(
        _ watcher: VideoTrack.Watcher, track: Slab<VideoTrack>.Key, at keyFrame: Int, now: MediaTime
    ) {
        let packet = forward.packets[keyFrame]
        let before = sessions.with(watcher.session) { session in
            let before = session.sections[watcher.section].watched
            session.sections[watcher.section].watched = track
            session.sections[watcher.section].awaited = nil
            session.sections[watcher.section].outbound.rewriter.begin(packet, at: now)
            session.sections[watcher.section].outbound.gate = nil
            session.sections[watcher.section].outbound.awaitsKeyFrame = false
            return before
        }
        if let before = before ?? nil { removeWatcher(watcher.session, section: watcher.section, of: before) }
        fitReceiver(watcher.session, section: watcher.section)
        videoTracks.with(track) { track in
            for index in track.watchers.indices
            where track.watchers[index].session == watcher.session
                && track.watchers[index].section == watcher.section
            {
                track.watchers[index].isActive = true
            }
        }
    }

    // MARK: - Who sees whom

    private func addVideoTrack(_ header: RTPHeader, owner: SocketOwner) -> Slab<VideoTrack>.Key {
        let limit = videoLimit(of: owner)
        let repairs =
            sessions.with(owner.session) { $0.sections[owner.section].setup.feedback.contains(.nack) } ?? false
        let track = videoTracks.insert(
            VideoTrack(
                session: owner.session, section: owner.section, ssrc: header.ssrc,
                gate: FrameGate(limit), repairsLosses: repairs, recent: PacketCache(for: limit)))
        let room = sessions.with(owner.session) { session in
            session.sections[owner.section].inbound?.videoTrack = track
            return session.room
        }
        if let room { unassignedRooms.append(room) }
        return track
    }

    private func removeWatcher(_ key: Slab<MediaSession>.Key, section: Int, of track: Slab<VideoTrack>.Key) {
        videoTracks.with(track) { $0.watchers.removeAll { $0.session == key && $0.section == section } }
    }

    private func assignVideo(room key: Slab<MediaRoom>.Key, at now: MediaTime) {
        guard let room = rooms[key] else { return }
        let senders = room.sessions.filter { sessions[$0]?.videoTrack != nil }
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
                watch(sender.flatMap { sessions[$0]?.videoTrack }, viewer: viewer, section: section, at: now)
            }
        }
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
        if replay(track, to: viewer, section: section, at: now) { return }
        requestKeyFrame(track, at: now)
    }
}

extension MediaRouter {
    /// Whether a VP8 payload is the first of a key frame (RFC 7741, 4.2 and 4.3).
    private static func beginsKeyFrame(_ payload: RawSpan) -> Bool {
        guard let descriptor = try? VP8Descriptor(parsing: payload), descriptor.startsFrame else { return false }
        let frame = payload.extracting(descriptor.length..<payload.byteCount)
        return VP8PayloadHeader(parsing: frame)?.isKeyFrame ?? false
    }
}
