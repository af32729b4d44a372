/// A packet that a transcoder made. Its bytes are given beside it.
public struct TranscodedPacket: Sendable, Equatable {
    /// Which of the transcoder's targets it is for.
    public let target: Int
    /// When it begins, in ticks of the target format's clock.
    public let start: Int64
    /// How long it lasts in ticks; the last one may be shorter than what it holds.
    public let duration: Int64
    /// Whether decoding can begin here.
    public let isKeyFrame: Bool
}

/// Receives what a transcoder makes. The bytes are valid during the call.
public typealias TranscodeOutput = (TranscodedPacket, RawSpan) throws(CodecError) -> Void
