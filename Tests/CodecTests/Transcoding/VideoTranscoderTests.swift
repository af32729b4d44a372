import Testing

@testable import Codec

@Suite struct VideoTranscoderTests {
    private func push(
        _ transcoder: inout VideoTranscoder, count: Int, width: Int, height: Int, output: TranscodeOutput
    ) throws {
        let picture = try Picture(width: width, height: height)
        let bytes = picture.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
        for index in 0..<count {
            try transcoder.push(bytes.span.bytes, start: Int64(index), duration: 1, output: output)
        }
    }

    /// A film whose size and frame rate change goes on without a break, and is as long as its parts.
    @Test func clockChanges() throws {
        let rates = [FrameRate(25), FrameRate(30_000, 1001), FrameRate(10), FrameRate(15), FrameRate(24_000, 1001)]
        var transcoder = try VideoTranscoder(
            from: .pictures(PictureFormat(width: 32, height: 16, frameRate: FrameRate(25))),
            to: [.pictures(PictureFormat(width: 16, height: 16, frameRate: FrameRate(50)))])
        var pictures: Int64 = 0
        var isSound = true
        let output: TranscodeOutput = { info, bytes in
            isSound = isSound && info.start == pictures && bytes.byteCount == 384
            pictures += 1
        }
        var seconds = 0.0
        for round in 0..<40 {
            let rate = rates[round % rates.count]
            let (width, height) = (16 + round, 64 - round)
            if round > 0 {
                try transcoder.changeSource(
                    to: .pictures(PictureFormat(width: width, height: height, frameRate: rate)), output: output)
            }
            let size = round > 0 ? (width, height) : (32, 16)
            try push(&transcoder, count: 7, width: size.0, height: size.1, output: output)
            seconds += 7 / rate.value
        }
        try transcoder.finish(output: output)
        #expect(isSound)
        #expect(abs(Double(pictures) / 50 - seconds) <= 0.02)
        #expect(abs(transcoder.seconds - seconds) < 1e-6)
    }

    /// A jump of years is another recording, not years of pictures.
    @Test func jumpsAreBounded() throws {
        var transcoder = try VideoTranscoder(
            from: .pictures(PictureFormat(width: 16, height: 16, frameRate: FrameRate(25))),
            to: [.pictures(PictureFormat(width: 16, height: 16, frameRate: FrameRate(25)))])
        var pictures = 0
        let output: TranscodeOutput = { _, _ in pictures += 1 }
        let bytes = [UInt8](repeating: 9, count: 384)
        for start in [0, 1, 1 << 61, 1 << 61 + 1, 5, -(1 << 61)] as [Int64] {
            try transcoder.push(bytes.span.bytes, start: start, duration: 1, output: output)
        }
        try transcoder.finish(output: output)
        #expect((4...8).contains(pictures))
    }
}
