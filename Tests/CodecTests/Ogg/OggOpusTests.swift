import Testing

@testable import Codec

@Suite struct OggOpusTests {
    private func file(seconds: Int = 5, trimmed: Int64? = nil) throws -> [UInt8] {
        let speech = try Signals.speech(rate: 48_000).prefix(48_000 * seconds)
        let configuration = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
        let packets = try OpusCoding.encode(Array(speech), configuration)
        let header = OpusHeader(channels: 1, preSkip: 312, inputSampleRate: 48_000)
        return try OggFiles.opus(packets, header: header, trimmedTo: trimmed)
    }

    /// opusdec, opusinfo and ffmpeg play the file without a complaint, and find it as long as we do.
    @Test func othersPlayIt() throws {
        let scratch = try Scratch()
        let total: Int64 = 48_000 * 5 - 1000
        try scratch.write(try file(trimmed: total), "a.opus")
        let opusdec = try Tool.run("opusdec", "--quiet", "--float", scratch.path("a.opus"), scratch.path("a.raw"))
        #expect(opusdec.errors == "")
        #expect(try scratch.read("a.raw").count == Int(total) * 4)
        let info = try Tool.run("opusinfo", scratch.path("a.opus"))
        #expect(!info.text.lowercased().contains("warning"), "\(info.text)")
        #expect(info.errors == "")
        let ffmpeg = try Tool.ffmpeg("-i", scratch.path("a.opus"), "-f", "f32le", "-")
        #expect(ffmpeg.errors == "")
        #expect(ffmpeg.bytes.count == Int(total) * 4)
    }

    @Test func readsBackWhatWasWritten() throws {
        let total: Int64 = 48_000 * 5 - 1000
        for piece in [1, 27, 1000, 1 << 20] {
            let content = try OggFiles.read(try file(trimmed: total), piece: piece)
            #expect(content.damage.isEmpty)
            #expect(content.ended == [0])
            #expect(content.tracks.first?.comment?.vendor == "media-relay")
            let last = try #require(content.packets.last)
            #expect(content.packets.first?.info.start == -312)
            #expect(last.info.start + last.info.duration == total)
            var next: Int64 = -312
            for packet in content.packets {
                #expect(packet.info.start == next)
                next += packet.info.duration
            }
        }
    }

    /// Cut off anywhere, the file plays up to less than two pages before the cut.
    @Test func playsWhenCutOff() throws {
        let scratch = try Scratch()
        let whole = try file()
        var random = SplitMix(seed: 9)
        for _ in 0..<12 {
            let cut = Int.random(in: 1000..<whole.count, using: &random)
            try scratch.write(Array(whole[0..<cut]), "cut.opus")
            let ffmpeg = try Tool.run(
                "ffmpeg", "-v", "quiet", "-i", scratch.path("cut.opus"), "-f", "f32le", "-")
            let seconds = Double(ffmpeg.bytes.count) / 4 / 48_000
            let share = Double(cut) / Double(whole.count) * 5
            #expect(seconds > share - 1.1, "\(seconds) of \(share)")
            let content = try OggFiles.read(Array(whole[0..<cut]))
            #expect(content.damage.contains(.ogg(.truncated(serial: 7))))
            #expect(content.packets.count * 20 > Int((share - 1.1) * 1000))
        }
    }

    /// Silence that was never sent (DTX) is a gap in time, not a shorter file.
    @Test func gapsStayInTime() throws {
        let configuration = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
        let packets = try OpusCoding.encode(Signals.noise(count: 48_000, amplitude: 0.2), configuration)
        var bytes: [UInt8] = []
        var writer = OggMediaWriter()
        let header = OpusHeader(channels: 1, preSkip: 0, inputSampleRate: 48_000)
        let track = try writer.addTrack(.opus(header), serial: 1, to: &bytes)
        for (index, packet) in packets.enumerated() where !(20..<30).contains(index) {
            writer.write(packet.span.bytes, track: track, start: Int64(index) * 960, duration: 960, to: &bytes)
        }
        writer.finish(to: &bytes)
        let content = try OggFiles.read(bytes)
        #expect(
            content.packets.map(\.info.start) == (0..<50).filter { !(20..<30).contains($0) }.map { Int64($0) * 960 })
    }
}
