/// What this server brings to an accepted section, known once its ports are taken.
public struct LocalMedia: Equatable, Sendable {
    /// The port that RTP is received on.
    public var port: UInt16
    /// The port that RTCP is received on; nil for the next one, and without meaning where both share a port.
    public var rtcpPort: UInt16?
    /// The source that this server will send; nil to leave it unsaid.
    public var ssrc: UInt32?
    /// The source in which this server sends lost packets again (RFC 4588); nil where there is none.
    public var retransmissionSSRC: UInt32?
    /// The canonical name of that source.
    public var canonicalName: String
    /// The key under which this server sends: fresh random bytes, of the suite that the plan names; nil for plain RTP.
    public var masterKey: SRTPMasterKey?
    /// What the answer says of a codec beyond what it says by itself, by payload type: the configuration of the Theora that
    /// this server sends, for example.
    public var parameters: [UInt8: FormatParameters] = [:]

    /// The given ports, source and key.
    public init(
        port: UInt16, rtcpPort: UInt16? = nil, ssrc: UInt32? = nil, canonicalName: String = "media-relay",
        masterKey: SRTPMasterKey? = nil
    ) {
        self.masterKey = masterKey
        self.port = port
        self.rtcpPort = rtcpPort
        self.ssrc = ssrc
        self.canonicalName = canonicalName
    }
}

extension MediaPlan {
    /// The answer (RFC 3264, 6) with this server's `address`, and for each accepted section, by its place in the offer,
    /// its ports. A section without an entry in `local`, or without the key that it needs there, is refused after all.
    public func answer(origin: SDPOrigin, address: IPAddress, local: [Int: LocalMedia]) -> SessionDescription {
        var answer = SessionDescription(origin: origin, connection: SDPConnection(address))
        for (index, plan) in sections.enumerated() {
            if case .accepted(let section) = plan.outcome, let media = local[index],
                section.crypto?.key.suite == media.masterKey?.suite
            {
                answer.media.append(section.answer(media, family: address.family))
            } else {
                answer.media.append(plan.refusal)
            }
        }
        return answer
    }
}

extension MediaSectionPlan {
    /// The section with port 0; its formats are repeated, because there must be one (RFC 3264, 6).
    fileprivate var refusal: MediaDescription {
        var media = MediaDescription(kind: offered.kind, port: 0, profile: offered.profile, formats: offered.formats)
        if let mid = offered.mid { media.attributes.append(SDPAttribute("mid", mid)) }
        return media
    }
}

extension AcceptedSection {
    fileprivate func answer(_ local: LocalMedia, family: IPAddress.Family) -> MediaDescription {
        let retransmissions = codecs.compactMap(\.retransmissionType)
        let formats = (codecs.map(\.payloadType) + retransmissions + auxiliary.map(\.payloadType)).map { String($0) }
        var media = MediaDescription(kind: kind, port: Int(local.port), profile: profile.rawValue, formats: formats)
        if direction.receives, let receiveLimit {
            let wire = WireBitrate.applicationSpecific(
                kind: kind, payload: receiveLimit, packetTime: packetTime, family: family)
            let independent = WireBitrate.transportIndependent(
                kind: kind, payload: receiveLimit, packetTime: packetTime)
            media.bandwidths = [
                SDPBandwidth(modifier: "AS", value: wire), SDPBandwidth(modifier: "TIAS", value: independent),
            ]
        }
        func add(_ name: String, _ value: String? = nil) { media.attributes.append(SDPAttribute(name, value)) }
        if let mid { add("mid", mid) }
        add(direction.rawValue)
        if let crypto, let key = local.masterKey { add("crypto", CryptoAttribute(tag: crypto.tag, key: key).value) }
        if profile.isTCP {
            add("setup", "passive")
            add("connection", "new")
        }
        if multiplexesRTCP {
            add("rtcp-mux")
        } else if let rtcpPort = local.rtcpPort, Int(rtcpPort) != Int(local.port) + 1 {
            add("rtcp", String(rtcpPort))
        }
        for codec in codecs {
            add("rtpmap", codec.codec.map(codec.payloadType).value)
            let parameters = local.parameters[codec.payloadType] ?? answerParameters(of: codec)
            if !parameters.parameters.isEmpty { add("fmtp", "\(codec.payloadType) \(parameters.text)") }
            for name in codec.feedback.names { add("rtcp-fb", "\(codec.payloadType) \(name)") }
            if let type = codec.retransmissionType {
                let map = RTPMap(payloadType: type, encoding: "rtx", clockRate: codec.codec.clockRate)
                add("rtpmap", map.value)
                add("fmtp", "\(type) apt=\(codec.payloadType)")
            }
        }
        for map in auxiliary {
            add("rtpmap", map.value)
            if map.encoding.lowercased() == "telephone-event" { add("fmtp", "\(map.payloadType) 0-15") }
        }
        if kind == .audio { add("ptime", String(packetTime)) }
        for map in headerExtensions {
            var map = map
            map.direction = map.direction?.reversed
            add("extmap", map.value)
        }
        if direction.sends, let ssrc = local.ssrc {
            if let again = local.retransmissionSSRC { add("ssrc-group", "FID \(ssrc) \(again)") }
            add("ssrc", "\(ssrc) cname:\(local.canonicalName)")
            if let again = local.retransmissionSSRC { add("ssrc", "\(again) cname:\(local.canonicalName)") }
        }
        return media
    }

    /// What this server asks of the codec that is sent to it.
    private func answerParameters(of codec: NegotiatedCodec) -> FormatParameters {
        if case .speex = codec.codec {
            var speex = SpeexParameters()
            speex.variableBitrate = .on
            return speex.formatParameters
        }
        guard case .opus = codec.codec else { return FormatParameters() }
        var opus = OpusParameters()
        opus.minimumPacketTime = 10
        opus.useInbandFEC = true
        if let receiveLimit { opus.maximumAverageBitrate = min(max(receiveLimit, 6000), 510_000) }
        return opus.formatParameters
    }
}
