/// A codec as RTP and SDP name it.
public enum RTPCodec: Hashable, Sendable {
    /// `opus/48000/2` (RFC 7587).
    case opus
    /// `speex/8000`, `/16000` or `/32000` (RFC 5574).
    case speex(clockRate: Int)
    /// `VP8/90000` (RFC 7741).
    case vp8
    /// `theora/90000` (draft-barbato-avt-rtp-theora).
    case theora

    /// The codec that a mapping names; nil for one that is none of ours.
    public init?(_ map: RTPMap) {
        switch (map.encoding.lowercased(), map.clockRate) {
        case ("opus", 48000): self = .opus
        case ("speex", 8000), ("speex", 16000), ("speex", 32000):
            guard map.channels == 1 else { return nil }
            self = .speex(clockRate: map.clockRate)
        case ("vp8", 90000): self = .vp8
        case ("theora", 90000): self = .theora
        default: return nil
        }
    }

    /// The kind of media section that carries it.
    public var kind: MediaKind {
        switch self {
        case .opus, .speex: .audio
        case .vp8, .theora: .video
        }
    }

    /// The clock rate of its timestamps, in Hz.
    public var clockRate: Int {
        switch self {
        case .opus: 48000
        case .speex(let clockRate): clockRate
        case .vp8, .theora: 90000
        }
    }

    /// Its mapping with a payload type.
    public func map(_ payloadType: UInt8) -> RTPMap {
        switch self {
        // Two channels, whatever is sent (RFC 7587, 7).
        case .opus: RTPMap(payloadType: payloadType, encoding: "opus", clockRate: 48000, channels: 2)
        case .speex(let clockRate): RTPMap(payloadType: payloadType, encoding: "speex", clockRate: clockRate)
        case .vp8: RTPMap(payloadType: payloadType, encoding: "VP8", clockRate: 90000)
        case .theora: RTPMap(payloadType: payloadType, encoding: "theora", clockRate: 90000)
        }
    }

    /// All codecs of sound.
    static let audio: Set<RTPCodec> = [
        .opus, .speex(clockRate: 8_000), .speex(clockRate: 16_000), .speex(clockRate: 32_000),
    ]

    /// All codecs of pictures.
    static let video: Set<RTPCodec> = [.vp8, .theora]

    /// The codec of sound that a request names, whatever its case: `opus`, `speex` (wideband), or `speex/` and a rate.
    init?(audioNamed name: String) {
        switch name.lowercased() {
        case "opus": self = .opus
        case "speex", "speex/16000": self = .speex(clockRate: 16_000)
        case "speex/8000": self = .speex(clockRate: 8_000)
        case "speex/32000": self = .speex(clockRate: 32_000)
        default: return nil
        }
    }

    /// The codec of pictures that a request names, whatever its case.
    init?(videoNamed name: String) {
        switch name.lowercased() {
        case "vp8": self = .vp8
        case "theora": self = .theora
        default: return nil
        }
    }
}
