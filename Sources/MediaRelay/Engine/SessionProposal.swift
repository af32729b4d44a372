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
        var payloadType: UInt8
        var audioLevelID: UInt8?
        var mix: MixConfiguration?
        var multiplexesRTCP: Bool
        var isStream: Bool
        var feedback: RTCPFeedback
        var retransmissionType: UInt8?
        var offeredBitrate: Int?
        var mostMixBitrate: Int?
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
                let setup = section(stream, sockets)
                setups.append(setup)
                local[stream.index] = LocalMedia(
                    port: sockets.rtpPort, rtcpPort: sockets.rtcpPort, ssrc: setup.ssrc, canonicalName: name,
                    masterKey: setup.keys?.local)
                local[stream.index]?.retransmissionSSRC = setup.retransmission?.ssrc
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
            maySend: request.maySend.intersection(request.roomKinds), muted: request.muted, limits: request.limits,
            sections: setups,
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
            codecs: [.opus], maySend: request.maySend.contains(.audio),
            maximumBitrate: request.limits.audioBitrate, maximumSections: 1)
        let video = NegotiationPolicy.Rules(
            codecs: [.vp8], maySend: request.maySend.contains(.video),
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
        let audio = namesNone && request.roomKinds.contains(.audio) ? "opus" : audio
        let video = namesNone && request.roomKinds.contains(.video) ? "vp8" : video
        var streams: [ListenDescription.Stream] = []
        if let audio {
            guard audio.lowercased() == "opus" else { throw .unsupported("There is no \(audio) sound to listen to.") }
            streams.append(
                ListenDescription.Stream(
                    codec: .opus, payloadType: 96, port: port, maximumBitrate: request.limits.audioBitrate))
        }
        if let video {
            guard video.lowercased() == "vp8" else { throw .unsupported("There is no \(video) video to see.") }
        }
        if video != nil, request.roomKinds.contains(.video) {
            streams.append(
                ListenDescription.Stream(
                    codec: .vp8, payloadType: 97, port: port + 2, maximumBitrate: request.limits.videoBitrate))
        }
        guard !streams.isEmpty else { throw .wrongKind("The room does not carry this kind of media.") }
        return ListenDescription(name: "media-relay", address: request.requester, streams: streams)
    }

    private static func stream(
        _ index: Int, _ section: AcceptedSection, _ request: MediaOpenRequest, _ configuration: MediaConfiguration
    ) -> Stream {
        let isAudio = section.kind == .audio
        var mix: MixConfiguration?
        var most: Int?
        if isAudio, section.direction.sends {
            let opus = OpusParameters(section.sendCodec.parameters)
            let wanted = min(
                configuration.mixBitrate, opus.maximumAverageBitrate ?? .max, payloadBitrate(section))
            most = wanted
            let limit = audioPayload(request.limits, section)
            mix = MixConfiguration(bitrate: max(6_000, min(wanted, limit)), ticks: section.packetTime / 20)
        }
        return Stream(
            kind: isAudio ? .audio : .video, index: index, receives: section.direction.receives,
            sends: section.direction.sends, payloadType: section.sendCodec.payloadType,
            audioLevelID: section.audioLevelIdentifier, mix: mix, multiplexesRTCP: section.multiplexesRTCP,
            isStream: section.profile.isTCP, feedback: section.profile.isTCP ? [] : section.sendCodec.feedback,
            retransmissionType: section.profile.isTCP ? nil : section.sendCodec.retransmissionType,
            offeredBitrate: isAudio ? nil : videoBitrate(section), mostMixBitrate: most,
            key: section.crypto?.key, remoteRTP: SocketAddress(section.remoteRTP),
            remoteRTCP: SocketAddress(section.remoteRTCP))
    }

    private static func stream(
        _ index: Int, _ stream: ListenDescription.Stream, _ request: MediaOpenRequest,
        _ configuration: MediaConfiguration
    ) -> Stream {
        let isAudio = stream.codec == .opus
        let remote = SocketAddress(request.requester, port: stream.port)
        let mix = MixConfiguration(bitrate: min(configuration.mixBitrate, request.limits.audioBitrate), ticks: 1)
        return Stream(
            kind: isAudio ? .audio : .video, index: index, receives: false, sends: true,
            payloadType: stream.payloadType, audioLevelID: nil, mix: isAudio ? mix : nil, multiplexesRTCP: false,
            isStream: false, feedback: [], retransmissionType: nil, offeredBitrate: nil,
            mostMixBitrate: configuration.mixBitrate, key: nil,
            remoteRTP: remote, remoteRTCP: remote.with(port: stream.port + 1))
    }

    /// What the offer's `b=` leaves for payload, headers taken off.
    private static func payloadBitrate(_ section: AcceptedSection) -> Int {
        var least = Int.max
        let time = section.packetTime
        let overhead = WireBitrate.transportIndependent(kind: .audio, payload: 0, packetTime: time)
        if let total = section.bandwidth.transportIndependent { least = min(least, total - overhead) }
        if let total = section.bandwidth.applicationSpecific {
            let headers = WireBitrate.applicationSpecific(
                kind: .audio, payload: 0, packetTime: time, family: section.remoteRTP.address.family)
            least = min(least, total - headers * 1_000)
        }
        return least
    }

    /// The payload that a limit on sound leaves: what it says, or less the headers where those are counted.
    private static func audioPayload(_ limits: MediaLimits, _ section: AcceptedSection) -> Int {
        guard limits.countsHeaders else { return limits.audioBitrate }
        let headers = WireBitrate.applicationSpecific(
            kind: .audio, payload: 0, packetTime: section.packetTime, family: section.remoteRTP.address.family)
        return limits.audioBitrate - headers * 1_000
    }

    /// What the offer's `b=` of a video section leaves, with RTP headers.
    private static func videoBitrate(_ section: AcceptedSection) -> Int? {
        if let total = section.bandwidth.transportIndependent { return total }
        guard let total = section.bandwidth.applicationSpecific else { return nil }
        // Of packets of the usual size, the headers of IP and UDP are so much.
        let header = WireBitrate.networkHeader(section.remoteRTP.address.family)
        return total * 1_100 / (1_100 + header)
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
        guard let address = boundAddress(towards: stream.remoteRTP) else {
            let family = stream.remoteRTP.isIPv4 ? "IPv4" : "IPv6"
            throw .unsupported("This server does not listen on an \(family) address.")
        }
        for _ in 0..<ports.pairCount {
            let port = ports.nextPair()
            do throws(SocketError) {
                if stream.isStream {
                    let rtp = try loop.listen(SocketAddress(address, port: port), host: stream.remoteRTP)
                    return Sockets(rtp: rtp.index, rtpPort: rtp.port)
                }
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

    /// The address to bind a socket to that is to reach `remote`: one of its family on which the server listens, the one that the way there begins at where that is
    /// among them; nil where the server does not listen on this family.
    private func boundAddress(towards remote: SocketAddress) -> IPAddress? {
        let family = configuration.listenAddresses.compactMap { IPAddress($0) }
            .filter { ($0.family == .v4) == remote.isIPv4 }
        guard family.count > 1, let local = DatagramSocket.localAddress(towards: remote) else { return family.first }
        return family.first { $0 == local } ?? family.first { $0.isUnspecified } ?? family.first
    }

    private func section(_ stream: Stream, _ sockets: Sockets) -> SessionSetup.Section {
        SessionSetup.Section(
            kind: stream.kind, receives: stream.receives, sends: stream.sends, payloadType: stream.payloadType,
            audioLevelID: stream.audioLevelID, mix: stream.mix,
            mostMixBitrate: stream.mostMixBitrate, rtpSocket: sockets.rtp, rtcpSocket: sockets.rtcp,
            isStream: stream.isStream, remoteRTP: stream.remoteRTP, remoteRTCP: stream.remoteRTCP,
            host: stream.remoteRTP,
            keys: stream.key.flatMap { remote in Self.randomKey(remote.suite).map { ($0, remote) } },
            feedback: stream.feedback,
            retransmission: stream.retransmissionType.map { ($0, .random(in: 1 ... .max)) },
            offeredBitrate: stream.offeredBitrate, ssrc: .random(in: 1 ... .max),
            firstSequence: .random(in: 0...0x7FFF),
            firstTimestamp: .random(in: 0 ... .max))
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
        case .listen(let listen): return listen.sessionDescription(origin: origin).description
        }
    }

    /// The address that answers name: the configured one, or the one from which the endpoint is reached.
    private func localAddress() -> IPAddress {
        let remote = streams.first?.remoteRTP ?? SocketAddress(request.requester, port: 9)
        let configured = configuration.publicAddress.flatMap { IPAddress($0) }
        // It is of use to its own family only.
        if let configured, (configured.family == .v4) == remote.isIPv4 { return configured }
        if let bound = boundAddress(towards: remote), !bound.isUnspecified { return bound }
        return DatagramSocket.localAddress(towards: remote) ?? .loopbackV4
    }

    /// A name that tells nothing about the machine (RFC 7022).
    private static func canonicalName() -> String {
        String(UInt64.random(in: 0 ... .max), radix: 36)
    }
}
