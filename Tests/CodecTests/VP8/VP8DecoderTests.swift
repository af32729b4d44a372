import Testing

@testable import Codec

@Suite struct VP8DecoderTests {
    static let settings: [[String]] = [
        ["-b:v", "200k", "-deadline", "realtime", "-cpu-used", "8"],
        ["-b:v", "60k", "-deadline", "good", "-auto-alt-ref", "1", "-lag-in-frames", "16"],
        ["-crf", "10", "-b:v", "1M", "-g", "7", "-error-resilient", "default", "-slices", "4"],
        [
            "-b:v", "100k", "-deadline", "realtime", "-ts-parameters",
            "ts_number_layers=2:ts_target_bitrate=60,100:ts_rate_decimator=2,1:ts_periodicity=2:ts_layer_id=0,1",
        ],
    ]

    /// The pictures of films by ffmpeg's libvpx are those of ffmpeg's own decoder and of the library, byte by byte.
    @Test(arguments: settings, ["ivf", "ogg"])
    func equalsFfmpeg(_ arguments: [String], _ container: String) throws {
        let scratch = try Scratch()
        let path = scratch.path("a.\(container)")
        _ = try Tool.run(
            "ffmpeg",
            arguments: [
                "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=177x143:r=10", "-t", "4", "-pix_fmt", "yuv420p",
            ]
                + ["-c:v", "libvpx"] + arguments + ["-f", container, path])
        let ours = try decode(try scratch.read("a.\(container)"))
        for decoder in ["vp8", "libvpx"] {
            let theirs = try VideoCoding.framemd5(path, decoder: decoder)
            #expect(theirs.count == 40)
            #expect(ours == theirs, "\(decoder)")
        }
    }

    private func decode(_ file: [UInt8]) throws -> [String] {
        var reader = MediaFileReader()
        try reader.feed(file.span.bytes)
        reader.finish()
        var decoder = try VP8Decoder()
        var picture = try Picture(width: 16, height: 16)
        var packet: [UInt8] = []
        var sums: [String] = []
        while let event = reader.next(into: &packet) {
            switch event {
            case .packet:
                guard try decoder.decode(packet.span.bytes, into: &picture) else { continue }
                sums.append(MD5.hex(picture.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }))
            case .damage(let damage): Issue.record("\(damage)")
            default: break
            }
        }
        return sums
    }

    /// Damage is an error of that frame; a key frame mends it.
    @Test func survivesAnything() throws {
        let film = try VideoCoding.film("testsrc2", width: 96, height: 80, rate: 10, seconds: 6)
        var configuration = VP8EncoderConfiguration(width: 96, height: 80, frameRate: FrameRate(10), bitrate: 200_000)
        configuration.keyFrameInterval = 10
        let frames = try VideoCoding.vp8(film, configuration)
        var random = SplitMix(seed: 5)
        var decoder = try VP8Decoder()
        var picture = try Picture(width: 16, height: 16)
        let second = frames[1].bytes
        #expect(throws: CodecError.needsKeyFrame) { try decoder.decode(second.span.bytes, into: &picture) }
        for round in 0..<600 {
            var bytes = frames[round % frames.count].bytes
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                // Not the size: see below.
                let place = Int.random(in: 10..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<(bytes.count / 2), using: &random))
            do throws(CodecError) {
                _ = try decoder.decode(bytes.span.bytes, into: &picture)
            } catch {
                #expect([.invalidPacket, .needsKeyFrame].contains(error))
            }
        }
        let first = frames[0].bytes
        let clean = try decoder.decode(first.span.bytes, into: &picture)
        #expect(clean)
        #expect(picture.width == 96)
    }

    /// A key frame that claims 16383 pixels square is refused before memory is reserved for it.
    @Test func sizesAreBounded() throws {
        let claims: [UInt8] = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F, 0, 0, 0]
        var decoder = try VP8Decoder()
        var picture = try Picture(width: 16, height: 16)
        #expect(throws: CodecError.invalidConfiguration("VP8 of 16383×16383")) {
            try decoder.decode(claims.span.bytes, into: &picture)
        }
    }
}
