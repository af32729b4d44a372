extension MediaRouter {
    /// Takes in a datagram, which is decrypted in place. Call ``flush(at:)`` when the socket has been read.
    func receive(_ datagram: inout MutableRawSpan, socket: Int, source: SocketAddress, at now: MediaTime) {
        guard socket < socketOwners.count, let owner = socketOwners[socket] else { return }
        let isRTCP: Bool
        switch PacketClass(of: datagram.bytes) {
        case .rtp where !owner.isRTCP: isRTCP = false
        // RTCP on the RTP port is RTCP, agreed on or not: its types cannot be mistaken (RFC 5761, 4).
        case .rtcp: isRTCP = true
        default:
            sessions.with(owner.session) { $0.drops.malformed += 1 }
            return
        }
        let length = sessions.with(owner.session) { session in
            let length = session.sections[owner.section]
                .accept(&datagram, isRTCP: isRTCP, onRTCPSocket: owner.isRTCP, source: source, &session.drops)
            return length
        }
        guard let length = length ?? nil else { return }
        let packet = datagram.bytes.extracting(0..<length)
        if isRTCP {
            receiveControl(packet, source: source, owner: owner, at: now)
            return
        }
        guard let header = try? RTPHeader(parsing: packet) else {
            sessions.with(owner.session) { $0.drops.malformed += 1 }
            return
        }
        receiveMedia(header, packet, source: source, owner: owner, at: now)
    }

    /// Sends what the datagrams since the last call have left.
    func flush(at now: MediaTime) {
        forwardVideo(at: now)
        submitConversions()
        assignVideo(at: now)
    }

    /// A packet that is what it should be has come from here: the endpoint is there, and this is its port from now on.
    func noteSource(_ source: SocketAddress, owner: SocketOwner, at now: MediaTime) {
        sessions.with(owner.session) { session in
            session.lastHeard = now
            if owner.isRTCP {
                session.sections[owner.section].rtcpSource = source
            } else {
                session.sections[owner.section].rtpSource = source
            }
        }
    }

    private func receiveMedia(
        _ header: RTPHeader, _ packet: RawSpan, source: SocketAddress, owner: SocketOwner, at now: MediaTime
    ) {
        var header = header
        var isAgain = false
        let verdict: WireFormat? =
            sessions.with(owner.session) { session in
                let maySend = session.maySend
                return session.sections[owner.section].judge(header, maySend: maySend, &isAgain, &session.drops)
            } ?? nil
        guard let format = verdict else { return }
        noteSource(source, owner: owner, at: now)
        guard !header.payload.isEmpty else {
            sessions.with(owner.session) { $0.drops.malformed += 1 }
            return
        }
        if isAgain {
            guard let first = unwrap(header, packet, owner: owner), !first.payload.isEmpty else { return }
            header = first
        }
        guard let sequence = count(header, format: format, owner: owner, at: now) else { return }
        if format.codec.kind == .audio {
            // Events and comfort noise say nothing to a mix.
            let isSound = header.payloadType == format.payloadType
            let type = sessions.with(owner.session) { $0.sections[owner.section].setup.eventType } ?? nil
            forwardVoice(
                header, sequence: sequence, payload: packet.extracting(header.payload),
                isEvent: !isSound && type == header.payloadType, owner: owner, at: now)
            if isSound { receiveAudio(header, packet, owner: owner, at: now) }
        } else {
            receiveVideo(header, sequence: sequence, packet, owner: owner, at: now)
        }
    }

    /// Counts a packet for the reports; nil where it is not to be believed yet.
    private func count(
        _ header: RTPHeader, format: WireFormat, owner: SocketOwner, at now: MediaTime
    ) -> UInt64? {
        let isKnown = sessions.with(owner.session) { session in
            guard let inbound = session.sections[owner.section].inbound else { return false }
            return inbound.ssrc == header.ssrc && inbound.format.payloadType == format.payloadType
        }
        if isKnown != true {
            // Another stream in the place of the old: its tracks begin anew.
            endInbound(owner.session, section: owner.section)
            sessions.with(owner.session) { session in
                session.sections[owner.section].inbound = InboundStream(
                    ssrc: header.ssrc, format: format,
                    statistics: ReceptionStatistics(clockRate: UInt32(format.codec.clockRate)))
            }
            if format.codec.kind == .audio, let room = sessions.with(owner.session, { $0.room }) { routeVoices(room) }
        }
        return sessions.with(owner.session) { session in
            let time = UInt64(max(0, now.nanoseconds))
            let arrival = session.sections[owner.section].inbound?.statistics
                .receive(header.sequenceNumber, timestamp: header.timestamp, at: time)
            guard let arrival, arrival != .suspect else { return nil }
            session.sections[owner.section].inbound?.packetsSinceReport += 1
            session.sections[owner.section].inbound?.bytesSinceReport += header.payload.count
            return session.sections[owner.section].inbound?.sequence.unwrap(header.sequenceNumber)
        } ?? nil
    }
}
