internal import HeapModule

extension MediaRouter {
    /// Answers a receiver's request for packets that it lost (RFC 4585, 6.2.1), with those that are still kept and that its limit has room for.
    func resend(_ request: GenericNACK, _ datagram: RawSpan, owner: SocketOwner, at now: MediaTime) {
        var numbers = GenericNACK.MissingNumbers(request)
        let watched = sessions.with(owner.session) { session in
            let section = session.sections[owner.section]
            return section.setup.ssrc == request.media && section.isConnected ? section.watched : nil
        }
        guard let track = watched ?? nil else { return }
        while let number = numbers.next(in: datagram) {
            sessions.with(owner.session) { resend(number, of: track, to: &$0.sections[owner.section], at: now) }
        }
    }

    private func resend(
        _ number: SequenceNumber, of track: Slab<VideoTrack>.Key, to section: inout MediaSession.Section,
        at now: MediaTime
    ) {
        guard let moved = section.outbound.rewriter.original(of: number) else { return }
        let sequence = section.outbound.gate.map { $0.map.original(of: moved) } ?? moved
        guard let sequence, section.outbound.rewriter.isRepeatable(sequence),
            let shift = section.outbound.gate == nil ? PacketMap.Shift() : section.outbound.gate?.shift(of: sequence)
        else { return }
        let packet: ForwardBuffer.Packet? =
            videoTracks.with(track) { track in
                guard let (packet, range) = track.recent.find(sequence) else { return nil }
                let bits = (packet.range.count + FrameGate.Limit.wireOverhead) * 8
                let allowance = track.gate.room(at: now)
                guard section.outbound.retransmissions.take(bits, of: allowance, at: now) else { return nil }
                track.recent.read(range) { sending.copy($0, to: Retransmission.headingLength) }
                return packet
            } ?? nil
        guard let packet, let numbers = section.outbound.rewriter.rewrite(packet, shift: shift, at: now) else { return }
        send(packet, numbers, again: section.setup.retransmission, to: &section)
    }

    /// Sends a packet once more that stands in ``sending`` behind two free bytes: as it was, or in the stream that is there for it (RFC 4588).
    private func send(
        _ packet: ForwardBuffer.Packet, _ numbers: StreamRewriter.Numbers,
        again stream: (payloadType: UInt8, ssrc: UInt32)?, to section: inout MediaSession.Section
    ) {
        let start = Retransmission.headingLength
        let range: Range<Int>
        if let stream {
            // The picture's numbers are put in while the payload is still where they are looked for.
            guard renumber(packet, numbers, at: start) else { return }
            let header = RTPHeader(
                payloadType: stream.payloadType, sequenceNumber: SequenceNumber(section.outbound.nextRetransmission),
                timestamp: numbers.timestamp, ssrc: stream.ssrc, marker: packet.marker)
            section.outbound.nextRetransmission &+= 1
            let isWritten = sending.write(0..<RTPHeader.fixedLength + start) { bytes in
                var cursor = 0
                try? header.write(into: &bytes, at: &cursor)
                return (try? Retransmission.write(original: numbers.sequence, into: &bytes, at: &cursor)) != nil
            }
            guard isWritten else { return }
            var length = packet.range.count + start
            if let protector = section.protector {
                guard let protected = protect(with: protector, at: 0, length: length) else { return }
                length = protected
            }
            range = 0..<length
        } else {
            guard let length = complete(packet, numbers, at: start, as: section.outline) else { return }
            range = start..<start + length
        }
        _ = sending.read(range) {
            output.send($0, segment: range.count, socket: section.setup.rtpSocket, to: section.setup.remoteRTP)
        }
    }

    private func renumber(_ packet: ForwardBuffer.Packet, _ numbers: StreamRewriter.Numbers, at start: Int) -> Bool {
        guard let picture = numbers.picture else { return true }
        sending.write(start..<start + packet.range.count) { bytes in
            packet.descriptor.rewrite(
                pictureID: picture.pictureID, baseLayerIndex: picture.baseLayerIndex, in: &bytes,
                payloadAt: RTPHeader.fixedLength)
        }
        return true
    }

    // MARK: - Losses on the way in

    /// Sets the timer for packets that a sender is to be asked for.
    func scheduleRepair(_ key: Slab<VideoTrack>.Key) {
        let time: MediaTime? =
            videoTracks.with(key) { track in
                guard !track.repairIsScheduled, let time = track.losses.nextDeadline else { return nil }
                track.repairIsScheduled = true
                return time
            } ?? nil
        if let time { timers.insert(Timer(time: time, target: .repair(key))) }
    }

    /// Asks a sender for what is missing of its track.
    func repair(_ key: Slab<VideoTrack>.Key, at now: MediaTime) {
        guard let origin = videoTracks.with(key, { ($0.session, $0.section, $0.ssrc) }) else { return }
        let roundTrip = sessions.with(origin.0) { $0.sections[origin.1].outbound.statistics.roundTrip } ?? nil
        missing.removeAll(keepingCapacity: true)
        videoTracks.with(key) { track in
            track.repairIsScheduled = false
            track.losses.takeDue(at: now, roundTrip: roundTrip, into: &missing)
        }
        if !missing.isEmpty { sendRequest(for: missing.span, of: origin.2, to: origin.0, section: origin.1) }
        scheduleRepair(key)
    }

    /// Unwraps a packet that a sender sends again in a stream of its own (RFC 4588): the packet as it was at first, or nil where it is none of the session's.
    func unwrap(_ header: RTPHeader, _ packet: RawSpan, owner: SocketOwner) -> RTPHeader? {
        let ssrc = sessions.with(owner.session) { $0.sections[owner.section].inbound?.ssrc } ?? nil
        let payload = packet.extracting(header.payload)
        guard let ssrc, let original = try? Retransmission.originalNumber(payload) else { return nil }
        var first = header
        first.ssrc = ssrc
        first.sequenceNumber = original
        let type = sessions.with(owner.session) { $0.sections[owner.section].inbound?.format.payloadType } ?? nil
        first.payloadType = type ?? 0
        first.skipPayload(Retransmission.headingLength)
        return first
    }
}
