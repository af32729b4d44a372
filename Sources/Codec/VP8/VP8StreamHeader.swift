/// What a container says of a VP8 stream: the IVF header, or the first packet of its Ogg mapping.
public struct VP8StreamHeader: Sendable, Equatable {
    /// In pixels, of the first key frame.
    public var width: Int
    /// In pixels, of the first key frame.
    public var height: Int
    /// Seconds for each tick of the time stamps.
    public var clock: MediaClock

    /// A header.
    public init(width: Int, height: Int, clock: MediaClock) {
        self.width = width
        self.height = height
        self.clock = clock
    }

    /// A header whose clock ticks once a frame.
    public init(width: Int, height: Int, frameRate: FrameRate) {
        self.init(width: width, height: height, clock: MediaClock(frameRate: frameRate))
    }

    /// Frames per second where the clock ticks once a frame.
    public var frameRate: FrameRate { FrameRate(clock.denominator, clock.numerator) }

    /// Reads the first packet of VP8 in Ogg; nil where it is none or out of bounds.
    public init?(ogg packet: RawSpan) {
        guard packet.byteCount >= 26, packet.hasText("OVP80"), packet.byte(5) == 1, packet.byte(6) == 1 else {
            return nil
        }
        let rate = FrameRate(Int(packet.bigEndian32(18)), Int(packet.bigEndian32(22)))
        let width = Int(packet.littleEndian16(8).byteSwapped)
        let height = Int(packet.littleEndian16(10).byteSwapped)
        guard rate.isValid, PictureFormat.isAcceptable(width: width, height: height) else { return nil }
        self.init(width: width, height: height, frameRate: rate)
    }

    /// The first packet of VP8 in Ogg.
    public var oggBytes: [UInt8] {
        var bytes = Array("OVP80".utf8)
        bytes.append(contentsOf: [1, 1, 0])
        bytes.appendLittleEndian(UInt16(clamping: width).byteSwapped)
        bytes.appendLittleEndian(UInt16(clamping: height).byteSwapped)
        // Square pixels, two numbers of 24 bits.
        bytes.append(contentsOf: [0, 0, 1, 0, 0, 1])
        bytes.appendLittleEndian(UInt32(clamping: frameRate.numerator).byteSwapped)
        bytes.appendLittleEndian(UInt32(clamping: frameRate.denominator).byteSwapped)
        return bytes
    }
}
