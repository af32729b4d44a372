/// A codec as agreed with an endpoint: what its packets are called, and what is needed to read them.
struct WireFormat: Equatable, Sendable {
    /// The payload type in both directions.
    var payloadType: UInt8
    /// The codec.
    var codec: RTPCodec
    /// What the endpoint's own Theora is decoded with, where its description says that.
    var theora: TheoraConfiguration?
    /// Whether it says that it takes Theora's headers from the stream, so that they may change.
    var takesInBand = false

    /// A format of the given values.
    init(payloadType: UInt8, codec: RTPCodec, theora: TheoraConfiguration? = nil, takesInBand: Bool = false) {
        self.payloadType = payloadType
        self.codec = codec
        self.theora = theora
        self.takesInBand = takesInBand
    }
}

/// What an endpoint was told of the Theora that it will be sent; it may know no other headers.
struct ToldTheora: Equatable, Sendable {
    var configuration: TheoraConfiguration
    var size: PictureSize
    var frameRate: Int
    /// Whether the relay's own encoder makes streams like this; otherwise a sender does.
    var isOwn: Bool

    /// How a description tells it.
    var parameters: FormatParameters {
        TheoraParameters(width: size.width, height: size.height, configuration: configuration).formatParameters
    }
}
