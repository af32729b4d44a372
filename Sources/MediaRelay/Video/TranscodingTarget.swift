/// What a video track is transcoded to. Whoever needs the same shares one derived track.
struct TranscodingTarget: Hashable, Sendable {
    /// ``RTPCodec/vp8`` or ``RTPCodec/theora``.
    var codec: RTPCodec
    /// Bits of payload a second, at most: no two seconds have more than this and 5 %.
    var bitrate: Int
    /// The picture's size in pixels; nil for the source's, made smaller where the bitrate asks for it.
    var size: PictureSize?
    /// Pictures a second, at most.
    var frameRate: Int

    /// A target of the given values.
    init(codec: RTPCodec, bitrate: Int, size: PictureSize? = nil, frameRate: Int = 15) {
        self.codec = codec
        self.bitrate = bitrate
        self.size = size
        self.frameRate = frameRate
    }
}

/// The size of a picture in pixels.
struct PictureSize: Hashable, Sendable {
    var width: Int
    var height: Int
}
