/// A session as negotiated, its sockets open: what the router needs to know of it.
struct SessionSetup: Sendable {
    /// One `m=` section of the answer that was accepted.
    struct Section: Sendable {
        var kind: MediaKinds
        /// The endpoint sends and the relay takes it in.
        var receives: Bool
        /// The relay sends.
        var sends: Bool
        /// The payload type in both directions.
        var payloadType: UInt8
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
    var participant: String
    var maySend: MediaKinds
    var muted: MediaKinds
    var limits: MediaLimits
    var sections: [Section]
    /// The relay's name in RTCP (RFC 3550, 6.5.1).
    var canonicalName: String
}
