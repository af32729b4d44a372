internal import Codec

/// A codec of sound as it travels in RTP: what a track comes in, and what a mix goes out in.
enum AudioFormat: Hashable, Sendable {
    /// RFC 7587.
    case opus
    /// RFC 5574, with its bandwidth.
    case speex(SpeexBand)

    /// The format of an RTP codec; nil for one of pictures.
    init?(_ codec: RTPCodec) {
        switch codec {
        case .opus: self = .opus
        case .speex(let clockRate):
            guard let band = SpeexBand(sampleRate: clockRate) else { return nil }
            self = .speex(band)
        case .vp8, .theora: return nil
        }
    }

    /// Ticks of the RTP clock in a second.
    var clockRate: Int {
        switch self {
        case .opus: 48_000
        case .speex(let band): band.sampleRate
        }
    }

    /// The RTP timestamp of a place in samples at 48 kHz.
    func timestamp(at position: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: position * Int64(clockRate) / 48_000)
    }
}
