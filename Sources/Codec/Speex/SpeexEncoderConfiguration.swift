/// What a ``SpeexEncoder`` is set up with.
public struct SpeexEncoderConfiguration: Sendable, Equatable {
    /// The bandwidth, which gives the sampling rate.
    public var band: SpeexBand
    /// 1, or 2 for intensity stereo (files only: RTP has no stereo Speex).
    public var channels = 1
    /// A ceiling in bit/s, payload bytes with their padding counted: the best mode that fits under it is taken.
    public var bitrate: Int
    /// How many frames a packet may hold, within 1...10. More than the least are used only where that lets a better
    /// mode fit.
    public var framesPerPacket = 1...3
    /// 1 (fastest) to 10.
    public var complexity = 3
    /// Whether the mode follows the signal, up to the ceiling.
    public var variableBitrate = false
    /// Whether background noise is told from speech (implied by `variableBitrate`).
    public var voiceActivityDetection = false
    /// Expected packet loss in per cent, 0 to 100: the higher, the less a packet leans on those before it. From 30 on a decoder that was in another state finds back
    /// whatever the sound; below, a steady tone may grow without end.
    public var expectedLoss = 2
    /// Whether lasting silence is marked as not worth sending; needs VBR or VAD.
    public var discontinuousTransmission = false

    /// The defaults: one channel, constant mode, one to three frames in a packet.
    public init(band: SpeexBand, bitrate: Int) {
        self.band = band
        self.bitrate = bitrate
    }

    func validate() throws(CodecError) {
        guard (1...2).contains(channels) else { throw .invalidConfiguration("\(channels) Speex channels") }
        guard (1...10).contains(complexity) else {
            throw .invalidConfiguration("a Speex complexity of \(complexity)")
        }
        guard (0...100).contains(expectedLoss) else {
            throw .invalidConfiguration("an expected loss of \(expectedLoss) %")
        }
        guard framesPerPacket.lowerBound >= 1, framesPerPacket.upperBound <= SpeexPacket.maximumFrameCount else {
            throw .invalidConfiguration("\(framesPerPacket) Speex frames in a packet")
        }
    }
}
