import Testing

@testable import Codec

@Suite struct OpusDecoderTests {
    struct Setting: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var channels = 1
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let settings = [
        Setting(arguments: ["--bitrate", "12", "--framesize", "60"]),
        Setting(arguments: ["--bitrate", "24", "--framesize", "20", "--expect-loss", "10"]),
        Setting(arguments: ["--bitrate", "64", "--framesize", "2.5"]),
        Setting(arguments: ["--hard-cbr", "--bitrate", "32", "--framesize", "40"]),
        Setting(arguments: ["--bitrate", "96", "--framesize", "10", "--music"], channels: 2),
    ]

    /// The samples of files by opusenc are those of opusdec and of ffmpeg's libopus, to the last bit.
    @Test(arguments: settings)
    func equalsOpusdec(_ setting: Setting) throws {
        let scratch = try Scratch()
        let speech = try Signals.speech(rate: 48_000).prefix(48_000 * 5)
        let noise = Signals.noise(count: speech.count, amplitude: 0.1)
        var pcm: [UInt8] = []
        for (left, right) in zip(speech, noise) {
            pcm.appendLittleEndian(Int16(left * 32_000))
            if setting.channels == 2 { pcm.appendLittleEndian(Int16((left / 2 + right) * 20_000)) }
        }
        try scratch.write(pcm, "in.raw")
        try Tool.run(
            "opusenc",
            arguments: ["--quiet", "--raw", "--raw-rate", "48000", "--raw-chan", "\(setting.channels)"]
                + setting.arguments + [scratch.path("in.raw"), scratch.path("a.opus")])
        let content = try OggFiles.read(try scratch.read("a.opus"))
        #expect(content.damage.isEmpty)
        let track = try #require(content.tracks.first)
        guard case .opus(let header) = track.format else {
            Issue.record("not recognised as Opus")
            return
        }
        #expect(header.channels == setting.channels)
        let ours = try decode(content, channels: setting.channels)
        #expect(ours.count == pcm.count / 2)

        try Tool.run("opusdec", "--quiet", "--float", "--no-dither", scratch.path("a.opus"), scratch.path("o.raw"))
        let theirs = Signals.floats(try scratch.read("o.raw"))
        #expect(ours.count == theirs.count)
        let difference = zip(ours, theirs).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        #expect(difference == nil)

        let ffmpeg = try Tool.ffmpeg("-c:a", "libopus", "-i", scratch.path("a.opus"), "-f", "s16le", "-")
        let rounded = Signals.int16s(ffmpeg.bytes)
        let largest = zip(ours, rounded).map { abs($0 * 32_768 - Float($1)) }.max() ?? .infinity
        #expect(rounded.count == ours.count)
        #expect(largest <= 0.51)
    }

    private func decode(_ content: OggFiles.Content, channels: Int) throws -> [Float] {
        var decoder = try OpusDecoder(sampleRate: 48_000, channels: channels)
        var buffer = [Float](repeating: 0, count: decoder.maximumFrameLength * channels)
        var result: [Float] = []
        for packet in content.packets {
            var span = buffer.mutableSpan
            let count = try decoder.decode(packet.bytes.span.bytes, into: &span)
            #expect(OpusPacket(packet.bytes.span.bytes)?.duration == count)
            let skip = Int(max(0, min(Int64(count), -packet.info.start)))
            let end = min(count, Int(packet.info.duration))
            if skip < end { result += buffer[(skip * channels)..<(end * channels)] }
        }
        return result
    }

    /// The redundant copy brings back more of a lost packet than invention does.
    @Test func forwardErrorCorrectionBeatsConcealment() throws {
        let speech = try Signals.speech(rate: 16_000)
        var configuration = OpusEncoderConfiguration(sampleRate: 16_000, channels: 1)
        configuration.bitrate = 24_000
        configuration.forwardErrorCorrection = true
        configuration.expectedLoss = 20
        let packets = try OpusCoding.encode(speech, configuration)
        let clean = try OpusCoding.decode(packets.map { .decode($0) }, rate: 16_000, channels: 1, frameLength: 320)
        func lossy(_ fec: Bool) throws -> Double {
            let steps = packets.indices.map { index -> OpusCoding.Step in
                guard index % 7 == 3, index + 1 < packets.count else { return .decode(packets[index]) }
                return fec ? .recover(from: packets[index + 1]) : .conceal
            }
            let result = try OpusCoding.decode(steps, rate: 16_000, channels: 1, frameLength: 320)
            #expect(result.count == clean.count)
            return Signals.segmentalSNR(clean[...], result[...], rate: 16_000)
        }
        let concealed = try lossy(false)
        let recovered = try lossy(true)
        #expect(recovered > concealed + 1, "FEC \(recovered) dB, concealment \(concealed) dB")
        let carrying = packets.count { OpusPacket($0.span.bytes)?.hasForwardErrorCorrection == true }
        #expect(carrying > packets.count / 2)
    }

    /// What is no packet is an error of that packet alone.
    @Test func survivesAnything() throws {
        var random = SplitMix(seed: 4)
        var decoder = try OpusDecoder(sampleRate: 48_000, channels: 2)
        var buffer = [Float](repeating: 0, count: decoder.maximumFrameLength * 2)
        for _ in 0..<3000 {
            let packet = (0..<Int.random(in: 1...80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            var span = buffer.mutableSpan
            let parsed = OpusPacket(packet.span.bytes)
            do {
                let count = try decoder.decode(packet.span.bytes, into: &span)
                #expect(parsed?.duration == count)
            } catch {
                #expect(error == .invalidPacket)
                #expect(parsed == nil, "\(packet)")
            }
        }
        var small = [Float](repeating: 0, count: 100)
        var span = small.mutableSpan
        let silence: [UInt8] = [0xF8, 0xFF, 0xFE]
        #expect(throws: CodecError.bufferTooSmall) { try decoder.decode(silence.span.bytes, into: &span) }
        #expect(throws: CodecError.invalidPacket) { try decoder.decode([UInt8]().span.bytes, into: &span) }
    }
}
