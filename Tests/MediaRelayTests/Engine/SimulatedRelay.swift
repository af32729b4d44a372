import Codec

@testable import MediaRelay

/// A router without sockets, threads or clocks: what it sends is recorded, codec work is done at once, time is moved by the test.
final class SimulatedRelay: MediaOutput {
    /// A datagram that the router sent.
    struct Datagram {
        var time: MediaTime
        var socket: Int
        var destination: SocketAddress
        var bytes: [UInt8]

        var header: RTPHeader? {
            guard PacketClass(of: bytes.span.bytes) == .rtp else { return nil }
            return try? RTPHeader(parsing: bytes.span.bytes)
        }

        var payload: [UInt8] { header.map { Array(bytes[$0.payload]) } ?? [] }
    }

    var now = MediaTime.milliseconds(1_000)
    var sent: [Datagram] = []
    var events: [MediaEngineEvent] = []
    var closedSockets: [Int] = []
    /// Sockets whose endpoint takes nothing, as a slow reader over TCP.
    var blockedSockets: Set<Int> = []
    /// Codec work waits here while ``delaysMixing`` is set.
    var delaysMixing = false
    private var waiting: [(MixBatch, RoomMixer, Slab<MediaRoom>.Key)] = []
    /// How often a codec worker was given pictures.
    private(set) var convertedBatches = 0
    private var nextSocket = 0
    private var storedRouter: MediaRouter<SimulatedRelay>?

    var router: MediaRouter<SimulatedRelay> {
        if let storedRouter { return storedRouter }
        let router = MediaRouter(
            configuration: MediaConfiguration(), wallClockOffset: 1_700_000_000_000_000_000, output: self)
        storedRouter = router
        return router
    }

    /// An endpoint of the simulation: where it is, and which sockets it talks to.
    struct Endpoint {
        var id: MediaSessionID
        var address: SocketAddress
        var sockets: [Int]
        var rtcpSockets: [Int]
    }

    /// What an endpoint's section is like.
    enum Media {
        case audio(level: UInt8?, ticks: Int)
        case video
        /// Sound in these codecs, the mix in the first.
        case sound([RTPCodec], bitrate: Int = 32_000, ticks: Int = 1)
        /// Pictures in these codecs.
        case pictures([RTPCodec], bitrate: Int = 400_000, told: ToldTheora? = nil)

        static let audio = Media.audio(level: nil, ticks: 1)

        /// The payload type that a codec has in every test.
        static func payloadType(_ codec: RTPCodec) -> UInt8 {
            switch codec {
            case .opus: 96
            case .vp8: 97
            case .speex(8_000): 98
            case .speex(16_000): 99
            case .speex: 100
            case .theora: 101
            }
        }

        private static func formats(_ codecs: [RTPCodec]) -> [WireFormat] {
            codecs.map { WireFormat(payloadType: payloadType($0), codec: $0) }
        }

        /// What the session is set up with, but for its addresses.
        var negotiated:
            (
                kind: MediaKinds, formats: [WireFormat], level: UInt8?, mix: MixConfiguration?, bitrate: Int,
                told: ToldTheora?
            )
        {
            switch self {
            case .audio(let level, let ticks):
                let mix = MixConfiguration(bitrate: 32_000, ticks: ticks)
                return (.audio, Self.formats([.opus]), level, mix, 64_000, nil)
            case .video:
                return (.video, Self.formats([.vp8]), nil, nil, 400_000, nil)
            case .sound(let codecs, let bitrate, let ticks):
                let mix = codecs.first.flatMap { AudioFormat($0) }.map {
                    MixConfiguration(format: $0, bitrate: bitrate, ticks: ticks)
                }
                return (.audio, Self.formats(codecs), nil, mix, bitrate, nil)
            case .pictures(let codecs, let bitrate, let told):
                return (.video, Self.formats(codecs), nil, nil, bitrate, told)
            }
        }
    }

