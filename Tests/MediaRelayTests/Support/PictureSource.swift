@testable import MediaRelay

/// An endpoint's video in a test: frames of made-up VP8, of which only the payload headers are real.
final class PictureSource {
    let ssrc: UInt32
    private(set) var sequence: UInt16
    private var timestamp: UInt32
    private var frame: UInt8 = 0

    init(ssrc: UInt32) {
        self.ssrc = ssrc
        sequence = UInt16(truncatingIfNeeded: ssrc &* 9_973)
        timestamp = ssrc &* 2_000_003
    }

    /// The packets of the next frame, 1/15 s after the last; each carries the source's name and the frame's number.
    func next(keyFrame: Bool = false, packets: Int = 3, size: Int = 1_000) -> [[UInt8]] {
        defer {
            frame &+= 1
            timestamp &+= 6_000
        }
        return (0..<packets).map { index in
            let isFirst = index == 0
            let isLast = index == packets - 1
            let header = RTPHeader(
                payloadType: 97, sequenceNumber: SequenceNumber(sequence), timestamp: timestamp, ssrc: ssrc,
                marker: isLast)
            sequence &+= 1
            var payload: [UInt8] = [isFirst ? 0x10 : 0x00]
            payload += [keyFrame && isFirst ? 0x10 : 0x11, 0, 0]
            payload += keyFrame && isFirst ? [0x9D, 0x01, 0x2A, 64, 1, 240, 0] : []
            payload += [UInt8(truncatingIfNeeded: ssrc), frame, UInt8(index)]
            let length = isLast ? size / 2 : size
            payload += [UInt8](repeating: 0xAA, count: max(0, length - payload.count))
            return ToneSource.packet(header, payload: payload[...], level: nil)
        }
    }
}
