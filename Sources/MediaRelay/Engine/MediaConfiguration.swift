/// How the media engine is set up.
public struct MediaConfiguration: Sendable {
    /// The ports that sessions of RTP without ICE are given.
    public var rtpPorts: ClosedRange<UInt16> = 10_000...19_999
    /// The addresses that sockets are bound to: of those of an endpoint's family, the one that reaches it.
    public var listenAddresses = ["0.0.0.0", "::"]
    /// The address that answers name, or nil for the one that reaches the endpoint.
    public var publicAddress: String?
    /// Where plain RTP may be used.
    public var plainRTP = NegotiationPolicy.PlainRTP.loopback
    /// A session from which nothing was heard for this long has ended, in ms.
    public var timeout: Int64 = 15_000
    /// A session that never sent anything although it may is given this long to begin, in ms: four times the time-out, within 10 s and a minute.
    public var startTimeout: Int64 { min(60_000, max(10_000, 4 * timeout)) }
    /// Bits a second on the wire that may leave in all; nil for any number.
    public var maximumEgress: Int?
    /// Speakers that are mixed at once, at most.
    public var speakers = 4
    /// Complexity of the mixes' Opus encoders, 0…10.
    public var opusComplexity = 5
    /// Bitrate of a mix where nobody asks for less, bits of payload a second.
    public var mixBitrate = 32_000
    /// Media loops: threads that move packets.
    public var loops = 1
    /// Codec threads.
    public var codecThreads = 1

    /// Everything as by default.
    public init() {}
}
