import Testing

@testable import Codec

@Suite struct OpusEncoderTests {
    static let shapes: [(rate: Int, channels: Int)] = [8000, 12_000, 16_000, 24_000, 48_000].flatMap { rate in
        [1, 2].map { (rate, $0) }
    }

    /// Each rate, width and frame length comes back as long as it went in, and recognisable.
    @Test(arguments: shapes)
    func everyShape(_ shape: (rate: Int, channels: Int)) throws {
        for duration in OpusFrameDuration.allCases {
            var configuration = OpusEncoderConfiguration(sampleRate: shape.rate, channels: shape.channels)
            configuration.bitrate = 64_000 * shape.channels
            configuration.application = .audio
            configuration.frameDuration = duration
            let length = configuration.frameLength
            let mono = Signals.sine(
                frequency: 440, rate: shape.rate, count: length * Int(1_000_000 / duration.rawValue))
            let pcm = shape.channels == 1 ? mono : mono.flatMap { [$0, $0] }
            let packets = try OpusCoding.encode(pcm, configuration)
            let decoded = try OpusCoding.decode(
                packets.map { .decode($0) }, rate: shape.rate, channels: shape.channels, frameLength: length)
            #expect(decoded.count == pcm.count)
            let delay = try OpusEncoder(configuration).lookahead * shape.channels
            let quality = Signals.segmentalSNR(
                pcm[(pcm.count / 4)..<(pcm.count * 3 / 4)], decoded[(pcm.count / 4 + delay)...], rate: shape.rate)
            #expect(quality > 15, "\(duration) \(quality) dB")
        }
    }

    @Test func constantBitrateMakesEqualPackets() throws {
        let speech = try Signals.speech(rate: 48_000)
        var configuration = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
        configuration.rateControl = .constant
        configuration.bitrate = 24_000
        let sizes = Set(try OpusCoding.encode(speech, configuration).map(\.count))
        #expect(sizes == [60])
    }

    /// No second of a capped stream exceeds the bitrate by more than 5 %, and three quarters of it are used.
    @Test(arguments: [6000, 8000, 16_000, 24_000, 64_000, 128_000], OpusFrameDuration.allCases)
    func cappedBitrate(_ bitrate: Int, _ duration: OpusFrameDuration) throws {
        guard duration.rawValue >= 10_000 || bitrate >= 24_000 else { return }
        let speech = try Signals.speech(rate: 48_000)
        var configuration = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
        configuration.bitrate = bitrate
        configuration.frameDuration = duration
        configuration.complexity = 5
        let sizes = try OpusCoding.encode(speech, configuration).map(\.count)
        let window = (1_000_000 + duration.rawValue - 1) / duration.rawValue
        var sum = 0
        var largest = 0
        for index in sizes.indices {
            sum += sizes[index] - (index >= window ? sizes[index - window] : 0)
            largest = max(largest, sum)
        }
        let mean = sizes.reduce(0, +) * 8 * 1_000_000 / (sizes.count * duration.rawValue)
        #expect(largest * 8 <= bitrate * 21 / 20)
        #expect(mean * 4 >= bitrate * 3, "\(mean)")
    }

    @Test func bitrateChangesWhileRunning() throws {
        let speech = try Signals.speech(rate: 48_000)
        var encoder = try OpusEncoder(OpusEncoderConfiguration(sampleRate: 48_000, channels: 1))
        var buffer = [UInt8](repeating: 0, count: OpusEncoder.maximumPacketSize)
        func mean(at bitrate: Int, _ range: Range<Int>) throws -> Int {
            try encoder.setBitrate(bitrate)
            var total = 0
            for frame in range {
                total += try OpusCoding.encode(&encoder, speech[(frame * 960)..<((frame + 1) * 960)], &buffer)
            }
            return total * 8 * 50 / range.count
        }
        let low = try mean(at: 10_000, 0..<200)
        let high = try mean(at: 60_000, 200..<400)
        let again = try mean(at: 10_000, 400..<600)
        #expect(low < 12_000)
        #expect(high > 40_000)
        #expect(again < 12_000)
        #expect(throws: CodecError.self) { try encoder.setBitrate(400) }
        #expect(encoder.configuration.bitrate == 10_000)
    }

    @Test func silenceIsLeftOutWithDTX() throws {
        var configuration = OpusEncoderConfiguration(sampleRate: 16_000, channels: 1)
        configuration.discontinuousTransmission = true
        let packets = try OpusCoding.encode([Float](repeating: 0, count: 16_000 * 2), configuration)
        let parsed = packets.dropFirst(30).compactMap { OpusPacket($0.span.bytes) }
        #expect(parsed.count { $0.isDTX } > parsed.count * 3 / 4)
    }

    /// With prediction off, a decoder that begins in the middle hears the same from its second packet on.
    @Test func packetsStandAloneWithoutPrediction() throws {
        let speech = try Signals.speech(rate: 48_000)
        func lateJoinQuality(independent: Bool) throws -> Double {
            var configuration = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
            configuration.bitrate = 32_000
            configuration.predictionDisabled = independent
            let packets = try OpusCoding.encode(Array(speech.prefix(48_000 * 4)), configuration)
            let whole = try OpusCoding.decode(packets.map { .decode($0) }, rate: 48_000, channels: 1, frameLength: 960)
            var sum = 0.0
            for start in stride(from: 20, to: 120, by: 10) {
                let late = try OpusCoding.decode(
                    packets[start..<(start + 4)].map { .decode($0) }, rate: 48_000, channels: 1, frameLength: 960)
                sum += Signals.segmentalSNR(
                    whole[((start + 1) * 960)..<((start + 4) * 960)], late[960...], rate: 48_000)
            }
            return sum
        }
        let dependent = try lateJoinQuality(independent: false)
        let independent = try lateJoinQuality(independent: true)
        #expect(independent > dependent, "\(independent) \(dependent)")
    }

    @Test func refusesWhatOpusDoesNotHave() {
        var wrongRate = OpusEncoderConfiguration(sampleRate: 44_100, channels: 1)
        #expect(throws: CodecError.self) { _ = try OpusEncoder(wrongRate) }
        wrongRate = OpusEncoderConfiguration(sampleRate: 48_000, channels: 3)
        #expect(throws: CodecError.self) { _ = try OpusEncoder(wrongRate) }
        wrongRate = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
        wrongRate.complexity = 11
        #expect(throws: CodecError.self) { _ = try OpusEncoder(wrongRate) }
    }

    @Test func wrongLengthsAreErrors() throws {
        var encoder = try OpusEncoder(OpusEncoderConfiguration(sampleRate: 48_000, channels: 1))
        var buffer = [UInt8](repeating: 0, count: 1)
        let short = [Float](repeating: 0.3, count: 959)
        #expect(throws: CodecError.wrongInputSize) { try OpusCoding.encode(&encoder, short[...], &buffer) }
        var none: [UInt8] = []
        let right = Signals.noise(count: 960, amplitude: 0.5)
        #expect(throws: CodecError.bufferTooSmall) { try OpusCoding.encode(&encoder, right[...], &none) }
    }
}
