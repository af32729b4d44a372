internal import Glibc

/// Takes what a session needs, and completes it.
extension SessionProposal {
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
                media.retransmissionSSRC = setup.retransmission?.ssrc
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
            id: request.session, room: request.room, isCall: request.isCall, mostTracks: request.mostTracks,
            participant: request.participant,
            maySend: request.maySend.intersection(request.roomKinds), muted: request.muted, limits: request.limits,
            sections: setups, canonicalName: name)
        return (setup, text(local))
    }

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

    private func section(_ stream: Stream, _ sockets: Sockets, _ theora: ToldTheora?) -> SessionSetup.Section {
        SessionSetup.Section(
            kind: stream.kind, receives: stream.receives, sends: stream.sends, formats: stream.media.formats,
            eventType: stream.media.eventType, absorbedTypes: stream.media.absorbedTypes,
            maximumBitrate: stream.media.maximumBitrate, theora: theora, audioLevelID: stream.audioLevelID,
            mix: stream.media.mix, mostMixBitrate: stream.media.mostMixBitrate, rtpSocket: sockets.rtp,
            rtcpSocket: sockets.rtcp, isStream: stream.isStream, remoteRTP: stream.remoteRTP,
            remoteRTCP: stream.remoteRTCP, host: stream.remoteRTP,
            keys: stream.key.flatMap { remote in Self.randomKey(remote.suite).map { ($0, remote) } },
            feedback: stream.feedback,
            retransmission: stream.retransmissionType.map { ($0, .random(in: 1 ... .max)) },
            offeredBitrate: stream.media.offeredBitrate, ssrc: .random(in: 1 ... .max),
            firstSequence: .random(in: 0...0x7FFF), firstTimestamp: .random(in: 0 ... .max))
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

extension MediaOpenRequest {
    /// How many speakers' own tracks are wanted.
    fileprivate var mostTracks: Int {
        if case .tracks(let most) = sound { return most }
        return 0
    }
}
