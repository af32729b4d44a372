internal import CSpeex

/// A quality of Speex, with as many frames in a packet as make it fit.
public struct SpeexRate: Sendable, Equatable {
    /// 0 to 10, the library's ladder of modes.
    public let quality: Int
    /// Bits of one frame.
    public let bitsPerFrame: Int
    /// Frames in each packet.
    public let framesPerPacket: Int

    /// Bytes of each packet, padding included.
    public var packetSize: Int { (bitsPerFrame * framesPerPacket + 7) / 8 }

    /// Bits per second, padding included.
    public var bitrate: Int { packetSize * 8 * 50 / framesPerPacket }

    /// The best quality under a ceiling, in as few frames a packet as it takes.
    /// - Parameters:
    ///   - bitrate: the ceiling in bit/s.
    ///   - framesPerPacket: how many frames a packet may hold. Where nothing fits in that many, up to eight are tried:
    ///     only there the lowest mode needs no padding.
    ///   - ladder: bits of a frame at each quality.
    init?(under bitrate: Int, framesPerPacket: ClosedRange<Int>, ladder: [Int]) {
        let most = max(8, framesPerPacket.upperBound)
        for range in [framesPerPacket, framesPerPacket.lowerBound...most] {
            for quality in ladder.indices.reversed() {
                for frames in range {
                    let rate = SpeexRate(quality: quality, bitsPerFrame: ladder[quality], framesPerPacket: frames)
                    // Exactly: the rate in bit/s may be no whole number.
                    guard rate.packetSize * 400 <= bitrate * frames else { continue }
                    self = rate
                    return
                }
            }
        }
        return nil
    }

    private init(quality: Int, bitsPerFrame: Int, framesPerPacket: Int) {
        self.quality = quality
        self.bitsPerFrame = bitsPerFrame
        self.framesPerPacket = framesPerPacket
    }
}
