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
        case "vp8-decode": print(try vp8Decode(arguments[3], rounds))
        case "vp8-encode": print(try vp8Encode(arguments[3], rounds))
        case "theora-encode": print(try theora(arguments[3], rounds, decodes: false))
        default: print(try theora(arguments[3], rounds, decodes: true))
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

    static func bytes(of path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var data = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        _ = fread(&data, 1, data.count, file)
        return data
    }

    static func vp8Decode(_ path: String, _ frames: Int) throws -> Int {
        let data = bytes(of: path)
        var decoder = try VP8Decoder()
        var picture = try Picture(width: 16, height: 16)
        var total = 0
        var offset = 32
        for _ in 0..<frames {
            let size = data.withUnsafeBytes {
                Int($0.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian)
            }
            let frame = data.span.bytes.extracting((offset + 12)..<(offset + 12 + size))
            if try decoder.decode(frame, into: &picture) { total += picture.byteCount }
            offset += 12 + size
            if offset + 12 > data.count { offset = 32 }
        }
        return total
    }

    /// The film's pictures, whose copying into a picture is not the wrapper's work: made before.
    static func withPictures(_ path: String, _ body: (borrowing Picture, Int) throws -> Void, frames: Int) throws {
        let film = bytes(of: path)
        let size = 176 * 144 * 3 / 2
        let count = film.count / size
        var pictures = FilmPictures(count: count)
        for index in 0..<count {
            try pictures.append(film.span.bytes.extracting((index * size)..<((index + 1) * size)))
        }
        for index in 0..<frames { try pictures.lend(index % count) { picture in try body(picture, index) } }
    }

    static func vp8Encode(_ path: String, _ frames: Int) throws -> Int {
        var configuration = VP8EncoderConfiguration(
            width: 176, height: 144, frameRate: FrameRate(10), bitrate: 100_000)
        // The library's own control, so that both encode the same.
        configuration.frameDropping = false
        var encoder = try VP8Encoder(configuration)
        var packet = [UInt8](repeating: 0, count: 1 << 20)
        var total = 0
        try withPictures(
            path,
            { picture, index in
                var span = packet.mutableSpan
                var bytes = span.mutableBytes
                total += try encoder.encode(picture, at: Int64(index), into: &bytes)?.size ?? 0
            }, frames: frames)
        return total
    }

    static func theora(_ path: String, _ frames: Int, decodes: Bool) throws -> Int {
        var configuration = TheoraEncoderConfiguration(
            width: 176, height: 144, frameRate: FrameRate(10), bitrate: 100_000)
        configuration.constantQuality = 30
        var encoder = try TheoraEncoder(configuration)
        var decoder = try TheoraDecoder(headers: encoder.headers)
        var shown = try Picture(width: 176, height: 144)
        var packet = [UInt8](repeating: 0, count: 1 << 20)
        var total = 0
        try withPictures(
            path,
            { picture, _ in
                var span = packet.mutableSpan
                var bytes = span.mutableBytes
                let size = try encoder.encode(picture, into: &bytes).size
                total += size
                guard decodes else { return }
                if try decoder.decode(packet.span.bytes.extracting(0..<size), into: &shown) { total += shown.byteCount }
            }, frames: frames)
        return total
    }
}

/// Pictures in memory.
struct FilmPictures: ~Copyable {
    private let start: UnsafeMutablePointer<Picture>
    private var count = 0

    init(count: Int) {
        start = .allocate(capacity: max(count, 1))
    }

    deinit {
        start.deinitialize(count: count)
        start.deallocate()
    }

    mutating func append(_ bytes: RawSpan) throws {
        var picture = try Picture(width: 176, height: 144)
        try picture.load(bytes)
        (start + count).initialize(to: picture)
        count += 1
    }

    func lend(_ index: Int, to body: (borrowing Picture) throws -> Void) rethrows {
        try body(start[index])
    }
}
