import Testing

@testable import Codec

@Suite struct VP8EncoderTests {
    /// What is left without the upper layers decodes without a fault, at a half or a quarter of the frame rate.
    @Test(arguments: [2, 3])
    func temporalLayersCanBeLeftOut(_ layers: Int) throws {
        let film = try VideoCoding.film("testsrc2", width: 96, height: 80, rate: 20, seconds: 4)
        var settings = VP8EncoderConfiguration(width: 96, height: 80, frameRate: FrameRate(20), bitrate: 400_000)
        settings.temporalLayers = layers
        let frames = try VideoCoding.vp8(film, settings)
        #expect(Set(frames.map(\.layer)) == Set(0..<layers))
        var whole: [Int64: String] = [:]
        for kept in (0..<layers).reversed() {
            var decoder = try VP8Decoder()
            var picture = try Picture(width: 96, height: 80)
            var shown = 0
            for frame in frames where frame.layer <= kept {
                guard try decoder.decode(frame.bytes.span.bytes, into: &picture) else { continue }
                shown += 1
                let sum = MD5.hex(picture.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } })
                // The same picture as with every layer: nothing that was left out was needed.
                if kept == layers - 1 { whole[frame.time] = sum } else { #expect(whole[frame.time] == sum) }
            }
            #expect(shown <= frames.count >> (layers - 1 - kept) + 4)
        }
    }

    /// A picture of another size goes on in the same stream, with a key frame.
    @Test func resolutionChanges() throws {
        var encoder = try VP8Encoder(
            VP8EncoderConfiguration(width: 96, height: 80, frameRate: FrameRate(10), bitrate: 300_000))
        var decoder = try VP8Decoder()
        var shown = try Picture(width: 16, height: 16)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        for (index, size) in [(96, 80), (96, 80), (176, 144), (176, 144), (65, 33), (65, 33)].enumerated() {
            let picture = try Picture(width: size.0, height: size.1)
            var span = buffer.mutableSpan
            var bytes = span.mutableBytes
            let frame = try #require(try encoder.encode(picture, at: Int64(index), into: &bytes))
            #expect(frame.isKeyFrame == (index % 2 == 0))
            let isShown = try decoder.decode(buffer[0..<frame.size].span.bytes, into: &shown)
            #expect(isShown)
            #expect(shown.width == size.0)
            #expect(shown.height == size.1)
        }
    }
}
