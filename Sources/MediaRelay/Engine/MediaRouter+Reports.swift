internal import HeapModule

extension MediaRouter {
    /// RTCP of a session leaves this often while media flows in it, in ms.
    private static var activeInterval: Int64 { 1_000 }
    /// And this often while nothing does.
    private static var quietInterval: Int64 { 5_000 }
    /// Refusals further apart than this, in ms, are not one series: of media, and of reports.
    private static var refusalGap: Int64 { 3_000 }
    private static var controlRefusalGap: Int64 { 2 * quietInterval }

    /// Takes in an RTCP datagram.
    func receiveControl(_ datagram: RawSpan, source: SocketAddress, owner: SocketOwner, at now: MediaTime) {
        guard var packets = try? CompoundPacket(validating: datagram) else {
            sessions.with(owner.session) { $0.drops.malformed += 1 }
            return
        }
        noteSource(source, owner: owner, at: now)
        while true {
            do {
                guard let packet = try packets.next(in: datagram) else { return }
                receiveControl(packet, datagram, owner: owner, at: now)
            } catch {
                sessions.with(owner.session) { $0.drops.malformed += 1 }
            }
        }
    }

    private func receiveControl(_ packet: RTCPPacket, _ datagram: RawSpan, owner: SocketOwner, at now: MediaTime) {
        switch packet {
        case .senderReport(let report):
            sessions.with(owner.session) { session in
                guard session.sections[owner.section].inbound?.ssrc == report.ssrc else { return }
                session.sections[owner.section].inbound?.statistics
                    .receive(senderReport: report.time, at: UInt64(max(0, now.nanoseconds)))
            }
            receive(report.blocks, datagram, owner: owner, at: now)
        case .receiverReport(let report):
            receive(report.blocks, datagram, owner: owner, at: now)
        case .goodbye(let goodbye):
            // It comes on a socket of its own and may overtake the last packets: the stream ends with the next report.
            sessions.with(owner.session) { session in
                guard let ssrc = session.sections[owner.section].inbound?.ssrc else { return }
                if goodbye.names(ssrc, in: datagram) { session.sections[owner.section].inbound?.saidGoodbye = true }
            }
        case .pictureLossIndication, .fullIntraRequest:
            let watched = sessions.with(owner.session) { session in
                session.sections[owner.section].awaited ?? session.sections[owner.section].watched
            }
            if let track = watched ?? nil { requestKeyFrame(track, at: now) }
        case .genericNACK(let request):
            resend(request, datagram, owner: owner, at: now)
        case .receiverEstimatedMaximumBitrate(let estimate):
            receiveEstimate(estimate, datagram, owner: owner, at: now)
        case .temporaryMaximumBitrateRequest(let request):
            receiveLimit(request, datagram, owner: owner, at: now)
        default:
            break
        }
    }

    private func receive(_ blocks: ReportBlockList, _ datagram: RawSpan, owner: SocketOwner, at now: MediaTime) {
        let time = wallClock(at: now)
        for index in 0..<blocks.count {
            let block = blocks.block(at: index, in: datagram)
            let isOurs = sessions.with(owner.session) { session in
                guard block.ssrc == session.sections[owner.section].setup.ssrc else { return false }
                session.sections[owner.section].outbound.statistics.receive(block, time: time)
                return true
            }
            if isOurs == true { receiveLosses(block, owner: owner, at: now) }
        }
    }

