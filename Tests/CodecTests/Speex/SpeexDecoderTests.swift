import Testing

@testable import Codec

@Suite struct SpeexDecoderTests {
    static let settings: [[String]] = [
        ["-n", "--quality", "0"], ["-n", "--quality", "4"], ["-n", "--quality", "10", "--nframes", "3"],
        ["-n", "--vbr", "--quality", "5"], ["-n", "--vad", "--dtx", "--quality", "6"], ["-n", "--abr", "9000"],
        ["-w", "--quality", "3", "--nframes", "2"], ["-w", "--vbr", "--dtx", "--quality", "8"],
        ["-u", "--quality", "5"], ["-u", "--vbr", "--quality", "9", "--comp", "5"],
        ["-n", "--stereo", "--quality", "7"], ["-w", "--stereo", "--vbr"],
    ]

    /// The samples of files by speexenc are those of speexdec, to the last bit.
    @Test(arguments: settings)
    func equalsSpeexdec(_ arguments: [String]) throws {
        let scratch = try Scratch()
        let band: SpeexBand = arguments[0] == "-n" ? .narrow : arguments[0] == "-w" ? .wide : .ultraWide
        let isStereo = arguments.contains("--stereo")
        let speech = try Signals.speech(rate: band.sampleRate).prefix(band.sampleRate * 5)
        let pause = [Float](repeating: 0, count: band.sampleRate * 2)
        let mono = (Array(speech) + pause + Array(speech.prefix(band.sampleRate + 77))).map { Int16($0 * 30_000) }
        var raw: [UInt8] = []
        for sample in mono {
            raw.appendLittleEndian(sample)
            if isStereo { raw.appendLittleEndian(sample / 3) }
        }
        try scratch.write(raw, "in.raw")
        try Tool.run(
            "speexenc",
            arguments: arguments + ["--le", "--16bit", "--rate", "\(band.sampleRate)"]
                + [scratch.path("in.raw"), scratch.path("a.spx")])
        let content = try OggFiles.read(try scratch.read("a.spx"))
        #expect(content.damage.isEmpty)
        guard case .speex(let header) = content.tracks.first?.format else {
            Issue.record("not recognised as Speex")
            return
        }
        #expect(header.band == band)
        let ours = try SpeexCoding.decode(content, header: header)
        let stereo = isStereo ? ["--stereo"] : []
        try Tool.run("speexdec", arguments: stereo + [scratch.path("a.spx"), scratch.path("o.raw")])
        let theirs = Signals.int16s(try scratch.read("o.raw"))
        #expect(ours.count == theirs.count)
        let difference = zip(ours, theirs).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        #expect(difference == nil)
        // The last packet may hold fewer.
        for packet in content.packets.dropLast() {
            #expect(SpeexPacket(packet.bytes.span.bytes)?.frameCount == header.framesPerPacket)
        }
    }

    /// Concealment goes on from what was heard, and fades.
    @Test func concealment() throws {
        let speech = try Signals.speech(rate: 16_000)
        let packets = try SpeexCoding.encode(speech, SpeexEncoderConfiguration(band: .wide, bitrate: 20_000))
        var decoder = try SpeexDecoder(band: .wide)
        var buffer = [Float](repeating: 0, count: 16_000)
        for packet in packets.prefix(60) {
            var span = buffer.mutableSpan
            _ = try decoder.decode(packet.span.bytes, into: &span)
        }
        var levels: [UInt8] = []
        for _ in 0..<40 {
            var span = buffer.mutableSpan
            let count = try decoder.conceal(into: &span)
            #expect(count == 320)
            levels.append(AudioLevel(of: buffer[0..<count].span).rawValue)
        }
        #expect(levels[0] < 40)
        #expect(levels[39] > levels[0] + 20)
    }

    /// Any bytes are an error of that packet, or sound; afterwards speech is decoded as ever.
    @Test func survivesAnything() throws {
        var random = SplitMix(seed: 11)
        let speech = try Signals.speech(rate: 16_000)
        let packets = try SpeexCoding.encode(speech, SpeexEncoderConfiguration(band: .wide, bitrate: 15_000))
        var decoder = try SpeexDecoder(band: .wide)
        var buffer = [Float](repeating: 0, count: 320 * 10)
        var refused = 0
        for round in 0..<4000 {
            var packet = packets[round % packets.count]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                packet[Int.random(in: 0..<packet.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            packet.removeLast(Int.random(in: 0..<packet.count, using: &random) / 4)
            var span = buffer.mutableSpan
            do {
                let count = try decoder.decode(packet.span.bytes, into: &span)
                let isSound = buffer[0..<count].allSatisfy { $0.isFinite }
                #expect(isSound)
            } catch {
                #expect(error == .invalidPacket)
                refused += 1
            }
        }
        #expect(refused > 100)
        #expect(SpeexPacket([UInt8]().span.bytes) == nil)
        #expect(SpeexPacket([UInt8](repeating: 0, count: 5000).span.bytes) == nil)
    }
}
