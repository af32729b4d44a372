/// The first packet of a Speex stream in Ogg: 80 bytes, little-endian.
public struct SpeexHeader: Sendable, Equatable {
    /// Sampling rate in Hz; usually, not always, the band's own.
    public var sampleRate: Int
    /// The bandwidth.
    public var band: SpeexBand
    /// 1, or 2 with intensity stereo.
    public var channels: Int
    /// In bit/s; -1 if not told.
    public var bitrate: Int
    /// Samples in a frame.
    public var frameLength: Int
    /// Whether the bitrate varies.
    public var isVariableBitrate: Bool
    /// Frames in each packet, 1 to 10.
    public var framesPerPacket: Int
    /// Packets between the comments and the audio.
    public var extraHeaders: Int

    static let size = 80
    private static let maximumFramesPerPacket = 10
    private static let maximumExtraHeaders = 16

    /// A header for a stream of this kind.
    public init(band: SpeexBand, channels: Int = 1, framesPerPacket: Int = 1, bitrate: Int = -1, vbr: Bool = false) {
        sampleRate = band.sampleRate
        self.band = band
        self.channels = channels
        self.bitrate = bitrate
        frameLength = band.frameLength
        isVariableBitrate = vbr
        self.framesPerPacket = framesPerPacket
        extraHeaders = 0
    }

    /// Reads the packet; nil where it is none, or of values that no Speex stream has.
    public init?(_ packet: RawSpan) {
        guard packet.byteCount >= Self.size, packet.hasText("Speex   ") else { return nil }
        func field(_ offset: Int) -> Int { Int(Int32(bitPattern: packet.littleEndian32(offset))) }
        guard let band = SpeexBand(rawValue: field(40)) else { return nil }
        self.band = band
        sampleRate = field(36)
        channels = field(48)
        bitrate = field(52)
        frameLength = band.frameLength
        isVariableBitrate = field(60) != 0
        // 0 is written by old encoders for one frame.
        framesPerPacket = max(1, field(64))
        extraHeaders = field(68)
        guard (4000...48_000).contains(sampleRate), (1...2).contains(channels),
            framesPerPacket <= Self.maximumFramesPerPacket, (0...Self.maximumExtraHeaders).contains(extraHeaders)
        else { return nil }
    }

    /// The packet's bytes.
    public var bytes: [UInt8] {
        var bytes = Array("Speex   ".utf8)
        let version = Array("1.2.1".utf8)
        bytes.append(contentsOf: version)
        bytes.append(contentsOf: repeatElement(0, count: 20 - version.count))
        let fields: [Int] = [
            1, Self.size, sampleRate, band.rawValue, 4, channels, bitrate, frameLength, isVariableBitrate ? 1 : 0,
            framesPerPacket, extraHeaders, 0, 0,
        ]
        for value in fields { bytes.appendLittleEndian(Int32(clamping: value)) }
        return bytes
    }
}
