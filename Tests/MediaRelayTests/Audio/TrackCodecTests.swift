import Codec
import Glibc
import Testing

@testable import MediaRelay

@Suite("Encoders and decoders of a mix's formats")
struct TrackCodecTests {
    private static let formats: [AudioFormat] = [.opus, .speex(.narrow), .speex(.wide), .speex(.ultraWide)]

    @Test("A tone goes through, a packet for a packet's time", arguments: formats, 1...3)
    func roundTrip(format: AudioFormat, ticks: Int) throws {
        let encoder = try FrameEncoder(
            MixConfiguration(format: format, bitrate: 20_000, ticks: ticks), complexity: 5)
        #expect(encoder.packetSamples == ticks * 960)
        var packets: [[UInt8]] = []
        for index in 0..<100 {
            let samples = (0..<encoder.packetSamples).map { place in
                0.3 * Float(sin(2 * Double.pi * 600 * Double(index * encoder.packetSamples + place) / 48_000))
            }
            var bytes = [UInt8](repeating: 0, count: 1_500)
            var length = 0
            do {
                var span = bytes.mutableSpan
                var target = span.mutableBytes
                length = encoder.encode(samples, into: &target)
            }
            #expect(length > 0)
            packets.append(Array(bytes[..<length]))
        }
        let heard = try ToneMeter(packets, format: format)
        #expect(heard.samples.count == 100 * encoder.packetSamples)
        let level = heard.level(of: 600, in: 48_000..<heard.samples.count)
        #expect(abs(level - 20 * log10(0.3)) < 1.5)
        let noise = 3 * 600.0
        #expect(heard.level(of: noise, in: 48_000..<heard.samples.count) < level - 20)
    }
}
