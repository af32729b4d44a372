extension MediaRouter {
    /// What is known of a room; nil where it has no media.
    func statistics(room name: String, at now: MediaTime) -> MediaRoomStatistics? {
        guard let key = roomsByName[name], let room = rooms[key] else { return nil }
        var statistics = MediaRoomStatistics()
        statistics.sessions = room.sessions.compactMap { self.statistics(of: $0, at: now) }
        statistics.speaking = room.speaking
        return statistics
    }

    /// The sums over all rooms of this loop.
    func totals(at now: MediaTime) -> MediaTotals {
        var totals = past
        totals.rooms = rooms.count
        totals.sessions = sessions.count
        for key in sessions.keys { statistics(of: key, at: now).map { totals.add($0) } }
        return totals
    }

    /// What is known of a session.
    func statistics(of key: Slab<MediaSession>.Key, at now: MediaTime) -> MediaSessionStatistics? {
        guard let session = sessions[key] else { return nil }
        return MediaSessionStatistics(
            session: session.id, participant: session.participant, age: now.milliseconds(since: session.opened),
            received: session.sections.compactMap { received($0, limits: session.limits, at: now) },
            sent: session.sections.filter(\.setup.sends).map { sent($0, at: now) }, drops: session.drops)
    }

    private func received(
        _ section: MediaSession.Section, limits: MediaLimits, at now: MediaTime
    ) -> MediaStreamStatistics? {
        guard let inbound = section.inbound else { return nil }
        let kind = section.setup.kind
        let track = inbound.videoTrack.flatMap { videoTracks[$0] }
        let statistics = inbound.statistics
        return MediaStreamStatistics(
            kind: kind, packets: statistics.packetsReceived, bitrate: inbound.bitrate,
            lost: Int(statistics.cumulativeLost),
            jitter: Double(statistics.jitter) * 1_000 / Double(statistics.clockRate), roundTrip: nil,
            limit: kind == .audio ? limits.audioBitrate : limits.videoBitrate,
            interventions: track?.gate.counters ?? InterventionCounters(), repairs: track?.losses.requested ?? 0,
            estimate: nil)
    }

    private func sent(_ section: MediaSession.Section, at now: MediaTime) -> MediaStreamStatistics {
        let outbound = section.outbound
        let block = outbound.lastReportBlock
        return MediaStreamStatistics(
            kind: section.setup.kind, packets: UInt64(outbound.statistics.packetCount), bitrate: outbound.sentBitrate,
            lost: Int(block?.cumulativeLost ?? 0),
            jitter: Double(block?.jitter ?? 0) * 1_000 / Double(outbound.statistics.clockRate),
            roundTrip: outbound.statistics.roundTrip.map { Double($0) / 1_000_000 },
            limit: outbound.gate?.limit.bitrate ?? section.setup.mix?.bitrate,
            interventions: outbound.gate?.counters ?? InterventionCounters(),
            repairs: outbound.retransmissions.packets, estimate: outbound.askedBitrate)
    }
}
