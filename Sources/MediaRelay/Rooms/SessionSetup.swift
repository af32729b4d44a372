/// A session as negotiated, its sockets open: what the router needs to know of it.
struct SessionSetup: Sendable {
    /// One `m=` section of the answer that was accepted.
    struct Section: Sendable {
        var kind: MediaKinds
        /// The endpoint sends and the relay takes it in.
        var receives: Bool
        /// The relay sends.
        var sends: Bool
        /// The codecs that can be used in both directions, in the endpoint's order; the first is what a mix is sent in.
        var formats: [WireFormat]
        /// The payload type of telephone events (RFC 4733); nil where they were not agreed on.
        var eventType: UInt8?
        /// Other payload types that the endpoint may send and that say nothing: comfort noise (RFC 3389).
        var absorbedTypes: [UInt8] = []
        /// The most that the relay sends, in bits of payload a second.
        var maximumBitrate: Int = .max
        /// The Theora that the endpoint was told it will be sent.
        var theora: ToldTheora?
        /// The local number of the audio level extension (RFC 6464) in packets that come in.
        var audioLevelID: UInt8?
        /// What the endpoint hears of the mix; sound that is sent only.
        var mix: MixConfiguration?
        /// The most that the endpoint itself takes of the mix, bits of payload a second; nil where it does not say.
        var mostMixBitrate: Int?
        /// The sockets, by the numbers that the shell gave them; RTCP has none of its own with rtcp-mux.
        var rtpSocket: Int
        var rtcpSocket: Int?
        /// Whether packets are framed on a TCP connection, which the endpoint makes.
        var isStream = false
        /// Where the endpoint receives.
        var remoteRTP: SocketAddress
        var remoteRTCP: SocketAddress
        /// The host that packets are taken from.
        var host: SocketAddress
        /// The keys of both directions where the section is SRTP: what the relay sends with, what the endpoint sends with.
        var keys: (local: SRTPMasterKey, remote: SRTPMasterKey)?
        /// The feedback that both ends understand.
        var feedback: RTCPFeedback = []
        /// The payload type and the name of the stream in which lost packets are sent again (RFC 4588); nil where they go in the stream itself.
        var retransmission: (payloadType: UInt8, ssrc: UInt32)?
        /// What the endpoint said that it takes at most, in bits a second with RTP headers (`b=`); nil where it did not.
        var offeredBitrate: Int?
        /// The stream that the relay sends: its name and first numbers, drawn at random (RFC 3550, 5.1).
        var ssrc: UInt32
        var firstSequence: UInt16
        var firstTimestamp: UInt32
    }

    var id: MediaSessionID
    var room: String
    /// Whether the room is a private call.
    var isCall = false
    /// How many speakers' own tracks the endpoint hears; 0 for the mix.
    var mostTracks = 0
    var participant: String
    var maySend: MediaKinds
    var muted: MediaKinds
    var limits: MediaLimits
    var sections: [Section]
    /// The relay's name in RTCP (RFC 3550, 6.5.1).
    var canonicalName: String
}

extension SessionSetup.Section {
    /// The payload type of a mix.
    var payloadType: UInt8 { formats.first?.payloadType ?? 0 }

    /// The RTP clock of what is sent.
    var clockRate: Int { formats.first?.codec.clockRate ?? kind.clockRate }

    /// The format with a payload type; nil for one that was not agreed on.
    func format(ofType payloadType: UInt8) -> WireFormat? {
        for format in formats where format.payloadType == payloadType { return format }
        return nil
    }

    /// Whether a payload type was agreed on without being a codec.
    func absorbs(_ payloadType: UInt8) -> Bool {
        payloadType == eventType || absorbedTypes.contains(payloadType)
    }

    /// The format of a codec; nil where the endpoint does not take it.
    func format(of codec: RTPCodec) -> WireFormat? {
        for format in formats where format.codec == codec { return format }
        return nil
    }

    /// Whether the endpoint can decode a video track as it is.
    func takes(_ track: VideoTrack) -> Bool {
        guard format(of: track.codec) != nil else { return false }
        guard track.codec == .theora, let theora else { return true }
        return track.theora?.configuration?.identifier == theora.configuration.identifier
    }
}
