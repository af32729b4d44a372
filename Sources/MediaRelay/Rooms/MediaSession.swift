/// One endpoint's connection to a room, inside the loop that it belongs to.
struct MediaSession {
    /// One of its media, in the order of the offer.
    struct Section {
        var setup: SessionSetup.Section
        /// What packets are protected with on the way out, and checked with on the way in; nil for plain RTP.
        let protector: SRTPProtector?
        let unprotector: SRTPUnprotector?
        /// Where packets come from, once the first acceptable one has come.
        var rtpSource: SocketAddress?
        var rtcpSource: SocketAddress?
        /// Whether there is a way to the endpoint: over TCP, while its connection is there.
        var isConnected: Bool
        /// Refusals of media and of reports by the endpoint's host.
        var refusals = Refusals()
        var controlRefusals = Refusals()
        /// When the last report left, and whether one was ever taken.
        var lastReport: MediaTime?
        var tookReports = false
        /// The stream that comes in.
        var inbound: InboundStream?
        /// The stream that goes out.
        var outbound: OutboundStream
        /// The speakers that are forwarded to it, where it hears those rather than the mix.
        var voices: [Voice] = []
        /// The video track that the endpoint sees here.
        var watched: Slab<VideoTrack>.Key?
        /// The video track that it will see from its next key frame on.
        var awaited: Slab<VideoTrack>.Key?
        /// The bits of payload a second to which what it sees is transcoded, where it takes no more.
        var transcodedBitrate: Int?

        /// A limiter that has to leave out too much asks for another encoding.
        mutating func noteLimit() {
            guard let gate = outbound.gate, gate.needsTranscoding else { return }
            transcodedBitrate = gate.limit.payloadBitrate * 9 / 10
        }

        /// A track is over.
        mutating func forget(_ track: Slab<VideoTrack>.Key) {
            if watched == track { watched = nil }
            if awaited == track { awaited = nil }
        }

        /// A track's key frame has come: it is seen from here on. What is left for it is returned.
        mutating func begin(_ track: Slab<VideoTrack>.Key, codec: RTPCodec) -> Slab<VideoTrack>.Key? {
            let left = watched
            awaited = nil
            watched = track
            outbound.payloadType = setup.format(of: codec)?.payloadType ?? setup.payloadType
            return left
        }
    }

    /// What stands in the head of every packet of a stream that goes out, and what protects it.
    struct Outline {
        var payloadType: UInt8
        var ssrc: UInt32
        var protector: SRTPProtector?
    }

    let id: MediaSessionID
    let participant: String
    let room: Slab<MediaRoom>.Key
    let canonicalName: String
    /// What may be sent, whether muted or not.
    let allowed: MediaKinds
    /// What may be used in each direction.
    var limits: MediaLimits
    var muted: MediaKinds
    var sections: [Section]
    /// How many speakers' own tracks it wants; 0 for the mix.
    var mostTracks = 0
    /// Whether it hears others packet by packet, without the mixer.
    var hearsDirectly = false
    /// The track that the endpoint does not hear: its own, or that of another session of the same person.
    var ownTrack: MixTrackID?
    let opened: MediaTime
    var lastHeard: MediaTime?
    var nextReport: MediaTime
    /// When the bitrates were last worked out.
    var lastReportTime: MediaTime
    /// Packets that were dropped, by reason.
    var drops = DropCounters()

    /// What the endpoint may send now.
    var maySend: MediaKinds { allowed.subtracting(muted) }

    /// The audio section that hears the mix.
    var listeningSection: Int? {
        sections.firstIndex { $0.setup.kind == .audio && $0.setup.sends }
    }

    /// The endpoint's own track in the mix.
    var mixTrack: MixTrackID? {
        for section in sections {
            if let track = section.inbound?.mixTrack { return track }
        }
        return nil
    }

    /// The video that the endpoint publishes.
    var videoTrack: Slab<VideoTrack>.Key? {
        for section in sections {
            if let track = section.inbound?.videoTrack { return track }
        }
        return nil
    }

    /// Whether the endpoint is expected to be heard of.
    var isSender: Bool {
        sections.contains { $0.setup.receives }
    }
}

