/// What an endpoint may have, decided by its permissions, the kind of its room and the settings.
public struct NegotiationPolicy: Equatable, Sendable {
    /// The rules for one kind of media.
    public struct Rules: Equatable, Sendable {
        /// The codecs that can be had.
        public var codecs: Set<RTPCodec>
        /// Whether the endpoint may send.
        public var maySend: Bool
        /// Whether the endpoint may receive.
        public var mayReceive: Bool
        /// The most payload bits a second that the endpoint may send; told to it in the answer. Nil for no limit.
        public var maximumBitrate: Int?
        /// How many sections of this kind are accepted; the others are refused.
        public var maximumSections: Int

        /// Rules of the given values.
        public init(
            codecs: Set<RTPCodec>, maySend: Bool = true, mayReceive: Bool = true, maximumBitrate: Int? = nil,
            maximumSections: Int = 1
        ) {
            self.codecs = codecs
            self.maySend = maySend
            self.mayReceive = mayReceive
            self.maximumBitrate = maximumBitrate
            self.maximumSections = maximumSections
        }
    }

    /// Where RTP may travel in the clear (the setting `media.plainRTP`).
    public enum PlainRTP: String, Equatable, Sendable {
        /// Nowhere.
        case off
        /// From and to this machine only.
        case loopback
        /// Anywhere.
        case any
    }

    /// The rules for audio; nil where the room has none.
    public var audio: Rules?
    /// The rules for video; nil where the room has none.
    public var video: Rules?
    /// Where RTP may travel in the clear.
    public var plainRTP: PlainRTP
    /// The transport profiles that this server has.
    public var profiles: Set<TransportProfile>
    /// The address that the offer came from; it stands in for 0.0.0.0 and ::.
    public var requester: IPAddress
    /// The names of the header extensions that are used.
    public var headerExtensions: Set<String>

    /// Whether lost packets are sent again in a stream of their own (RTX, RFC 4588) where the offer has one.
    public var retransmits = false

    /// A policy of the given values.
    public init(
        audio: Rules?, video: Rules?, plainRTP: PlainRTP = .loopback, profiles: Set<TransportProfile> = [.avp, .avpf],
        requester: IPAddress, headerExtensions: Set<String> = [AudioLevel.uri]
    ) {
        self.audio = audio
        self.video = video
        self.plainRTP = plainRTP
        self.profiles = profiles
        self.requester = requester
        self.headerExtensions = headerExtensions
    }

    /// The rules for `kind`; nil where it is forbidden or none of ours.
    public func rules(for kind: MediaKind) -> Rules? {
        switch kind {
        case .audio: audio
        case .video: video
        case .other: nil
        }
    }
}
