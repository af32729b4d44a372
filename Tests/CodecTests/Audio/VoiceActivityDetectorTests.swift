import Testing

@testable import Codec

@Suite struct VoiceActivityDetectorTests {
    private func share(_ pcm: [Float]) -> Double {
        var detector = VoiceActivityDetector()
        var spoken = 0
        var count = 0
        for start in stride(from: 0, to: pcm.count - 320, by: 320) {
            if detector.process(pcm[start..<(start + 320)].span, duration: 0.02) { spoken += 1 }
            count += 1
        }
        return Double(spoken) / Double(count)
    }

    @Test func speechIsSpeechAndNoiseIsNot() throws {
        let speech = try Signals.speech(rate: 16_000)
        #expect(share(speech) > 0.6)
        let noisy = zip(speech, Signals.noise(count: speech.count, amplitude: 0.005)).map { $0 + $1 }
        #expect(share(noisy) > 0.6)
        #expect(share([Float](repeating: 0, count: 16_000 * 5)) == 0)
        #expect(share(Signals.noise(count: 16_000 * 20, amplitude: 0.005)) < 0.1)
        #expect(share(Signals.noise(count: 16_000 * 20, amplitude: 0.0002)) < 0.01)
    }
}
