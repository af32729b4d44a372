extension MediaRouter {
    /// Bitrates of the mix that a slow network is given, so that those who hear the same still share an encoder.
    private static var mixSteps: [Int] { [32_000, 24_000, 16_000, 12_000, 8_000, 6_000] }

    /// A receiver says what it takes in all (REMB).
    func receiveEstimate(
        _ estimate: ReceiverEstimatedMaximumBitrate, _ datagram: RawSpan, owner: SocketOwner, at now: MediaTime
    ) {
        sessions.with(owner.session) { session in
            let ssrc = session.sections[owner.section].setup.ssrc
            // Some name no source at all and mean whatever they receive here.
            var isOurs = estimate.count == 0
            for index in 0..<estimate.count where estimate.source(at: index, in: datagram) == ssrc { isOurs = true }
            guard isOurs else { return }
            session.sections[owner.section].outbound.estimate.receive(asked: Int(clamping: estimate.bitrate), at: now)
        }
        applyEstimate(owner.session, section: owner.section, at: now)
    }

    /// A receiver sets a limit (TMMBR, RFC 5104, 3.5.4): it is obeyed and confirmed.
    func receiveLimit(
        _ request: TemporaryMaximumBitrate, _ datagram: RawSpan, owner: SocketOwner, at now: MediaTime
    ) {
        guard let ssrc = sessions.with(owner.session, { $0.sections[owner.section].setup.ssrc }) else { return }
        for index in 0..<request.count {
            let entry = request.entry(at: index, in: datagram)
            guard entry.ssrc == ssrc else { continue }
            sessions.with(owner.session) { session in
                session.sections[owner.section].outbound.estimate
                    .receive(asked: Int(clamping: entry.bitrate), at: now)
            }
            let confirmed = TemporaryMaximumBitrate.Entry(
                ssrc: request.sender, bitrate: entry.bitrate, overhead: entry.overhead)
            sendControl(owner.session, section: owner.section) { _, bytes, cursor throws(RTCPError) in
                let none: [ReportBlock] = []
                try ReceiverReport(ssrc: ssrc).write(blocks: none.span, into: &bytes, at: &cursor)
                try TemporaryMaximumBitrate.writeNotification(
                    sender: ssrc, entry: confirmed, into: &bytes, at: &cursor)
            }
        }
        applyEstimate(owner.session, section: owner.section, at: now)
    }

    /// What a receiver's report says about losses of the relay's stream.
    func receiveLosses(_ block: ReportBlock, owner: SocketOwner, at now: MediaTime) {
        sessions.with(owner.session) { session in
            let sent = session.sections[owner.section].outbound.sentBitrate
            session.sections[owner.section].outbound.lastReportBlock = block
            session.sections[owner.section].outbound.estimate
                .receiveReport(fractionLost: block.fractionLost, sent: sent, at: now)
        }
        applyEstimate(owner.session, section: owner.section, at: now)
    }

    /// Brings what a section's endpoint gets to what its network takes.
    func applyEstimate(_ key: Slab<MediaSession>.Key, section: Int, at now: MediaTime) {
        let change = sessions.with(key) { session in
            let estimate = session.sections[section].outbound.estimate.bitrate(at: now)
            let isAudio = session.sections[section].setup.kind == .audio
            guard session.sections[section].outbound.askedBitrate != estimate else { return (false, false) }
            session.sections[section].outbound.askedBitrate = estimate
            guard isAudio, let mix = session.sections[section].setup.mix else { return (!isAudio, false) }
            session.sections[section].limitMix(to: session.limits)
            if let estimate {
                let step = min(
                    Self.mixStep(under: estimate, ticks: mix.ticks),
                    session.sections[section].setup.mix?.bitrate ?? .max)
                session.sections[section].limitMix(to: step)
            }
            return (false, session.sections[section].setup.mix != mix)
        }
        guard let (fits, listens) = change else { return }
        if fits { fitReceiver(key, section: section, at: now) }
        if listens { listen(key) }
    }

    /// The greatest step of the mix's bitrate that fits into `bitrate` with all headers.
    private static func mixStep(under bitrate: Int, ticks: Int) -> Int {
        let headers = FrameGate.Limit.wireOverhead * 8 * 50 / max(1, ticks)
        return mixSteps.first { $0 + headers <= bitrate } ?? 6_000
    }

    /// Tells a sender its limit in the forms that it understands: REMB, and TMMBR (RFC 5104, 4.2.1).
    func writeLimit(
        of session: MediaSession, section: Int, into bytes: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        let setup = session.sections[section].setup
        guard let inbound = session.sections[section].inbound, setup.kind == .video else { return }
        let wire = WireBitrate.applicationSpecific(
            kind: .video, payload: session.limits.videoBitrate, packetTime: 20, family: .v4)
        if setup.feedback.contains(.receiverEstimate) {
            let sources = [inbound.ssrc]
            try ReceiverEstimatedMaximumBitrate.write(
                sender: setup.ssrc, bitrate: UInt64(wire * 1_000), sources: sources.span, into: &bytes, at: &cursor)
        }
        if setup.feedback.contains(.temporaryBitrate) {
            let entry = TemporaryMaximumBitrate.Entry(
                ssrc: inbound.ssrc, bitrate: UInt64(wire * 1_000), overhead: FrameGate.Limit.wireOverhead)
            try TemporaryMaximumBitrate.writeRequest(
                sender: setup.ssrc, entry: entry, into: &bytes, at: &cursor)
        }
    }
}
