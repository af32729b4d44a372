/// From an offer to a plan (RFC 3264, 6), a pure function: no port is taken and nothing is kept.
public enum Negotiation {
    /// The feedback that the relay understands and gives.
    public static let supportedFeedback: RTCPFeedback = [
        .nack, .pictureLoss, .fullIntra, .temporaryBitrate, .receiverEstimate, .transportWide,
    ]

    /// Decides about every section of `offer` under `policy`. Throws when nothing of it can be accepted.
    public static func plan(
        _ offer: SessionDescription, policy: NegotiationPolicy
    ) throws(NegotiationError) -> MediaPlan {
        guard !offer.media.isEmpty else { throw .malformed("it has no media section") }
        var sections: [MediaSectionPlan] = []
        var acceptedCounts: [MediaKind: Int] = [:]
        for (index, media) in offer.media.enumerated() {
            var outcome: MediaSectionPlan.Outcome
            if acceptedCounts[media.kind, default: 0] >= policy.rules(for: media.kind)?.maximumSections ?? .max {
                outcome = .refused(media.port == 0 ? .disabledByOffer : .tooMany)
            } else {
                outcome = try SectionNegotiation(offer: offer, media: media, index: index, policy: policy).outcome()
            }
            if case .accepted = outcome { acceptedCounts[media.kind, default: 0] += 1 }
            sections.append(MediaSectionPlan(offered: media, outcome: outcome))
        }
        guard !acceptedCounts.isEmpty else { throw refusal(of: sections) }
        return MediaPlan(sections: sections)
    }

    /// The error for an offer of which every section was refused: what could have been had with another codec counts
    /// before what is forbidden, since the endpoint can mend it.
    private static func refusal(of sections: [MediaSectionPlan]) -> NegotiationError {
        let reasons = Set(
            sections.compactMap { plan in
                if case .refused(let reason) = plan.outcome { reason } else { nil }
            })
        for reason in [RefusalReason.codec, .key, .connection, .profile] where reasons.contains(reason) {
            return .unsupported(reason)
        }
        for reason in [RefusalReason.plainRTP, .notPermitted, .wrongKind, .tooMany] where reasons.contains(reason) {
            return .forbidden(reason)
        }
        return .malformed("it switches off all its media sections")
    }
}

/// The decision about one section.
private struct SectionNegotiation {
    let offer: SessionDescription
    let media: MediaDescription
    let index: Int
    let policy: NegotiationPolicy

    func outcome() throws(NegotiationError) -> MediaSectionPlan.Outcome {
        guard media.port > 0 else { return .refused(.disabledByOffer) }
        guard let rules = policy.rules(for: media.kind) else { return .refused(.wrongKind) }
        guard let profile = TransportProfile(rawValue: media.profile), policy.profiles.contains(profile) else {
            return .refused(.profile)
        }
        let crypto = usesKeys(profile) ? media.cryptoAttributes.first : nil
        guard profile.isPlain || crypto != nil else { return .refused(.key) }
        if profile.isTCP, !mayConnect { return .refused(.connection) }
        let (rtp, rtcp) = try remoteAddresses(profile)
        if crypto == nil, !mayBePlain(rtp, rtcp) { return .refused(.plainRTP) }

        let offered = media.direction ?? offer.direction ?? .sendrecv
        let direction = MediaDirection(
            sends: offered.receives && rules.mayReceive, receives: offered.sends && rules.maySend)
        if direction == .inactive, offered != .inactive { return .refused(.notPermitted) }

        let payloadTypes = try payloadTypes()
        let codecs = negotiatedCodecs(payloadTypes, rules)
        guard !codecs.isEmpty else { return .refused(.codec) }
        return .accepted(
            AcceptedSection(
                kind: media.kind, profile: profile, codecs: codecs, auxiliary: auxiliaryFormats(payloadTypes, codecs),
                direction: direction, remoteRTP: rtp, remoteRTCP: rtcp,
                multiplexesRTCP: media.multiplexesRTCP || profile.isTCP, crypto: crypto,
                packetTime: packetTime, bandwidth: OfferedBandwidth(media.bandwidths),
                receiveLimit: rules.maximumBitrate, headerExtensions: headerExtensions, mid: media.mid,
                sources: media.sources))
    }

    private func malformed(_ reason: String) -> NegotiationError {
        .malformed("media section \(index + 1) \(reason)")
    }

