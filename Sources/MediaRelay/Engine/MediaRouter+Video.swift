extension MediaRouter {
    /// The packets of one frame come within this time, in ms.
    private static var longestFrame: Int64 { 100 }

    /// Keeps a packet for those who watch; they get it with the next ``forwardVideo(at:)``.
    func receiveVideo(
        _ header: RTPHeader, sequence: UInt64, _ packet: RawSpan, owner: SocketOwner, at now: MediaTime
    ) {
        guard let (known, format) = sessions.with(owner.session, { session in
            session.sections[owner.section].inbound.map { ($0.videoTrack, $0.format) }
        }) ?? nil else { return }
        let track = known ?? addVideoTrack(header, format: format, owner: owner)
        if forwardTrack != track {
            forwardVideo(at: now)
            forwardTrack = track
        }
        let payload = packet.extracting(header.payload)
        if format.codec == .theora {
            receiveTheora(header, sequence: sequence, packet, track: track, at: now)
        } else {
            receiveVP8(header, sequence: sequence, payload, track: track)
        }
        // Who is to see a new track must be known before its first key frame goes by.
        if known == nil { assignVideo(at: now) }
        collect(header, sequence: sequence, payload: payload, of: track)
    }

    /// Sends the packets that have come of one track to all who watch it.
    func forwardVideo(at now: MediaTime) {
        guard let track = forwardTrack else { return }
        forwardTrack = nil
        defer { forward.removeAll() }
        let keyFrame = forward.firstKeyFrame
        var index = 0
        while let watcher = watcher(index, of: track) {
            index += 1
            if watcher.isActive {
                forward(from: 0, to: watcher, at: now)
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
        sessions.with(watcher.session) { session in
            var start = first
            while start < forward.packets.count {
                let end = forward.endOfRun(from: start)
                forward(start..<end, to: &session.sections[watcher.section], at: now)
                start = end
            }
        }
    }

    /// Sends packets of one size, of which only the last may be shorter.
    private func forward(_ run: Range<Int>, to section: inout MediaSession.Section, at now: MediaTime) {
        let tag = section.protector?.suite.tagLength ?? 0
        let segment = forward.packets[run.lowerBound].range.count + tag
        var end = 0
        for index in run {
            let packet = forward.packets[index]
            let numbers = section.outbound.rewriter.rewrite(
                sequence: packet.sequence, timestamp: packet.timestamp, at: now)
            // What belongs to the time before the switch is left out.
            guard let (number, time) = numbers else { continue }
            forward.bytes.read(packet.range) { sending.copy($0, to: end) }
            let header = RTPHeader(
                payloadType: section.outbound.payloadType, sequenceNumber: number, timestamp: time,
                ssrc: section.setup.ssrc, marker: packet.marker)
            sending.write(end..<end + RTPHeader.fixedLength) { bytes in
                var cursor = 0
                try? header.write(into: &bytes, at: &cursor)
            }
            if let protector = section.protector {
                guard protect(with: protector, at: end, length: packet.range.count) != nil else { continue }
            }
            end += packet.range.count + tag
            section.outbound.statistics.send(
                timestamp: time, payloadLength: packet.range.count - RTPHeader.fixedLength,
                at: UInt64(max(0, now.nanoseconds)))
            section.outbound.packetsSinceReport += 1
            section.outbound.endedFrame = packet.marker
            section.outbound.lastSent = now
        }
        guard end > 0 else { return }
        sending.read(0..<end) {
            output.send($0, segment: segment, socket: section.setup.rtpSocket, to: section.setup.remoteRTP)
        }
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
            session.sections[watcher.section].outbound.rewriter.begin(
                sequence: packet.sequence, timestamp: packet.timestamp, at: now)
        }
        switchWatcher(watcher, to: track)
    }
}