    /// Sends a session's reports, looks whether its endpoint is still there, and asks again for key frames that did not come.
    func report(_ key: Slab<MediaSession>.Key, scheduled: MediaTime, at now: MediaTime) {
        guard let session = sessions[key], session.nextReport == scheduled else { return }
        if isUnreachable(session, at: now) {
            expire(key, reason: .unreachable, at: now)
            return
        }
        if hasTimedOut(session, at: now) {
            expire(key, reason: .timeout, at: now)
            return
        }
        noteLimits(of: key, at: now)
        var isActive = false
        for section in session.sections.indices {
            let inbound = session.sections[section].inbound?.packetsSinceReport ?? 0
            let outbound = session.sections[section].outbound.packetsSinceReport
            if inbound > 0 || outbound > 0 { isActive = true }
            if session.sections[section].inbound?.saidGoodbye == true { endInbound(key, section: section) }
            sendReport(key, section: section, at: now)
        }
        if let track = session.videoTrack, videoTracks.with(track, { $0.keyFrames.isDue(at: now) }) == true {
            sendKeyFrameRequest(track, at: now)
        }
        measure(key, since: session.lastReportTime, at: now)
        fitReceiver(key, at: now)
        let next = now.advanced(milliseconds: isActive ? Self.activeInterval : Self.quietInterval)
        sessions.with(key) { $0.nextReport = next }
        timers.insert(Timer(time: next, target: .report(key)))
    }

    /// Works out the bitrates since the last report.
    private func measure(_ key: Slab<MediaSession>.Key, since last: MediaTime, at now: MediaTime) {
        let elapsed = Int(max(1, now.milliseconds(since: last)))
        sessions.with(key) { session in
            session.lastReportTime = now
            for index in session.sections.indices {
                if let bytes = session.sections[index].inbound?.bytesSinceReport {
                    session.sections[index].inbound?.bitrate = bytes * 8_000 / elapsed
                    session.sections[index].inbound?.bytesSinceReport = 0
                }
                session.sections[index].outbound.measure(milliseconds: elapsed)
            }
        }
    }

    private func hasTimedOut(_ session: MediaSession, at now: MediaTime) -> Bool {
        // Over TCP the endpoint has to connect, whatever it wants.
        if session.sections.allSatisfy({ $0.setup.isStream && !$0.isConnected }) {
            return now.milliseconds(since: session.opened) >= configuration.startTimeout
        }
        guard session.isSender else { return false }
        guard let heard = session.lastHeard else {
            return now.milliseconds(since: session.opened) >= configuration.startTimeout
        }
        return now.milliseconds(since: heard) >= configuration.timeout
    }

    /// The host of a socket's endpoint says that nobody listens at its port.
    func noteRefusal(socket: Int, at now: MediaTime) {
        guard socket < socketOwners.count, let owner = socketOwners[socket] else { return }
        sessions.with(owner.session) { session in
            if owner.isRTCP {
                session.sections[owner.section].controlRefusals.note(at: now, gap: Self.controlRefusalGap)
            } else {
                session.sections[owner.section].refusals.note(at: now, gap: Self.refusalGap)
            }
        }
    }

    /// Whether all that is sent to an endpoint has been refused for the time-out. One that sends is told by its silence.
    ///
    /// While sound or pictures flow, only they count: many receivers have no port for RTCP. Otherwise the reports do, at endpoints that took them before.
    private func isUnreachable(_ session: MediaSession, at now: MediaTime) -> Bool {
        guard !session.isSender else { return false }
        let timeout = configuration.timeout
        let sent = session.sections.filter { $0.outbound.packetsSinceReport > 0 }
        if !sent.isEmpty {
            return sent.allSatisfy { $0.refusals.lasted(timeout, until: now, gap: Self.refusalGap) }
        }
        return session.sections.allSatisfy { section in
            section.tookReports && section.controlRefusals.lasted(timeout, until: now, gap: Self.controlRefusalGap)
        }
    }

    private func sendReport(_ key: Slab<MediaSession>.Key, section: Int, at now: MediaTime) {
        sessions.with(key) { session in
            // The report before this one was not refused: somebody takes them.
            let refused = session.sections[section].controlRefusals.last
            if let last = session.sections[section].lastReport, refused.map({ $0 < last }) ?? true {
                session.sections[section].tookReports = true
            }
            session.sections[section].lastReport = now
        }
        let time = wallClock(at: now)
        let moment = UInt64(max(0, now.nanoseconds))
        sendControl(key, section: section) { session, bytes, cursor throws(RTCPError) in
            let setup = session.sections[section].setup
            let sent = session.sections[section].outbound.packetsSinceReport > 0
            session.sections[section].outbound.packetsSinceReport = 0
            var blocks: [ReportBlock] = []
            if let ssrc = session.sections[section].inbound?.ssrc,
                let block = session.sections[section].inbound?.statistics.makeReportBlock(ssrc: ssrc, at: moment)
            {
                session.sections[section].inbound?.packetsSinceReport = 0
                blocks.append(block)
            }
            if sent {
                let report = session.sections[section].outbound.statistics
                    .makeReport(ssrc: setup.ssrc, time: time, at: moment)
                try report.write(blocks: blocks.span, into: &bytes, at: &cursor)
            } else {
                try ReceiverReport(ssrc: setup.ssrc).write(blocks: blocks.span, into: &bytes, at: &cursor)
            }
            try writeLimit(of: session, section: section, into: &bytes, at: &cursor)
        }
    }