    /// Whether keys in the description are used: where the profile asks for them, and where it is plain RTP but keys are
    /// there, as ffmpeg writes it.
    private func usesKeys(_ profile: TransportProfile) -> Bool {
        switch profile {
        case .savp, .savpf, .tcpSAVP: true
        case .avp, .avpf: policy.profiles.contains(.savp)
        case .tcpAVP, .dtlsSAVPF: false
        }
    }

    /// Whether the endpoint is the one who connects (RFC 4145, 4); it is unless it says otherwise.
    private var mayConnect: Bool {
        ["active", "actpass"].contains(media.attribute("setup") ?? offer.attribute("setup") ?? "active")
    }

    private func remoteAddresses(
        _ profile: TransportProfile
    ) throws(NegotiationError) -> (TransportAddress, TransportAddress) {
        guard let connection = media.connection ?? offer.connection else { throw malformed("has no address (c=)") }
        let address = try address(of: connection)
        guard let port = UInt16(exactly: media.port) else { throw malformed("has an impossible port") }
        let rtp = TransportAddress(address, port)
        if media.multiplexesRTCP || profile.isTCP { return (rtp, rtp) }
        if let (port, connection) = media.rtcp, let port = UInt16(exactly: port) {
            var rtcpAddress = address
            if let connection { rtcpAddress = try self.address(of: connection) }
            return (rtp, TransportAddress(rtcpAddress, port))
        }
        guard port < .max else { throw malformed("leaves no port for RTCP") }
        return (rtp, TransportAddress(address, port + 1))
    }

    private func address(of connection: SDPConnection) throws(NegotiationError) -> IPAddress {
        guard let address = connection.address else { throw malformed("has an address that is no IP address") }
        guard !address.isMulticast else { throw malformed("has a multicast address") }
        return address.isUnspecified ? policy.requester : address
    }

    private func mayBePlain(_ rtp: TransportAddress, _ rtcp: TransportAddress) -> Bool {
        switch policy.plainRTP {
        case .off: false
        case .loopback: rtp.address.isLoopback && rtcp.address.isLoopback && policy.requester.isLoopback
        case .any: true
        }
    }

    private func payloadTypes() throws(NegotiationError) -> [UInt8] {
        var types: [UInt8] = []
        for format in media.formats {
            guard let type = UInt8(format), type < 128 else {
                throw malformed("has a format that is no payload type")
            }
            if !types.contains(type) { types.append(type) }
        }
        return types
    }

    private func negotiatedCodecs(_ payloadTypes: [UInt8], _ rules: NegotiationPolicy.Rules) -> [NegotiatedCodec] {
        var codecs: [NegotiatedCodec] = []
        // With the marker bit, 64 to 95 cannot be told from RTCP (RFC 5761, 4).
        for type in payloadTypes where !(64...95).contains(type) {
            guard let map = media.rtpMap(of: type), let codec = RTPCodec(map), codec.kind == media.kind,
                rules.codecs.contains(codec)
            else { continue }
            codecs.append(
                NegotiatedCodec(
                    codec: codec, payloadType: type, parameters: media.parameters(of: type),
                    feedback: media.feedback(of: type).intersection(Negotiation.supportedFeedback),
                    retransmissionType: policy.retransmits ? retransmissionType(of: type, payloadTypes) : nil))
        }
        return codecs
    }

    /// The payload type that retransmits packets of `type` (RFC 4588, 8.6).
    private func retransmissionType(of type: UInt8, _ payloadTypes: [UInt8]) -> UInt8? {
        payloadTypes.first { candidate in
            media.rtpMap(of: candidate)?.encoding.lowercased() == "rtx"
                && media.parameters(of: candidate).integer("apt") == Int(type)
        }
    }

    /// Telephone events and comfort noise whose clock is that of one of the codecs.
    private func auxiliaryFormats(_ payloadTypes: [UInt8], _ codecs: [NegotiatedCodec]) -> [RTPMap] {
        guard media.kind == .audio else { return [] }
        let rates = Set(codecs.map(\.codec.clockRate))
        return payloadTypes.compactMap { media.rtpMap(of: $0) }.filter { map in
            ["telephone-event", "cn"].contains(map.encoding.lowercased()) && rates.contains(map.clockRate)
        }
    }

    private var packetTime: Int {
        let wanted = min(media.packetTime ?? 20, media.maximumPacketTime ?? 60)
        return wanted < 40 ? 20 : wanted < 60 ? 40 : 60
    }

    private var headerExtensions: [ExtensionMap] {
        var seen: Set<UInt8> = []
        return media.extensionMaps.filter { map in
            1...14 ~= map.identifier && policy.headerExtensions.contains(map.uri)
                && seen.insert(map.identifier).inserted
        }
    }
}
