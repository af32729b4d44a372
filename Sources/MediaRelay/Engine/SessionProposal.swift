internal import Glibc

/// A session on its way in: what was negotiated, before any port is taken.
struct SessionProposal: Sendable {
    /// Video sections that one session may have.
    private static let mostVideoSections = 8

    private struct Stream {
        var kind: MediaKinds
        var index: Int
        var receives: Bool
        var sends: Bool
        var media: SectionMedia
        var audioLevelID: UInt8?
        var multiplexesRTCP: Bool
        /// The endpoint's own key where the section is SRTP.
        var key: SRTPMasterKey?
        var remoteRTP: SocketAddress
        var remoteRTCP: SocketAddress
    }

    private enum Description {
        case answer(MediaPlan)
        case listen(ListenDescription)
    }

    private let request: MediaOpenRequest
    private let configuration: MediaConfiguration
    private let streams: [Stream]
    private let description: Description

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
    }

    /// Takes ports on a loop and completes the session.
    ///
    /// - Returns: the session for the router, and the description for the endpoint.
    func open(on loop: MediaLoop, ports: PortRange) throws(MediaRefusal) -> (SessionSetup, String) {
        var setups: [SessionSetup.Section] = []
        var local: [Int: LocalMedia] = [:]
        let name = Self.canonicalName()
        do throws(MediaRefusal) {
            for stream in streams {
                let sockets = try openSockets(for: stream, on: loop, ports: ports)
                let theora = told(stream, on: loop)
                let setup = section(stream, sockets, theora)
                setups.append(setup)
                var media = LocalMedia(
                    port: sockets.rtpPort, rtcpPort: sockets.rtcpPort, ssrc: setup.ssrc, canonicalName: name,
                    masterKey: setup.keys?.local)
                if let theora, let type = setup.format(of: .theora)?.payloadType {
                    media.parameters[type] = theora.parameters
                }
                local[stream.index] = media
            }
        } catch {
            for setup in setups {
                loop.close(socket: setup.rtpSocket)
                if let socket = setup.rtcpSocket { loop.close(socket: socket) }
            }
            throw error
        }
        let setup = SessionSetup(
            id: request.session, room: request.room, participant: request.participant,
            maySend: request.maySend.intersection(request.roomKinds), muted: request.muted, sections: setups,
            canonicalName: name)
        return (setup, text(local))
    }

    // MARK: - Negotiation

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
        let policy = NegotiationPolicy(
            audio: request.roomKinds.contains(.audio) ? audio : nil,
            video: request.roomKinds.contains(.video) ? video : nil,
            plainRTP: configuration.plainRTP, profiles: [.avp, .avpf, .savp, .savpf],
            requester: request.requester)
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
            guard let codec = RTPCodec(videoNamed: name) else { throw .unsupported("There is no \(name) video to see.") }
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
        let isAudio = section.kind == .audio
        return Stream(
            kind: isAudio ? .audio : .video, index: index, receives: section.direction.receives,
            sends: section.direction.sends,
            media: SectionMedia(section, limits: request.limits, configuration: configuration),
            audioLevelID: section.audioLevelIdentifier, multiplexesRTCP: section.multiplexesRTCP,
            key: section.crypto?.key, remoteRTP: SocketAddress(section.remoteRTP),
            remoteRTCP: SocketAddress(section.remoteRTCP))
    }

    private static func stream(
        _ index: Int, _ stream: ListenDescription.Stream, _ request: MediaOpenRequest,
        _ configuration: MediaConfiguration
    ) -> Stream {
        let isAudio = stream.codec.kind == .audio
        let remote = SocketAddress(request.requester, port: stream.port)
        return Stream(
            kind: isAudio ? .audio : .video, index: index, receives: false, sends: true,
            media: SectionMedia(stream, limits: request.limits, configuration: configuration), audioLevelID: nil,
            multiplexesRTCP: false,
            key: nil,
            remoteRTP: remote, remoteRTCP: remote.with(port: stream.port + 1))
    }

    // MARK: - Opening

    private struct Sockets {
        var rtp: Int
        var rtcp: Int?
        var rtpPort: UInt16
        var rtcpPort: UInt16?
    }

    private func openSockets(
        for stream: Stream, on loop: MediaLoop, ports: PortRange
    ) throws(MediaRefusal) -> Sockets {
        let address = boundAddress(isIPv4: stream.remoteRTP.isIPv4)
        for _ in 0..<ports.pairCount {
            let port = ports.nextPair()
            do throws(SocketError) {
                let rtp = try loop.open(SocketAddress(address, port: port))
                if stream.multiplexesRTCP { return Sockets(rtp: rtp.index, rtpPort: rtp.port) }
                do throws(SocketError) {
                    let rtcp = try loop.open(SocketAddress(address, port: port + 1))
                    return Sockets(rtp: rtp.index, rtcp: rtcp.index, rtpPort: rtp.port, rtcpPort: rtcp.port)
                } catch {
                    loop.close(socket: rtp.index)
                    throw error
                }
            } catch {
                guard error.isAddressInUse else { throw .unavailable("No socket could be opened: \(error).") }
            }
        }
        throw .unavailable("All ports for RTP are in use.")
    }

    /// The address that sockets of a family are bound to.
    private func boundAddress(isIPv4: Bool) -> IPAddress {
        if let listen = IPAddress(configuration.listenAddress), (listen.family == .v4) == isIPv4 { return listen }
        return isIPv4 ? .anyV4 : IPAddress(v6: 0, 0)
    }

    private func section(_ stream: Stream, _ sockets: Sockets, _ theora: ToldTheora?) -> SessionSetup.Section {
        SessionSetup.Section(
            kind: stream.kind, receives: stream.receives, sends: stream.sends, formats: stream.media.formats,
            eventType: stream.media.eventType, absorbedTypes: stream.media.absorbedTypes,
            maximumBitrate: stream.media.maximumBitrate, theora: theora, audioLevelID: stream.audioLevelID,
            mix: stream.media.mix, rtpSocket: sockets.rtp, rtcpSocket: sockets.rtcp,
            remoteRTP: stream.remoteRTP, remoteRTCP: stream.remoteRTCP, host: stream.remoteRTP,
            keys: stream.key.flatMap { remote in Self.randomKey(remote.suite).map { ($0, remote) } },
            ssrc: .random(in: 1 ... .max), firstSequence: .random(in: 0...0x7FFF),
            firstTimestamp: .random(in: 0 ... .max))
    }

    /// The Theora that an endpoint will be sent: what there is to be seen in the room, or else a stream of the relay's own.
    private func told(_ stream: Stream, on loop: MediaLoop) -> ToldTheora? {
        guard stream.sends, let format = stream.media.formats.first(where: { $0.codec == .theora }),
            !format.takesInBand
        else { return nil }
        return loop.withRouter { $0.toldTheora(room: request.room, participant: request.participant) } ?? nil
    }

    /// A key for the relay's own direction, of the suite that the endpoint chose (RFC 4568, 6.1).
    private static func randomKey(_ suite: SRTPSuite) -> SRTPMasterKey? {
        let bytes = (0..<SRTPSuite.keyLength + suite.saltLength).map { _ in UInt8.random(in: 0 ... .max) }
        return SRTPMasterKey(suite: suite, bytes: bytes)
    }

    private func text(_ local: [Int: LocalMedia]) -> String {
        let address = localAddress()
        let origin = SDPOrigin(
            sessionID: .random(in: 1...UInt64(Int64.max)), version: 1, address: address)
        switch description {
        case .answer(let plan): return plan.answer(origin: origin, address: address, local: local).description
        case .listen(var listen):
            for index in listen.streams.indices {
                guard let told = local[index]?.parameters[listen.streams[index].payloadType] else { continue }
                listen.streams[index].parameters = told
            }
            return listen.sessionDescription(origin: origin).description
        }
    }

    /// The address that answers name: the configured one, or the one from which the endpoint is reached.
    private func localAddress() -> IPAddress {
        if let address = configuration.publicAddress.flatMap({ IPAddress($0) }) { return address }
        let remote = streams.first?.remoteRTP ?? SocketAddress(request.requester, port: 9)
        let bound = boundAddress(isIPv4: remote.isIPv4)
        if !bound.isUnspecified { return bound }
        return DatagramSocket.localAddress(towards: remote) ?? .loopbackV4
    }

    /// A name that tells nothing about the machine (RFC 7022).
    private static func canonicalName() -> String {
        String(UInt64.random(in: 0 ... .max), radix: 36)
    }
}
