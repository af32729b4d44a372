/// A session on its way in: what was negotiated, before any port is taken.
struct SessionProposal: Sendable {
    /// Video sections that one session may have.
    private static let mostVideoSections = 8

    /// One section of it.
    struct Stream: Sendable {
        var kind: MediaKinds
        var index: Int
        var receives: Bool
        var sends: Bool
        var media: SectionMedia
        var audioLevelID: UInt8?
        var multiplexesRTCP: Bool
        var isStream = false
        var feedback: RTCPFeedback = []
        var retransmissionType: UInt8?
        /// The endpoint's own key where the section is SRTP.
        var key: SRTPMasterKey?
        var remoteRTP: SocketAddress
        var remoteRTCP: SocketAddress
    }

    /// What the endpoint is answered with.
    enum Description: Sendable {
        case answer(MediaPlan)
        case listen(ListenDescription)
    }

    let request: MediaOpenRequest
    let configuration: MediaConfiguration
    let streams: [Stream]
    let description: Description

    /// Negotiates; nothing is opened yet.
    init(_ request: MediaOpenRequest, configuration: MediaConfiguration) throws(MediaRefusal) {
        self.request = request
        self.configuration = configuration
        switch request.description {
        case .offer(let text):
            let plan = try Self.plan(text, request, configuration)
            description = .answer(plan)
            streams = plan.accepted.map { index, section in
                Self.stream(index, section, request, configuration)
            }
        case .listen(let audio, let video, let port):
            let listen = try Self.listenDescription(audio: audio, video: video, port: port, request, configuration)
            description = .listen(listen)
            streams = listen.streams.enumerated().map { index, stream in
                Self.stream(index, stream, request, configuration)
            }
        }
        // What is made once for all is made here rather than on a media loop.
        if streams.contains(where: { $0.media.formats.contains { $0.codec == .theora } }) { TheoraStream.prepare() }
    }

    private static func plan(
        _ text: String, _ request: MediaOpenRequest, _ configuration: MediaConfiguration
    ) throws(MediaRefusal) -> MediaPlan {
        let offer: SessionDescription
        do throws(SDPError) {
            offer = try SessionDescription(parsing: text)
        } catch {
            throw .invalid(error.description)
        }
        let audio = NegotiationPolicy.Rules(
            codecs: RTPCodec.audio, maySend: request.maySend.contains(.audio),
            maximumBitrate: request.limits.audioBitrate, maximumSections: 1)
        let video = NegotiationPolicy.Rules(
            codecs: RTPCodec.video, maySend: request.maySend.contains(.video),
            maximumBitrate: request.limits.videoBitrate, maximumSections: mostVideoSections)
        var policy = NegotiationPolicy(
            audio: request.roomKinds.contains(.audio) ? audio : nil,
            video: request.roomKinds.contains(.video) ? video : nil,
            plainRTP: configuration.plainRTP, profiles: [.avp, .avpf, .savp, .savpf, .tcpAVP, .tcpSAVP],
            requester: request.requester)
        policy.retransmits = true
        do throws(NegotiationError) {
            return try Negotiation.plan(offer, policy: policy)
        } catch {
            switch error {
            case .malformed: throw .invalid(error.description)
            case .unsupported: throw .unsupported(error.description)
            case .forbidden(.wrongKind): throw .wrongKind(error.description)
            case .forbidden: throw .forbidden(error.description)
            }
        }
    }

    private static func listenDescription(
        audio: String?, video: String?, port: UInt16, _ request: MediaOpenRequest,
        _ configuration: MediaConfiguration
    ) throws(MediaRefusal) -> ListenDescription {
        let mayUsePlain =
            configuration.plainRTP == .any || configuration.plainRTP == .loopback && request.requester.isLoopback
        guard mayUsePlain else {
            throw .forbidden("RTP without encryption is not allowed between these addresses.")
        }
        guard port > 0, port < .max - 3 else { throw .invalid("The port must be between 1 and 65531.") }
        // Whoever names no codec gets what the room has.
        let namesNone = audio == nil && video == nil
        var streams: [ListenDescription.Stream] = []
        if let name = audio ?? (namesNone ? "opus" : nil) {
            guard let codec = RTPCodec(audioNamed: name) else {
                throw .unsupported("There is no \(name) sound to listen to.")
            }
            if request.roomKinds.contains(.audio) {
                streams.append(
                    ListenDescription.Stream(
                        codec: codec, payloadType: 96, port: port, maximumBitrate: request.limits.audioBitrate))
            }
        }
        if let name = video ?? (namesNone ? "vp8" : nil) {
            guard let codec = RTPCodec(videoNamed: name) else {
                throw .unsupported("There is no \(name) video to see.")
            }
            if request.roomKinds.contains(.video) {
                streams.append(
                    ListenDescription.Stream(
                        codec: codec, payloadType: 97, port: port + 2, maximumBitrate: request.limits.videoBitrate))
            }
        }
        guard !streams.isEmpty else { throw .wrongKind("The room does not carry this kind of media.") }
        return ListenDescription(name: "media-relay", address: request.requester, streams: streams)
    }

    private static func stream(
        _ index: Int, _ section: AcceptedSection, _ request: MediaOpenRequest, _ configuration: MediaConfiguration
    ) -> Stream {
        Stream(
            kind: section.kind == .audio ? .audio : .video, index: index, receives: section.direction.receives,
            sends: section.direction.sends,
            media: SectionMedia(section, limits: request.limits, configuration: configuration),
            audioLevelID: section.audioLevelIdentifier, multiplexesRTCP: section.multiplexesRTCP,
            isStream: section.profile.isTCP, feedback: section.profile.isTCP ? [] : section.sendCodec.feedback,
            retransmissionType: section.profile.isTCP ? nil : section.sendCodec.retransmissionType,
            key: section.crypto?.key, remoteRTP: SocketAddress(section.remoteRTP),
            remoteRTCP: SocketAddress(section.remoteRTCP))
    }

    private static func stream(
        _ index: Int, _ stream: ListenDescription.Stream, _ request: MediaOpenRequest,
        _ configuration: MediaConfiguration
    ) -> Stream {
        let remote = SocketAddress(request.requester, port: stream.port)
        return Stream(
            kind: stream.codec.kind == .audio ? .audio : .video, index: index, receives: false, sends: true,
            media: SectionMedia(stream, limits: request.limits, configuration: configuration), multiplexesRTCP: false,
            remoteRTP: remote, remoteRTCP: remote.with(port: stream.port + 1))
    }
}
