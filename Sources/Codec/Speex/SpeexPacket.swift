/// What a Speex packet says of itself before anything is decoded (RFC 5574 section 3.3).
///
/// Walks the frames' layers without decoding them. The library prints a warning for each packet that breaks these rules
/// and its state suffers, so that packets are checked here first.
public struct SpeexPacket: Sendable, Equatable {
    /// Frames of 20 ms.
    public let frameCount: Int
    /// Whether every frame is one of the background (mode 0 or 1), as sent in silence by DTX and VBR.
    public let isBackground: Bool
    /// Layers above the narrow band in the first frame: 0 to 2.
    public let layers: Int

    /// Most frames that are accepted in a packet.
    public static let maximumFrameCount = 10
    /// Longest packet that is accepted, in bytes: ten frames of the highest ultra-wideband mode.
    public static let maximumSize = 1200

    /// Parses the packet; nil where a mode does not exist, layers do not fit, or the last frame is cut off.
    public init?(_ packet: RawSpan) {
        guard packet.byteCount > 0, packet.byteCount <= Self.maximumSize else { return nil }
        var bits = BitCursor(size: packet.byteCount * 8)
        var count = 0
        var layers = 0
        var isBackground = true
        while let mode = Self.nextNarrowBand(packet, &bits) {
            guard mode >= 0, bits.skip(Self.narrowBits[mode] - 5) else { return nil }
            var layer = 0
            while bits.remaining > 0, bits.peek(1, of: packet) == 1 {
                guard layer < 2, bits.remaining >= 4 else { return nil }
                let submode = bits.read(4, of: packet) & 7
                guard submode < (layer == 0 ? 5 : 2), bits.skip(Self.wideBits[submode] - 4) else { return nil }
                layer += 1
            }
            if count == 0 { layers = layer }
            count += 1
            isBackground = isBackground && mode <= 1
            guard count <= Self.maximumFrameCount else { return nil }
        }
        guard count > 0, !bits.isBroken else { return nil }
        frameCount = count
        self.layers = layers
        self.isBackground = isBackground
    }

    /// Bits of a narrowband frame in each mode, its five bits of header included.
    private static let narrowBits: InlineArray<9, Int> = [5, 43, 119, 160, 220, 300, 364, 492, 79]
    /// Bits of a wideband layer in each mode, its four bits of header included.
    private static let wideBits: InlineArray<5, Int> = [4, 36, 112, 192, 352]

    /// The mode of the next frame, past requests within the band; nil at the end, -1 where the mode does not exist.
    private static func nextNarrowBand(_ packet: RawSpan, _ bits: inout BitCursor) -> Int? {
        while bits.remaining >= 5 {
            let header = bits.read(5, of: packet)
            switch header {
            case 0...8:
                return header
            case 13:
                // A request of the application's own: a length in bytes, then as many.
                guard bits.remaining >= 4 else { return -1 }
                let size = bits.read(4, of: packet)
                guard bits.skip(5 + 8 * size) else { return -1 }
            case 14:
                guard bits.remaining >= 4 else { return -1 }
                let request = bits.read(4, of: packet)
                let size =
                    request < 2 ? 1 : request < 8 ? 4 : request < 10 ? 8 : request < 12 ? 16 : request < 14 ? 32 : 64
                guard bits.skip(size) else { return -1 }
            case 15:
                return nil
            default:
                return -1
            }
        }
        return nil
    }
}

/// A place among bits, the most significant of each byte first.
private struct BitCursor {
    let size: Int
    var offset = 0
    var isBroken = false

    var remaining: Int { size - offset }

    func peek(_ count: Int, of bytes: RawSpan) -> Int {
        var value = 0
        for position in offset..<(offset + count) {
            value = value << 1 | Int(bytes.byte(position >> 3) >> UInt8(7 - position & 7)) & 1
        }
        return value
    }

    mutating func read(_ count: Int, of bytes: RawSpan) -> Int {
        let value = peek(count, of: bytes)
        offset += count
        return value
    }

    /// Passes over bits; false where they are not there.
    mutating func skip(_ count: Int) -> Bool {
        guard count <= remaining else {
            isBroken = true
            return false
        }
        offset += count
        return true
    }
}
