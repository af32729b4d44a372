import Testing

@testable import Codec

@Suite struct TheoraDecoderTests {
    static let settings: [[String]] = [
        ["-q:v", "7"], ["-b:v", "80k", "-g", "12"], ["-q:v", "1", "-g", "3"], ["-q:v", "10"],
    ]

    /// The pictures of films by ffmpeg's libtheora are those of ffmpeg's own decoder, byte by byte.
    @Test(arguments: settings)
    func equalsFfmpeg(_ arguments: [String]) throws {
        let scratch = try Scratch()
        _ = try Tool.run(
            "ffmpeg",
            arguments: [
                "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=178x142:r=10", "-t", "4", "-pix_fmt", "yuv420p",
            ]
                + ["-c:v", "libtheora"] + arguments + [scratch.path("a.ogv")])
        let content = try OggFiles.read(try scratch.read("a.ogv"))
        #expect(content.damage.isEmpty)
        let track = try #require(content.tracks.first)
        #expect(content.packets.map(\.info.start) == Array(0..<40))
        var decoder = try TheoraDecoder(headers: track.headers)
        var picture = try Picture(width: 16, height: 16)
        var sums: [String] = []
        for packet in content.packets {
            _ = try decoder.decode(packet.bytes.span.bytes, into: &picture)
            sums.append(MD5.hex(picture.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }))
        }
        #expect(picture.width == 178)
        #expect(picture.height == 142)
        #expect(sums == (try VideoCoding.framemd5(scratch.path("a.ogv"), decoder: "theora")))
    }

    /// They are also those of the library in other hands: GStreamer's.
    @Test(arguments: settings)
    func equalsLibrary(_ arguments: [String]) throws {
        let scratch = try Scratch()
        // A width of which GStreamer's planes have no padding, and which is no multiple of 16.
        _ = try Tool.run(
            "ffmpeg",
            arguments: [
                "-v", "error", "-f", "lavfi", "-i", "mandelbrot=s=184x142:r=10", "-t", "4", "-pix_fmt", "yuv420p",
            ]
                + ["-c:v", "libtheora"] + arguments + [scratch.path("a.ogv")])
        try Tool.run(
            "gst-launch-1.0", "-q", "filesrc", "location=\(scratch.path("a.ogv"))", "!", "oggdemux", "!", "theoradec",
            "!",
            "filesink", "location=\(scratch.path("a.raw"))")
        let content = try OggFiles.read(try scratch.read("a.ogv"))
        let track = try #require(content.tracks.first)
        var decoder = try TheoraDecoder(headers: track.headers)
        var picture = try Picture(width: 16, height: 16)
        var ours: [UInt8] = []
        for packet in content.packets {
            _ = try decoder.decode(packet.bytes.span.bytes, into: &picture)
            picture.withBytes { bytes in bytes.withUnsafeBytes { ours.append(contentsOf: $0) } }
        }
        let theirs = try scratch.read("a.raw")
        #expect(theirs.count == 40 * 184 * 142 * 3 / 2)
        #expect(ours == theirs)
    }

    /// Damage is an error of that frame, or a wrong picture, and nothing worse.
    @Test func survivesAnything() throws {
        let film = try VideoCoding.film("testsrc2", width: 96, height: 80, rate: 10, seconds: 6)
        var settings = TheoraEncoderConfiguration(width: 96, height: 80, frameRate: FrameRate(10), bitrate: 100_000)
        settings.keyFrameInterval = 10
        let (headers, frames) = try VideoCoding.theora(film, settings)
        var random = SplitMix(seed: 6)
        var decoder = try TheoraDecoder(headers: headers)
        var picture = try Picture(width: 16, height: 16)
        for round in 0..<600 {
            var bytes = frames[round % frames.count].bytes
            guard bytes.count > 4 else { continue }
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<(bytes.count / 2), using: &random))
            do throws(CodecError) {
                _ = try decoder.decode(bytes.span.bytes, into: &picture)
            } catch {
                #expect([.invalidPacket, .needsKeyFrame].contains(error))
            }
        }
        let damaged = headers.map { header in
            header.enumerated().map { $0.offset > 40 && $0.offset % 7 == 0 ? $0.element ^ 0x55 : $0.element }
        }
        #expect(throws: CodecError.self) { _ = try TheoraDecoder(headers: damaged) }
    }

    /// A header that claims a million pixels square is refused before memory is reserved for it.
    @Test func sizesAreBounded() throws {
        let film = try VideoCoding.film("testsrc2", width: 32, height: 32, rate: 5, seconds: 1)
        let settings = TheoraEncoderConfiguration(width: 32, height: 32, frameRate: FrameRate(5), bitrate: 100_000)
        var headers = try VideoCoding.theora(film, settings).headers
        headers[0].replaceSubrange(10..<20, with: [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0xFF, 0xF0, 0x0F, 0xFF, 0xF0])
        let claims = headers
        #expect(throws: CodecError.invalidPacket) { _ = try TheoraDecoder(headers: claims) }
    }
}