    /// Opens a session with sections that go both ways.
    ///
    /// - Parameter theora: what the endpoint's description says of the Theora that it sends.
    func join(
        _ name: String, room: String = "room", participant: String? = nil, media: [Media] = [.audio, .video],
        receives: Bool = true, keys: (local: SRTPMasterKey, remote: SRTPMasterKey)? = nil,
        limits: MediaLimits = MediaLimits(audioBitrate: 64_000, videoBitrate: 10_000_000),
        feedback: RTCPFeedback = [], retransmissionType: UInt8? = nil, offeredBitrate: Int? = nil,
        isStream: Bool = false, at place: SocketAddress? = nil, theora: TheoraConfiguration? = nil,
        isCall: Bool = false, tracks: Int = 0,
        eventType: UInt8? = nil
    ) -> Endpoint {
        let index = UInt16(nextSocket)
        let address = place ?? SocketAddress(IPAddress.loopbackV4, port: 20_000 + index * 4)
        var sections: [SessionSetup.Section] = []
        for (number, medium) in media.enumerated() {
            var agreed = medium.negotiated
            for index in agreed.formats.indices where agreed.formats[index].codec == .theora {
                agreed.formats[index].theora = theora
            }
            let remote = address.with(port: address.port + UInt16(number * 2))
            sections.append(
                SessionSetup.Section(
                    kind: agreed.kind, receives: receives, sends: true, formats: agreed.formats,
                    eventType: eventType,
                    maximumBitrate: agreed.bitrate, theora: agreed.told, audioLevelID: agreed.level, mix: agreed.mix,
                    rtpSocket: nextSocket, rtcpSocket: nextSocket + 1, isStream: isStream,
                    remoteRTP: remote, remoteRTCP: remote.with(port: remote.port + 1), host: remote,
                    keys: keys, feedback: agreed.kind == .video ? feedback : [],
                    retransmission: retransmissionType.map { ($0, UInt32(9_000 + nextSocket)) },
                    offeredBitrate: agreed.kind == .video ? offeredBitrate : nil,
                    ssrc: UInt32(1_000 + nextSocket), firstSequence: 65_530, firstTimestamp: .max - 500))
            nextSocket += 2
        }
        let setup = SessionSetup(
            id: MediaSessionID(rawValue: name), room: room, isCall: isCall, mostTracks: tracks,
            participant: participant ?? name,
            maySend: [.audio, .video], muted: [], limits: limits, sections: sections, canonicalName: "relay")
        router.open(setup, at: now)
        return Endpoint(
            id: setup.id, address: address, sockets: sections.map(\.rtpSocket),
            rtcpSockets: sections.compactMap(\.rtcpSocket))
    }

    /// Gives the router a datagram as the endpoint's section would send it.
    func deliver(
        _ bytes: [UInt8], from endpoint: Endpoint, section: Int = 0, isRTCP: Bool = false, source: SocketAddress? = nil
    ) {
        let socket = isRTCP ? endpoint.rtcpSockets[section] : endpoint.sockets[section]
        let source = source ?? endpoint.address.with(port: 30_000 + UInt16(socket))
        var bytes = bytes
        var span = bytes.mutableSpan
        var datagram = span.mutableBytes
        router.receive(&datagram, socket: socket, source: source, at: now)
        router.flush(at: now)
    }

    /// Moves the time on by steps of a millisecond.
    func advance(milliseconds: Int, each step: (Int) -> Void = { _ in }) {
        for index in 0..<milliseconds {
            now = now.advanced(milliseconds: 1)
            step(index)
            router.advance(to: now)
        }
    }

    /// Runs the codec work that waits.
    func finishMixing() {
        let jobs = waiting
        waiting = []
        for (batch, mixer, room) in jobs {
            mixer.process(batch)
            router.finish(batch, room: room, at: now)
        }
    }

    /// The RTP packets that went to a section of an endpoint.
    func packets(to endpoint: Endpoint, section: Int = 0) -> [Datagram] {
        sent.filter { $0.socket == endpoint.sockets[section] && $0.header != nil }
    }

    // MARK: - MediaOutput

    func send(_ bytes: RawSpan, segment: Int, socket: Int, to address: SocketAddress) -> Bool {
        if blockedSockets.contains(socket) { return false }
        var start = 0
        while start < bytes.byteCount {
            let end = min(start + segment, bytes.byteCount)
            let part = bytes.extracting(start..<end).withUnsafeBytes { Array($0) }
            sent.append(Datagram(time: now, socket: socket, destination: address, bytes: part))
            start = end
        }
        return true
    }

    func mix(_ batch: MixBatch, with mixer: RoomMixer, room: Slab<MediaRoom>.Key) {
        if delaysMixing {
            waiting.append((batch, mixer, room))
        } else {
            mixer.process(batch)
            router.finish(batch, room: room, at: now)
        }
    }

    func convert(_ batch: VideoBatch, with converter: VideoConverter, track: Slab<VideoTrack>.Key) {
        convertedBatches += 1
        converter.process(batch)
        router.finish(batch, track: track, at: now)
    }

    func close(socket: Int) {
        closedSockets.append(socket)
    }

    func notify(_ event: MediaEngineEvent) {
        events.append(event)
    }
}
