import Testing

@testable import Codec

@Suite struct AudioLevelTests {
    /// A full-scale sine is 3 dB below a full-scale square wave, which is 0 dBov (RFC 6464 section 3).
    @Test(arguments: [(1.0, 3), (0.1, 23), (0.01, 43), (0.001, 63), (0.00001, 103)])
    func sine(_ amplitude: Double, _ level: UInt8) {
        let pcm = Signals.sine(frequency: 1000, rate: 48_000, count: 960, amplitude: amplitude)
        #expect(AudioLevel(of: pcm.span).rawValue == level)
    }

    @Test func extremes() {
        #expect(AudioLevel(of: [Float](repeating: 0, count: 960).span) == .silence)
        #expect(AudioLevel(of: [Float]().span) == .silence)
        #expect(AudioLevel(of: [Float](repeating: -1, count: 963).span).rawValue == 0)
        #expect(AudioLevel(of: [Float](repeating: 8, count: 963).span).rawValue == 0)
        #expect(AudioLevel(of: [Float](repeating: .nan, count: 16).span) == .silence)
        #expect(AudioLevel(rawValue: 128) == nil)
        #expect(AudioLevel(clamping: 10) > AudioLevel(clamping: 20))
    }
}
