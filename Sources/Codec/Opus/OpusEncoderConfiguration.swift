/// What an ``OpusEncoder`` is set up with.
public struct OpusEncoderConfiguration: Sendable, Equatable {
    /// What the encoder optimises for.
    public enum Application: Sendable, CaseIterable {
        /// Speech, at its best at low rates.
        case voip
        /// Music and everything else, faithful to the input.
        case audio
        /// The least delay; no speech modes, hence no in-band FEC.
        case lowDelay
    }

    /// How the bitrate is spread over the frames.
    public enum RateControl: Sendable, CaseIterable {
        /// Variable: each frame takes what it needs, the mean comes near the bitrate.
        case variable
        /// Variable, with excursions limited to about one frame's worth of bits.
        case constrained
        /// Variable under a ceiling: no second has more than the bitrate and 5 %. The library alone exceeds its
        /// target by half on some voices, whatever its constraint.
        case capped
        /// Constant: each packet has the same length.
        case constant
    }

    /// Sampling rate of the input in Hz: 8000, 12000, 16000, 24000 or 48000.
    public var sampleRate: Int
    /// 1 or 2; two channels are interleaved.
    public var channels: Int
    /// What to optimise for.
    public var application = Application.voip
    /// Target in bit/s, 500 to 512,000; with `capped` a ceiling.
    public var bitrate = 24_000
    /// 0 (fastest) to 10.
    public var complexity = 9
    /// How the bitrate is spread.
    public var rateControl = RateControl.capped
    /// Audio in each packet.
    public var frameDuration = OpusFrameDuration.ms20
    /// Whether packets carry a low-rate copy of the one before (RFC 6716 section 2.1.7).
    public var forwardErrorCorrection = false
    /// Expected packet loss in per cent, 0 to 100; FEC takes effect only above 0.
    public var expectedLoss = 0
    /// Whether silence is sent as almost nothing (RFC 6716 section 2.1.9).
    public var discontinuousTransmission = false
    /// Whether every packet can be decoded without those before it, at a cost in quality.
    public var predictionDisabled = false

    /// The defaults for this input: voip, VBR up to 24 kbit/s, 20 ms.
    public init(sampleRate: Int, channels: Int) {
        self.sampleRate = sampleRate
        self.channels = channels
    }

    /// Samples per channel in each frame.
    public var frameLength: Int { frameDuration.samples(at: sampleRate) }
}
