/// What became of a picture that was given to a video encoder.
public struct EncodedFrame: Sendable, Equatable {
    /// Bytes in the caller's buffer.
    public let size: Int
    /// Whether decoding can begin here.
    public let isKeyFrame: Bool
    /// Temporal layer, 0 being the one that all others build on.
    public let temporalLayer: Int
    /// Whether no later frame builds on this one.
    public let isDroppable: Bool
}
