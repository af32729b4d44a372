/// What became of an offer: section by section, before local ports are known.
public struct MediaPlan: Equatable, Sendable {
    /// One plan for each media section of the offer, in its order.
    public var sections: [MediaSectionPlan]

    /// The sections that are accepted, with their places in the offer.
    public var accepted: [(index: Int, section: AcceptedSection)] {
        sections.enumerated().compactMap { index, plan in
            guard case .accepted(let section) = plan.outcome else { return nil }
            return (index, section)
        }
    }
}

/// What became of one media section.
public struct MediaSectionPlan: Equatable, Sendable {
    /// Accepted or refused.
    public enum Outcome: Equatable, Sendable {
        /// It will carry media.
        case accepted(AcceptedSection)
        /// It is answered with port 0.
        case refused(RefusalReason)
    }

    /// The section as offered.
    public var offered: MediaDescription
    /// What becomes of it.
    public var outcome: Outcome
}

/// A media section that will carry media.
public struct AcceptedSection: Equatable, Sendable {
    /// Audio or video.
    public var kind: MediaKind
    /// The transport profile, the same in offer and answer.
    public var profile: TransportProfile
    /// The codecs that can be used, with the offerer's payload types, in the offerer's order: what is sent to it is of the
    /// first; what it sends may be of any.
    public var codecs: [NegotiatedCodec]
    /// Formats beside the codecs that are let in: telephone events (RFC 4733) and comfort noise (RFC 3389).
    public var auxiliary: [RTPMap]
    /// The direction as this server sees it: `recvonly` when only the endpoint sends.
    public var direction: MediaDirection
    /// Where RTP goes.
    public var remoteRTP: TransportAddress
    /// Where RTCP goes; the same as `remoteRTP` when they share a port.
    public var remoteRTCP: TransportAddress
    /// Whether RTP and RTCP share a port at both ends. Over TCP they always share the connection.
    public var multiplexesRTCP: Bool
    /// The key under which the endpoint sends; the answer needs one of the same suite. Nil where RTP is plain.
    public var crypto: CryptoAttribute?
    /// The milliseconds of audio in a packet that is sent: 20, 40 or 60.
    public var packetTime: Int
    /// What the endpoint wants to receive at most.
    public var bandwidth: OfferedBandwidth
    /// The most payload bits a second that the endpoint may send; nil for no limit.
    public var receiveLimit: Int?
    /// The header extensions in use, with the offerer's identifiers and directions.
    public var headerExtensions: [ExtensionMap]
    /// The section's identification, if it has one.
    public var mid: String?
    /// The sources that the endpoint says it will send.
    public var sources: [UInt32]

    /// The identifier of the audio level extension (RFC 6464); nil when it is not in use.
    public var audioLevelIdentifier: UInt8? {
        headerExtensions.first { $0.uri == AudioLevel.uri }?.identifier
    }

    /// The codec of what is sent to the endpoint.
    public var sendCodec: NegotiatedCodec { codecs[0] }

    /// The codec with `payloadType`; nil for one that was not negotiated.
    public func codec(of payloadType: UInt8) -> NegotiatedCodec? {
        codecs.first { $0.payloadType == payloadType }
    }
}

/// A codec with what the offer says about it.
public struct NegotiatedCodec: Equatable, Sendable {
    /// The codec.
    public var codec: RTPCodec
    /// Its payload type, in both directions.
    public var payloadType: UInt8
    /// The parameters that the offerer gave.
    public var parameters: FormatParameters
    /// The feedback that both ends understand.
    public var feedback: RTCPFeedback
    /// The payload type of retransmissions; nil where there are none.
    public var retransmissionType: UInt8?
}

/// The bandwidth that an offer gives for a section (b=), in bit/s.
public struct OfferedBandwidth: Equatable, Sendable {
    /// With all headers (`b=AS`); nil when it is not given.
    public var applicationSpecific: Int?
    /// With RTP headers only (`b=TIAS`); nil when it is not given.
    public var transportIndependent: Int?

    init(_ bandwidths: [SDPBandwidth]) {
        applicationSpecific = bandwidths.first { $0.modifier == "AS" }.map { $0.value * 1000 }
        transportIndependent = bandwidths.first { $0.modifier == "TIAS" }?.value
    }
}