/// A stream that comes in: what is known of its sender.
struct InboundStream {
    /// The sender's name for it.
    var ssrc: UInt32
    /// What it is in; another payload type is another stream.
    var format: WireFormat
    var statistics: ReceptionStatistics
    var sequence = SequenceUnwrapper()
    /// The mixer's name for it, where it is audio that was heard lately.
    var mixTrack: MixTrackID?
    /// The video track made of it.
    var videoTrack: Slab<VideoTrack>.Key?
    /// Audio packets in a row that the sender calls silent.
    var silentPackets = 0
    var packetsSinceReport = 0
    /// Bytes of payload since the last report, and bits a second between the two reports before.
    var bytesSinceReport = 0
    var bitrate = 0
    /// Whether its sender was told to be held back to a limit.
    var isHeldBack = false
    /// What came in the last second, once somebody asks; sound only.
    var audioWindow: RateWindow?
    /// Whether its sender has said that it ends (RFC 3550, 6.6).
    var saidGoodbye = false
}

/// A stream that goes out: its numbers and counts.
struct OutboundStream {
    /// The payload type of what is sent now.
    var payloadType: UInt8
    var rewriter: StreamRewriter
    var statistics: SenderStatistics
    /// For audio: what the room's clock read when the stream's timestamps began, in ticks of the stream's clock.
    var positionOffset: UInt32
    var nextSequence: UInt16
    /// For audio: the timestamp of the last packet of the mix, and whether those of the next go on from it.
    var lastTimestamp: UInt32 = 0
    var isRealigned = true
    /// For video: whether the last packet that left was the last of its frame, and when it left.
    var endedFrame = true
    var lastSent: MediaTime?
    /// RTP packets since the last report.
    var packetsSinceReport = 0
    /// Bytes of the present picture for which room was taken in what may leave in all.
    var prepaid = 0
    /// For video: whether what the endpoint saw is broken until the next key frame.
    var awaitsKeyFrame = false
    /// Keeps the stream under a limit that is less than its track's.
    var gate: FrameGate?
    /// When held packets are to be released.
    var nextRelease: MediaTime?
    /// What the endpoint's network takes, by its reports; and what of that is in force, in bits a second with all headers.
    var estimate = BandwidthEstimate()
    var askedBitrate: Int?
    /// What it last reported about this stream.
    var lastReportBlock: ReportBlock?
    /// Payload bytes that left until the last report, and bits a second between it and the one before, headers included.
    var octetsAtReport: UInt32 = 0
    var packetsAtReport: UInt32 = 0
    var sentBitrate = 0
    /// Packets that are sent again: how many, and the next number of their stream where they have one (RFC 4588).
    var retransmissions = RetransmissionBudget()
    var nextRetransmission: UInt16 = 0

    /// Works out the bitrate of the last `milliseconds`.
    mutating func measure(milliseconds: Int) {
        let octets = Int(statistics.octetCount &- octetsAtReport)
        let packets = Int(statistics.packetCount &- packetsAtReport)
        octetsAtReport = statistics.octetCount
        packetsAtReport = statistics.packetCount
        sentBitrate = (octets + packets * FrameGate.Limit.wireOverhead) * 8_000 / milliseconds
    }

    /// Counts a packet that leaves.
    @inline(__always)
    mutating func note(_ packet: ForwardBuffer.Packet, _ numbers: StreamRewriter.Numbers, at now: MediaTime) {
        statistics.send(
            timestamp: numbers.timestamp, payloadLength: packet.range.count - RTPHeader.fixedLength,
            at: UInt64(max(0, now.nanoseconds)))
        packetsSinceReport += 1
        endedFrame = packet.marker
        lastSent = now
    }
}

/// An unbroken series of refusals by a host: nobody listens at the port.
struct Refusals {
    private var first: MediaTime?
    private(set) var last: MediaTime?

    /// Counts one; it begins a new series where the last was longer ago than `gap` ms.
    mutating func note(at now: MediaTime, gap: Int64) {
        if let last, now.milliseconds(since: last) <= gap {
            self.last = now
        } else {
            first = now
            last = now
        }
    }

    /// Whether the series has lasted for `duration` ms and goes on.
    func lasted(_ duration: Int64, until now: MediaTime, gap: Int64) -> Bool {
        guard let first, let last else { return false }
        return now.milliseconds(since: last) <= gap && now.milliseconds(since: first) >= duration
    }
}
