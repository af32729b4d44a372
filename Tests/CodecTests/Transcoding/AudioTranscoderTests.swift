import Testing

@testable import Codec

@Suite struct AudioTranscoderTests {
    private static let speexHeader = SpeexHeader(band: .wide)

    private func speexPackets(seconds: Int) throws -> [[UInt8]] {
        let pcm = Signals.sine(frequency: 440, rate: 16_000, count: 16_000 * seconds)
        var configuration = SpeexEncoderConfiguration(band: .wide, bitrate: 20_800)
        configuration.framesPerPacket = 1...1
        return try SpeexCoding.encode(pcm, configuration)
    }

    /// How many samples come out, and where the last packet ends.
    private func run(
        _ transcoder: inout AudioTranscoder, _ packets: [[UInt8]], dropping: Set<Int> = [], finishing: Bool = true
    ) throws -> (samples: Int, end: Int64) {
        var samples = 0
        var end: Int64 = 0
        let output: TranscodeOutput = { info, bytes in
            samples += bytes.byteCount / 4
            end = info.start + info.duration
        }
        for (index, packet) in packets.enumerated() where !dropping.contains(index) {
            try transcoder.push(
                packet.span.bytes, start: Int64(index * 320), duration: 320,
                isAfterLoss: dropping.contains(index - 1), output: output)
        }
        if finishing { try transcoder.finish(output: output) }
        return (samples, end)
    }

    /// The decoder's delay is left out at the start and given back at the end: to the sample, with packets missing and
    /// without, at any rate.
    @Test(arguments: [8000, 16_000, 44_100, 48_000], [Set(), Set([7]), Set([20, 21, 22, 40])])
    func endsWhereItShould(_ rate: Int, _ lost: Set<Int>) throws {
        let packets = try speexPackets(seconds: 2)
        var transcoder = try AudioTranscoder(
            from: .speex(Self.speexHeader), to: [.pcm(PCMFormat(sampleRate: rate, channels: 1))])
        let result = try run(&transcoder, packets, dropping: lost)
        #expect(result.samples == rate * 2)
        #expect(result.end == Int64(rate * 2))
        #expect(transcoder.statistics.missing == Double(lost.count) * 0.02)
    }

    /// Streams that follow one another do not eat into each other's time, whatever their codec and rate.
    @Test func chainKeepsTime() throws {
        let speex = try speexPackets(seconds: 1)
        let configuration = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
        let opus = try OpusCoding.encode(
            Signals.sine(frequency: 300, rate: 48_000, count: 48_000), configuration)
        let opusFormat = MediaFormat.opus(OpusHeader(channels: 1, preSkip: 312, inputSampleRate: 48_000))
        var transcoder = try AudioTranscoder(
            from: .speex(Self.speexHeader), to: [.pcm(PCMFormat(sampleRate: 48_000, channels: 1))])
        var samples = 0
        let output: TranscodeOutput = { _, bytes in samples += bytes.byteCount / 4 }
        for _ in 0..<20 {
            samples += try run(&transcoder, speex, finishing: false).samples
            try transcoder.changeSource(to: opusFormat, output: output)
            for (index, packet) in opus.enumerated() {
                try transcoder.push(
                    packet.span.bytes, start: Int64(index * 960 - 312), duration: 960, output: output)
            }
            try transcoder.changeSource(to: .speex(Self.speexHeader), output: output)
        }
        try transcoder.finish(output: output)
        #expect(samples == 20 * (48_000 + 48_000 - 312))
        #expect(abs(transcoder.seconds - Double(samples) / 48_000) < 1e-6)
    }

    /// One decode feeds several targets, each in its own rate and frame length.
    @Test func manyTargets() throws {
        var wide = OpusEncoderConfiguration(sampleRate: 16_000, channels: 1)
        wide.frameDuration = .ms60
        let narrow = SpeexEncoderConfiguration(band: .narrow, bitrate: 8000)
        var transcoder = try AudioTranscoder(
            from: .speex(Self.speexHeader),
            to: [.opus(wide), .speex(narrow), .pcm(PCMFormat(sampleRate: 24_000, channels: 2))])
        var ends: [Int: Double] = [:]
        let formats = (0..<3).map { transcoder.format(ofTarget: $0) }
        let output: TranscodeOutput = { info, _ in
            ends[info.target] = formats[info.target].clock.seconds(info.start + info.duration)
        }
        for (index, packet) in try speexPackets(seconds: 2).enumerated() {
            try transcoder.push(packet.span.bytes, start: Int64(index * 320), duration: 320, output: output)
        }
        try transcoder.finish(output: output)
        for target in 0..<3 { #expect(abs((ends[target] ?? 0) - 2) < 1e-9) }
    }
}