    /// Asks the sender of a track for a key frame (RFC 4585, 6.3.1).
    func sendKeyFrameRequest(_ track: Slab<VideoTrack>.Key, at now: MediaTime) {
        guard let track = videoTracks[track] else { return }
        sendControl(track.session, section: track.section) { session, bytes, cursor throws(RTCPError) in
            let ssrc = session.sections[track.section].setup.ssrc
            let none: [ReportBlock] = []
            try ReceiverReport(ssrc: ssrc).write(blocks: none.span, into: &bytes, at: &cursor)
            try PictureLossIndication(sender: ssrc, media: track.ssrc).write(into: &bytes, at: &cursor)
        }
    }

    /// Asks a sender for packets that were lost.
    func sendRequest(
        for missing: Span<SequenceNumber>, of media: UInt32, to key: Slab<MediaSession>.Key, section: Int
    ) {
        let missing = missing
        sendControl(key, section: section) { session, bytes, cursor throws(RTCPError) in
            let ssrc = session.sections[section].setup.ssrc
            let none: [ReportBlock] = []
            try ReceiverReport(ssrc: ssrc).write(blocks: none.span, into: &bytes, at: &cursor)
            try GenericNACK.write(sender: ssrc, media: media, missing: missing, into: &bytes, at: &cursor)
        }
    }

    /// Says that the relay's stream ends.
    func sendGoodbye(_ key: Slab<MediaSession>.Key, section: Int, at now: MediaTime) {
        sendControl(key, section: section) { session, bytes, cursor throws(RTCPError) in
            let ssrc = session.sections[section].setup.ssrc
            let none: [ReportBlock] = []
            try ReceiverReport(ssrc: ssrc).write(blocks: none.span, into: &bytes, at: &cursor)
            try Goodbye.write(ssrc: ssrc, into: &bytes, at: &cursor)
        }
    }

    /// Sends a compound datagram that begins with what `write` puts there; the relay's name goes with it (RFC 3550, 6.1).
    func sendControl(
        _ key: Slab<MediaSession>.Key, section: Int,
        _ write: (inout MediaSession, inout MutableRawSpan, inout Int) throws(RTCPError) -> Void
    ) {
        sessions.with(key) { session in
            var length = 0
            sending.write(0..<1_200) { bytes in
                let name = Array(session.canonicalName.utf8)
                let setup = session.sections[section].setup
                do throws(RTCPError) {
                    var cursor = 0
                    try write(&session, &bytes, &cursor)
                    let end = cursor
                    try SourceDescription.write(
                        ssrc: setup.ssrc, canonicalName: name.span.bytes, into: &bytes, at: &cursor)
                    length = max(end, cursor)
                } catch {
                    length = 0
                }
            }
            let setup = session.sections[section].setup
            if length > 0, let protector = session.sections[section].protector {
                let space = 0..<length + protector.suite.controlOverhead
                length = sending.write(space) { try? protector.protectRTCP(&$0, length: length) } ?? 0
            }
            guard length > 0, session.sections[section].isConnected, setup.remoteRTCP.isUnicast else { return }
            _ = sending.read(0..<length) {
                output.send(
                    $0, segment: length, socket: setup.rtcpSocket ?? setup.rtpSocket, to: setup.remoteRTCP)
            }
        }
    }
}
