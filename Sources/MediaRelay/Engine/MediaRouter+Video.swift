extension MediaRouter {
    /// The packets of one frame come within this time, in ms.
    private static var longestFrame: Int64 { 100 }

    /// Keeps a packet for those who watch; they get it with the next ``forwardVideo(at:)``.
    func receiveVideo(
        _ header: RTPHeader, sequence: UInt64, _ packet: RawSpan, owner: SocketOwner, at now: MediaTime
    ) {
        guard
            let (known, format) = sessions.with(
                owner.session,
                { session in
                    session.sections[owner.section].inbound.map { ($0.videoTrack, $0.format) }
                }) ?? nil
        else { return }
        let track = known ?? addVideoTrack(header, format: format, owner: owner)
        if forwardTrack != track {
            forwardVideo(at: now)
            forwardTrack = track
        }
        let payload = packet.extracting(header.payload)
        if format.codec == .theora {
            receiveTheora(header, sequence: sequence, packet, track: track, at: now)
        } else {
            receiveVP8(header, sequence: sequence, payload, track: track, at: now)
        }
        // Who is to see a new track must be known before its first key frame goes by.
        if known == nil { assignVideo(at: now) }
        collect(header, sequence: sequence, payload: payload, of: track)
    }

    /// Takes a packet into a track: past the track's limiter, which may keep it for a while or leave it out, to those who watch.
    ///
    /// - Parameter isCounted: whether its number is the sender's own, so that gaps are losses.
    func admit(
        _ packet: ForwardBuffer.Packet, payload: RawSpan, into key: Slab<VideoTrack>.Key, isCounted: Bool,
        at now: MediaTime
    ) {
        let needs = videoTracks.with(key) { track in
            if packet.beginsKeyFrame { track.keyFrames.satisfied() }
            let isHopeless = isCounted && track.losses.receive(packet.sequence, at: now)
            if track.gate.offer(packet, payload: payload, at: now) == .pass,
                let shift = track.gate.shift(of: packet.sequence)
            {
                track.pass(packet, shift, payload, into: &forward)
            }
            track.release(into: &forward, at: now)
            // Of what is encoded again for everybody, a key frame is of no more use than any other.
            let isWatched = !track.watchers.isEmpty
            let encodesAgain = track.gate.needsTranscoding != (track.transcodedBitrate != nil)
            return (
                keyFrame: isHopeless || isWatched && track.gate.wantsKeyFrame(at: now), losses: track.repairsLosses,
                encoding: encodesAgain && track.derivation == nil ? track.session : nil
            )
        }
        if needs?.keyFrame == true { requestKeyFrame(key, at: now) }
        if let session = needs?.encoding, let room = sessions.with(session, { $0.room }) {
            unassignedRooms.append(room)
        }
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
            } else if let keyFrame, isConnected(watcher) {
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
            (
                session.sections[watcher.section].isConnected,
                session.sections[watcher.section].outbound.awaitsKeyFrame
            )
        }
        guard let (isConnected, awaitsKeyFrame) = state, isConnected else { return }
        let isSpent = egress != nil && isEgressSpent(for: watcher, of: track, at: now)
        guard awaitsKeyFrame else {
            if isSpent {
                sessions.with(watcher.session) { $0.sections[watcher.section].outbound.awaitsKeyFrame = true }
            } else {
                forward(from: 0, to: watcher, at: now)
            }
            return
        }
        // A key frame is greater than others; it is not asked for while there is no room for one.
        if isSpent { return }
        guard let keyFrame else {
            requestKeyFrame(track, at: now)
            return
        }
        sessions.with(watcher.session) { $0.sections[watcher.section].outbound.awaitsKeyFrame = false }
        forward(from: keyFrame, to: watcher, at: now)
    }

    /// Whether there is a way to the watcher.
    private func isConnected(_ watcher: VideoTrack.Watcher) -> Bool {
        sessions.with(watcher.session) { $0.sections[watcher.section].isConnected } ?? false
    }

    /// Whether there is no room for the picture that begins now in what may leave the server in all; one that was begun is finished.
    private func isEgressSpent(
        for watcher: VideoTrack.Watcher, of track: Slab<VideoTrack>.Key, at now: MediaTime
    ) -> Bool {
        let hasEnded = sessions.with(watcher.session) { $0.sections[watcher.section].outbound.endedFrame }
        guard hasEnded == true else { return false }
        let isKey = forward.firstKeyFrame != nil
        let expected = videoTracks.with(track) { $0.gate.expectedBytes(isKey: isKey) } ?? 0
        let bytes = max(expected, forward.byteCount) * 11 / 10
        guard egress?.take(bytes: bytes, at: now) == true else { return true }
        sessions.with(watcher.session) { $0.sections[watcher.section].outbound.prepaid = bytes }
        return false
    }

    /// Somebody lost pictures, or sees a track for the first time: asks its sender for a key frame.
    func requestKeyFrame(_ track: Slab<VideoTrack>.Key, at now: MediaTime) {
        let due = videoTracks.with(track) { $0.keyFrames.want(at: now) }
        guard due == true else { return }
        if let derivation = videoTracks[track]?.derivation {
            requestDerivedKeyFrame(derivation)
        } else {
            sendKeyFrameRequest(track, at: now)
        }
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
        // The section is not passed on whole for each packet: all that it refers to would be counted.
        let outline = section.outline
        let tag = outline.protector?.suite.tagLength ?? 0
        let segment = forward.packets[run.lowerBound].range.count + tag
        var end = 0
        for index in run {
            let packet = forward.packets[index]
            // What belongs to the time before the switch is left out.
            let numbers = section.outbound.rewriter.rewrite(packet, shift: PacketMap.Shift(), at: now)
            guard let numbers else { continue }
            forward.bytes.read(packet.range) { sending.copy($0, to: end) }
            guard let length = complete(packet, numbers, at: end, as: outline) else { continue }
            end += length
            section.outbound.note(packet, numbers, at: now)
        }
        guard end > 0 else { return true }
        egress?.add(bytes: end, packets: run.count, prepaid: &section.outbound.prepaid, at: now)
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
        as stream: MediaSession.Outline
    ) -> Int? {
        let header = RTPHeader(
            payloadType: stream.payloadType, sequenceNumber: numbers.sequence, timestamp: numbers.timestamp,
            ssrc: stream.ssrc, marker: packet.marker)
        sending.write(start..<start + packet.range.count) { bytes in
            var cursor = 0
            try? header.write(into: &bytes, at: &cursor)
            if let picture = numbers.picture {
                packet.descriptor.rewrite(
                    pictureID: picture.pictureID, baseLayerIndex: picture.baseLayerIndex, in: &bytes, payloadAt: cursor)
            }
        }
        guard let protector = stream.protector else { return packet.range.count }
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
        // Theora's pictures are of no use without headers that went before them.
        guard configuration.replaysPictures, isReady == true, !isWithinFrame(watcher, at: now),
            videoTracks.with(track, { $0.codec == .vp8 }) == true
        else { return false }
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
        sessions.with(watcher.session) { session in
            session.sections[watcher.section].outbound.rewriter.begin(packet, at: now)
            session.sections[watcher.section].outbound.gate = nil
            session.sections[watcher.section].outbound.awaitsKeyFrame = false
        }
        switchWatcher(watcher, to: track)
        fitReceiver(watcher.session, section: watcher.section, at: now)
    }
}
