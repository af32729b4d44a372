/// A description that a player opens to receive a call without sending anything (`listen.sdp`).
///
/// It is written from the player's side: the address and ports are the player's own, and it only receives.
public struct ListenDescription: Equatable, Sendable {
    /// One stream that the player will receive.
    public struct Stream: Equatable, Sendable {
        /// The codec of the stream.
        public var codec: RTPCodec
        /// The payload type of its packets.
        public var payloadType: UInt8
        /// The port at which the player listens; RTCP goes to the next.
        public var port: UInt16
        /// The parameters that the player needs to decode it.
        public var parameters: FormatParameters
        /// The payload bits a second that it will have at most; nil when that is not known.
        public var maximumBitrate: Int?

        /// A stream of the given values.
        public init(
            codec: RTPCodec, payloadType: UInt8, port: UInt16, parameters: FormatParameters = FormatParameters(),
            maximumBitrate: Int? = nil
        ) {
            self.codec = codec
            self.payloadType = payloadType
            self.port = port
            self.parameters = parameters
            self.maximumBitrate = maximumBitrate
        }
    }

    /// The name that the player may show, such as the room's.
    public var name: String
    /// The player's address.
    public var address: IPAddress
    /// The streams.
    public var streams: [Stream]

    /// A description of `streams` that go to `address`.
    public init(name: String, address: IPAddress, streams: [Stream]) {
        self.name = name
        self.address = address
        self.streams = streams
    }

    /// The session description for the player.
    public func sessionDescription(origin: SDPOrigin) -> SessionDescription {
        var description = SessionDescription(origin: origin, name: name, connection: SDPConnection(address))
        for stream in streams {
            var media = MediaDescription(
                kind: stream.codec.kind, port: Int(stream.port), profile: TransportProfile.avp.rawValue,
                formats: [String(stream.payloadType)])
            if let bitrate = stream.maximumBitrate {
                let wire = WireBitrate.applicationSpecific(
                    kind: stream.codec.kind, payload: bitrate, packetTime: 20, family: address.family)
                media.bandwidths = [SDPBandwidth(modifier: "AS", value: wire)]
            }
            media.attributes.append(SDPAttribute("rtpmap", stream.codec.map(stream.payloadType).value))
            if !stream.parameters.parameters.isEmpty {
                media.attributes.append(SDPAttribute("fmtp", "\(stream.payloadType) \(stream.parameters.text)"))
            }
            media.attributes.append(SDPAttribute(MediaDirection.recvonly.rawValue))
            description.media.append(media)
        }
        return description
    }
}
