import Testing

@testable import Codec

@Suite struct OggReaderTests {
    /// Positions near the largest number are not believed: sums with them would stop the program.
    @Test func absurdPositions() throws {
        for granule in [Int64.max, Int64.max - 5, Int64.min, 1 << 62] {
            var file: [UInt8] = []
            var stream = OggStreamWriter(serial: 1)
            let head = OpusHeader(channels: 1, preSkip: 312, inputSampleRate: 48_000).bytes
            let tags = VorbisComment().bytes(signature: Array("OpusTags".utf8))
            stream.append(head.span.bytes, granulePosition: 0, to: &file)
            stream.flush(to: &file)
            stream.append(tags.span.bytes, granulePosition: 0, to: &file)
            stream.flush(to: &file)
            let silence: [UInt8] = [0xF8, 0xFF, 0xFE]
            for position in [granule, 960, granule, granule] {
                stream.append(silence.span.bytes, granulePosition: position, to: &file)
                stream.flush(to: &file)
            }
            stream.finish(to: &file)
            let content = try OggFiles.read(file)
            #expect(content.packets.count == 4)
            let isSound = content.packets.allSatisfy { $0.info.start < 100_000 && $0.info.duration >= 0 }
            #expect(isSound)
        }
    }
}
