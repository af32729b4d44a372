import Testing

@testable import Codec

@Suite struct SpeexEncoderTests {
    struct Ceiling: Sendable, CustomTestStringConvertible {
        var bitrate: Int
        /// The narrowband mode's bits and the frames in a packet that are to be found.
        var bits: Int
        var frames: Int
        var testDescription: String { "\(bitrate) bit/s" }
    }

    /// What Speex's table of modes and the padding to whole bytes give by hand.
    static let ceilings = [
        Ceiling(bitrate: 2150, bits: 43, frames: 8), Ceiling(bitrate: 2200, bits: 43, frames: 2),
        Ceiling(bitrate: 4000, bits: 79, frames: 1), Ceiling(bitrate: 6000, bits: 119, frames: 1),
        Ceiling(bitrate: 8000, bits: 160, frames: 1), Ceiling(bitrate: 11_000, bits: 220, frames: 2),
        Ceiling(bitrate: 15_000, bits: 300, frames: 2), Ceiling(bitrate: 20_000, bits: 364, frames: 1),
        Ceiling(bitrate: 24_600, bits: 492, frames: 2),
    ]

    @Test(arguments: ceilings)
    func bestModeThatFits(_ ceiling: Ceiling) throws {
        let encoder = try SpeexEncoder(SpeexEncoderConfiguration(band: .narrow, bitrate: ceiling.bitrate))
        #expect(encoder.rate.bitsPerFrame == ceiling.bits)
        #expect(encoder.rate.framesPerPacket == ceiling.frames)
        #expect(encoder.rate.bitrate <= ceiling.bitrate)
    }

    /// No second of packets exceeds the ceiling plus 5 %, in any band, constant or variable.
    @Test(arguments: [4000, 6000, 8000, 11_000, 15_000, 20_000], SpeexBand.allCases)
    func everySecondIsUnderTheCeiling(_ bitrate: Int, _ band: SpeexBand) throws {
        let speech = try Signals.speech(rate: band.sampleRate)
        for variable in [false, true] {
            var configuration = SpeexEncoderConfiguration(band: band, bitrate: bitrate)
            configuration.variableBitrate = variable
            // The lowest ultra-wideband mode takes more than 4 kbit/s.
            guard band != .ultraWide || bitrate > 5000 else { continue }
            let encoder = try SpeexEncoder(configuration)
            let sizes = try SpeexCoding.encode(speech, configuration).map(\.count)
            let largest = sizes.max() ?? 0
            #expect(largest <= encoder.rate.packetSize, "\(variable)")
            let window = (50 + encoder.rate.framesPerPacket - 1) / encoder.rate.framesPerPacket
            for start in 0..<(sizes.count - window) {
                let second = sizes[start..<(start + window)].reduce(0, +)
                #expect(second * 8 <= bitrate * 21 / 20)
            }
            if !variable { #expect(Set(sizes) == [encoder.rate.packetSize]) }
        }
    }

    /// speexdec and ffmpeg play what we write without a complaint, and what comes out is the speech that went in.
    @Test(arguments: SpeexBand.allCases, [false, true])
    func othersPlayIt(_ band: SpeexBand, _ variable: Bool) throws {
        let scratch = try Scratch()
        let speech = try Signals.speech(rate: band.sampleRate)
        var configuration = SpeexEncoderConfiguration(band: band, bitrate: 24_000)
        configuration.variableBitrate = variable
        configuration.discontinuousTransmission = variable
        let file = try SpeexCoding.file(speech, configuration)
        try scratch.write(file, "a.spx")
        let speexdec = try Tool.run("speexdec", scratch.path("a.spx"), scratch.path("o.raw"))
        let errors = speexdec.errors.lowercased()
        #expect(!errors.contains("warning") && !errors.contains("error") && !errors.contains("corrupt"), "\(errors)")
        let played = Signals.int16s(try scratch.read("o.raw")).map { Float($0) / 32_768 }
        let encoder = try SpeexEncoder(configuration)
        let packets = speech.count / encoder.packetLength
        let decoder = try SpeexDecoder(band: band)
        #expect(played.count == packets * encoder.packetLength - encoder.lookahead - decoder.lookahead)
        let ffmpeg = try Tool.ffmpeg("-i", scratch.path("a.spx"), "-f", "s16le", "-")
        // This one it says of every Speex file with one channel.
        let complaints = ffmpeg.errors.split(separator: "\n").filter { !$0.contains("Guessed Channel Layout") }
        #expect(complaints.isEmpty)
        let content = try OggFiles.read(file)
        guard case .speex(let header) = content.tracks.first?.format else {
            Issue.record("not recognised")
            return
        }
        #expect(try SpeexCoding.decode(content, header: header).count == played.count)
        // The waveform is not kept exactly, the envelope is: levels of 100 ms must agree.
        let step = band.sampleRate / 10
        var worst = 0
        for start in stride(from: 0, to: played.count - step, by: step) {
            let before = Int(AudioLevel(of: speech[start..<(start + step)].span).rawValue)
            let after = Int(AudioLevel(of: played[start..<(start + step)].span).rawValue)
            if before < 40 { worst = max(worst, abs(before - after)) }
        }
        #expect(worst <= 6)
    }

    @Test func silenceNeedNotBeSent() throws {
        var configuration = SpeexEncoderConfiguration(band: .narrow, bitrate: 8000)
        configuration.voiceActivityDetection = true
        configuration.discontinuousTransmission = true
        var encoder = try SpeexEncoder(configuration)
        var buffer = [UInt8](repeating: 0, count: 100)
        let noise = Signals.noise(count: 160 * 200, amplitude: 0.0005)
        var silent = 0
        for start in stride(from: 0, to: noise.count, by: 160) {
            var span = buffer.mutableSpan
            var bytes = span.mutableBytes
            _ = try encoder.encode(noise[start..<(start + 160)].span, into: &bytes)
            if encoder.isSilent { silent += 1 }
        }
        #expect(silent > 100)
    }

    @Test func bitrateChangesWhileRunning() throws {
        var encoder = try SpeexEncoder(SpeexEncoderConfiguration(band: .narrow, bitrate: 8000))
        #expect(encoder.packetLength == 160)
        try encoder.setBitrate(11_000)
        #expect(encoder.packetLength == 320)
        #expect(throws: CodecError.self) { try encoder.setBitrate(2000) }
        #expect(encoder.configuration.bitrate == 11_000)
    }
}
