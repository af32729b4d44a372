import Testing

@testable import Codec

/// No two seconds of video, key frames included, have more than the limit and 5 %, and three quarters of it are used.
@Suite struct BitrateTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var bitrate: Int
        var width: Int
        var height: Int
        var rate: Int
        var testDescription: String { "\(bitrate) bit/s, \(width)×\(height), \(rate) a second" }
    }

    static let cases = [
        Case(bitrate: 16_000, width: 160, height: 120, rate: 5),
        Case(bitrate: 40_000, width: 176, height: 144, rate: 10),
        Case(bitrate: 80_000, width: 320, height: 240, rate: 15),
    ]
    static let sources = [
        "testsrc2", "mandelbrot", "life=mold=10:death_color=#C83232:life_color=#00ff00,scale", "cuts",
    ]

    private func film(_ source: String, _ format: Case) throws -> [[UInt8]] {
        if source == "cuts" { return try cuts(format) }
        guard source.hasPrefix("life") else {
            return try VideoCoding.film(
                source, width: format.width, height: format.height, rate: format.rate, seconds: 20)
        }
        // Cells of four pixels: noise that no codec can foresee.
        let raw = try Tool.ffmpeg(
            "-f", "lavfi", "-i", "life=s=\(format.width / 4)x\(format.height / 4):mold=10:r=\(format.rate):seed=3",
            "-t", "20", "-vf", "scale=\(format.width):\(format.height)", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-")
        let size = PictureFormat(width: format.width, height: format.height, frameRate: FrameRate(1)).bytesPerPicture
        return stride(from: 0, to: raw.bytes.count, by: size).map { Array(raw.bytes[$0..<($0 + size)]) }
    }

    /// Noise over pictures that change altogether every three or four seconds.
    private func cuts(_ format: Case) throws -> [[UInt8]] {
        let noisy = try ["testsrc2", "mandelbrot", "smptebars"].map { source in
            try VideoCoding.film(source, width: format.width, height: format.height, rate: format.rate, seconds: 4)
        }
        var random = SplitMix(seed: 21)
        return (0..<(20 * format.rate)).map { index in
            let scene = index / (format.rate * 7 / 2)
            let picture = noisy[scene % 3][index % (4 * format.rate)]
            return picture.map { UInt8(clamping: Int($0) + Int(random.next() & 15) - 8) }
        }
    }

    @Test(arguments: cases, sources)
    func vp8(_ format: Case, _ source: String) throws {
        let film = try film(source, format)
        let settings = VP8EncoderConfiguration(
            width: format.width, height: format.height, frameRate: FrameRate(format.rate), bitrate: format.bitrate)
        let frames = try VideoCoding.vp8(film, settings, keyFrames: [film.count / 2])
        let rates = VideoCoding.rates(frames, frameRate: format.rate, pictures: film.count)
        #expect(rates.peak <= format.bitrate * 21 / 20)
        #expect(rates.mean >= format.bitrate * 3 / 4)
        #expect(frames.count { $0.isKeyFrame } >= 2)
        #expect(
            frames.count * (source == "cuts" ? 3 : 2) >= film.count, "only \(frames.count) of \(film.count) pictures")
    }

    @Test(arguments: cases, sources)
    func theora(_ format: Case, _ source: String) throws {
        let film = try film(source, format)
        let settings = TheoraEncoderConfiguration(
            width: format.width, height: format.height, frameRate: FrameRate(format.rate), bitrate: format.bitrate)
        let frames = try VideoCoding.theora(film, settings, keyFrames: [film.count / 2]).frames
        let rates = VideoCoding.rates(frames, frameRate: format.rate, pictures: film.count)
        #expect(rates.peak <= format.bitrate * 21 / 20)
        #expect(rates.mean >= format.bitrate * 3 / 4)
        #expect(frames.count { $0.isKeyFrame } >= 2)
        let sent = frames.count { !$0.bytes.isEmpty }
        #expect(sent * (source == "cuts" ? 3 : 2) >= film.count, "only \(sent) of \(film.count) pictures")
    }
}
