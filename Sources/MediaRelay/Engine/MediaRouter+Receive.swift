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
        guard let length = authenticate(&datagram, isRTCP: isRTCP, owner: owner),
            isFromEndpoint(source, owner: owner)
        else { return }
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

    /// Checks and decrypts what is SRTP: the length of the plain packet, or nil where it is not authentic.
    private func authenticate(_ datagram: inout MutableRawSpan, isRTCP: Bool, owner: SocketOwner) -> Int? {
        guard let unprotector = sessions.with(owner.session, { $0.sections[owner.section].unprotector }) ?? nil else {
            return datagram.byteCount
        }
        let length = isRTCP ? try? unprotector.unprotectRTCP(&datagram) : try? unprotector.unprotectRTP(&datagram)
        if length == nil { sessions.with(owner.session) { $0.drops.unauthenticated += 1 } }
        return length
    }

    /// Sends what the datagrams since the last call have left.
    func flush(at now: MediaTime) {
        forwardVideo(at: now)
        submitConversions()
        assignVideo(at: now)
    }

    /// Checks a datagram's source. With plain RTP the host must be the session's, and the port that of the first packet that was one; what is authentic may come from
    /// anywhere.
    private func isFromEndpoint(_ source: SocketAddress, owner: SocketOwner) -> Bool {
        sessions.with(owner.session) { session in
            let section = session.sections[owner.section]
            if section.unprotector != nil { return true }
            let known = owner.isRTCP ? section.rtcpSource : section.rtpSource
            let isAccepted = known.map { $0 == source } ?? source.isSameHost(as: section.setup.host)
            if !isAccepted { session.drops.foreignSource += 1 }
            return isAccepted
        } ?? false
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
        var isAbsorbed = false
        let verdict: WireFormat? =
            sessions.with(owner.session) { session in
                let setup = session.sections[owner.section].setup
                guard setup.receives, session.maySend.contains(setup.kind) else {
                    session.drops.notAllowed += 1
                    return nil
                }
                if let again = setup.retransmission, again.payloadType == header.payloadType {
                    isAgain = true
                    return setup.formats.first
                }
                guard let format = setup.format(ofType: header.payloadType) else {
                    // Events and comfort noise were agreed on, but say nothing to a mix.
                    if setup.absorbs(header.payloadType) {
                        isAbsorbed = true
                        return session.sections[owner.section].inbound?.format
                    }
                    session.drops.unexpectedPayload += 1
                    return nil
                }
                return format
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
            let type = sessions.with(owner.session) { $0.sections[owner.section].setup.eventType } ?? nil
            forwardVoice(
                header, sequence: sequence, payload: packet.extracting(header.payload),
                isEvent: isAbsorbed && type == header.payloadType,
                owner: owner, at: now)
            if !isAbsorbed { receiveAudio(header, packet, owner: owner, at: now) }
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
