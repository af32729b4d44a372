/// What an Opus packet says of itself before anything is decoded (RFC 6716 section 3).
///
/// Reads at most the packet's framing; safe and cheap for any bytes.
public struct OpusPacket: Sendable, Equatable {
    /// The coding that the frames use.
    public enum Mode: Sendable {
        /// Linear prediction: speech up to wideband.
        case silk
        /// Both: speech at super-wideband and fullband.
        case hybrid
        /// Transform: music, and all short frames.
        case celt
    }

    /// The coding of all frames in the packet.
    public let mode: Mode
    /// The sampling rate in Hz that the coded bandwidth needs: 8000, 12000, 16000, 24000 or 48000.
    public let bandwidth: Int
    /// Whether the frames are coded in stereo.
    public let isStereo: Bool
    /// Samples of one frame at 48 kHz.
    public let frameLength: Int
    /// 1 to 48 frames.
    public let frameCount: Int
    /// Samples of the packet at 48 kHz, at most 5760.
    public var duration: Int { frameLength * frameCount }
    /// Whether no frame holds more than a byte: what an encoder sends in DTX.
    public let isDTX: Bool
    /// Whether the first frame carries a low-rate copy of the packet before it (in-band FEC).
    public let hasForwardErrorCorrection: Bool

    /// Parses the framing; nil where it breaks one of the rules R1 to R7 of RFC 6716 section 3.4.
    public init?(_ packet: RawSpan) {
        guard packet.byteCount > 0 else { return nil }
        let toc = packet.byte(0)
        isStereo = toc & 4 != 0
        let config = Int(toc >> 3)
        switch config {
        case 0..<12:
            mode = .silk
            bandwidth = [8000, 12_000, 16_000][config >> 2]
            frameLength = [480, 960, 1920, 2880][config & 3]
        case 12..<16:
            mode = .hybrid
            bandwidth = config < 14 ? 24_000 : 48_000
            frameLength = config & 1 == 0 ? 480 : 960
        default:
            mode = .celt
            bandwidth = [8000, 16_000, 24_000, 48_000][(config - 16) >> 2]
            frameLength = 120 << (config & 3)
        }
        guard let frames = Frames(packet, code: toc & 3, frameLength: frameLength) else { return nil }
        frameCount = frames.count
        isDTX = frames.longest <= 1
        hasForwardErrorCorrection =
            mode != .celt && frames.first.count > 0
            && Self.lowRateCopy(in: packet.byte(frames.first.lowerBound), frameLength: frameLength, stereo: isStereo)
    }

    /// The flags at the start of a SILK frame: a voice bit for each 20 ms, then one for the low-rate copy, for each
    /// channel (RFC 6716 section 4.2.3).
    private static func lowRateCopy(in flags: UInt8, frameLength: Int, stereo: Bool) -> Bool {
        let parts = max(1, frameLength / 960)
        let mid = flags >> (7 - parts) & 1
        let side = stereo ? flags >> (6 - 2 * parts) & 1 : 0
        return mid | side != 0
    }
}

/// The frames' lengths, read from the packet's framing.
private struct Frames {
    var count: Int
    var first: Range<Int>
    var longest: Int

    private static let longestAllowed = 1275

    init?(_ packet: RawSpan, code: UInt8, frameLength: Int) {
        let size = packet.byteCount
        switch code {
        case 0:
            self.init(count: 1, first: 1..<size, longest: size - 1)
        case 1:
            guard (size - 1) % 2 == 0 else { return nil }
            let half = (size - 1) / 2
            self.init(count: 2, first: 1..<(1 + half), longest: half)
        case 2:
            var offset = 1
            guard let length = Self.length(packet, at: &offset, end: size), length <= size - offset else { return nil }
            self.init(count: 2, first: offset..<(offset + length), longest: max(length, size - offset - length))
        default:
            guard let frames = Self.several(packet, frameLength: frameLength) else { return nil }
            self = frames
        }
        guard longest <= Self.longestAllowed else { return nil }
    }

    private init(count: Int, first: Range<Int>, longest: Int) {
        self.count = count
        self.first = first
        self.longest = longest
    }

    private static func several(_ packet: RawSpan, frameLength: Int) -> Frames? {
        guard packet.byteCount >= 2 else { return nil }
        let head = packet.byte(1)
        let count = Int(head & 0x3F)
        guard count > 0, count * frameLength <= 5760 else { return nil }
        var offset = 2
        var end = packet.byteCount
        if head & 0x40 != 0 {
            var more = true
            while more {
                guard offset < end else { return nil }
                let byte = packet.byte(offset)
                offset += 1
                more = byte == 255
                end -= more ? 254 : Int(byte)
            }
            guard end >= offset else { return nil }
        }
        guard head & 0x80 != 0 else {
            guard (end - offset) % count == 0 else { return nil }
            let each = (end - offset) / count
            return Frames(count: count, first: offset..<(offset + each), longest: each)
        }
        var firstLength = 0
        var longest = 0
        var sum = 0
        for index in 0..<(count - 1) {
            guard let length = length(packet, at: &offset, end: end) else { return nil }
            if index == 0 { firstLength = length }
            longest = max(longest, length)
            sum += length
        }
        let last = end - offset - sum
        guard last >= 0 else { return nil }
        if count == 1 { firstLength = last }
        return Frames(count: count, first: offset..<(offset + firstLength), longest: max(longest, last))
    }

    /// A frame length of one or two bytes (RFC 6716 section 3.2.1).
    private static func length(_ packet: RawSpan, at offset: inout Int, end: Int) -> Int? {
        guard offset < end else { return nil }
        let first = Int(packet.byte(offset))
        offset += 1
        if first < 252 { return first }
        guard offset < end else { return nil }
        let second = Int(packet.byte(offset))
        offset += 1
        return second * 4 + first
    }
}
