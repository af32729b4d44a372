import Codec
import Glibc

/// The same work as loop.c, through the wrappers.
@main
enum Loop {
    static func main() throws {
        let arguments = CommandLine.arguments
        let rounds = Int(arguments[2]) ?? 0
        switch arguments[1] {
        case "opus": print(try opus(rounds))
        case "speex": print(try speex(rounds))
        default: print(try vp8(arguments[3], rounds))
        }
    }

    static func samples(_ count: Int) -> [Float] {
        var state: UInt32 = 1
        return (0..<count).map { index in
            state = state &* 1_664_525 &+ 1_013_904_223
            let saw = Float(index % 147) / 147 - 0.5
            return 0.4 * saw + 0.05 * (Float(state >> 16) / 65_536 - 0.5)
        }
    }

    static func opus(_ frames: Int) throws -> Int {
        let pcm = samples(960 * 50)
        var configuration = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
        configuration.bitrate = 24_000
        configuration.complexity = 5
        configuration.rateControl = .constrained
        var encoder = try OpusEncoder(configuration)
        var decoder = try OpusDecoder(sampleRate: 48_000, channels: 1)
        var packet = [UInt8](repeating: 0, count: 4000)
        var out = [Float](repeating: 0, count: 5760)
        var total = 0
        for index in 0..<frames {
            var packetSpan = packet.mutableSpan
            var bytes = packetSpan.mutableBytes
            let start = index % 50 * 960
            let size = try encoder.encode(pcm.span.extracting(start..<(start + 960)), into: &bytes)
            var outSpan = out.mutableSpan
            total += try size + decoder.decode(packet.span.bytes.extracting(0..<size), into: &outSpan)
        }
        return total
    }

    static func speex(_ frames: Int) throws -> Int {
        let pcm = samples(320 * 50)
        // The mode of quality 6: 20.6 kbit/s, 52 bytes.
        var configuration = SpeexEncoderConfiguration(band: .wide, bitrate: 20_800)
        configuration.framesPerPacket = 1...1
        var encoder = try SpeexEncoder(configuration)
        var decoder = try SpeexDecoder(band: .wide)
        var packet = [UInt8](repeating: 0, count: 200)
        var out = [Float](repeating: 0, count: 320)
        var total = 0
        for index in 0..<frames {
            var packetSpan = packet.mutableSpan
            var bytes = packetSpan.mutableBytes
            let start = index % 50 * 320
            let size = try encoder.encode(pcm.span.extracting(start..<(start + 320)), into: &bytes)
            var outSpan = out.mutableSpan
            total += try size + decoder.decode(packet.span.bytes.extracting(0..<size), into: &outSpan)
        }
        return total
    }

    static func vp8(_ path: String, _ rounds: Int) throws -> Int {
        guard let file = fopen(path, "rb") else { return -1 }
        fseek(file, 0, SEEK_END)
        var data = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        _ = fread(&data, 1, data.count, file)
        var decoder = try VP8Decoder()
        var picture = try Picture(width: 16, height: 16)
        var total = 0
        for _ in 0..<rounds {
            var offset = 32
            while offset + 12 <= data.count {
                let size = (0..<4).reduce(0) { $0 | Int(data[offset + $1]) << ($1 * 8) }
                let frame = data.span.bytes.extracting((offset + 12)..<(offset + 12 + size))
                if try decoder.decode(frame, into: &picture) { total += picture.byteCount }
                offset += 12 + size
            }
        }
        return total
    }
}
