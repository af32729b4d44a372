import Glibc
import Testing

@testable import MediaRelay

@Suite("Limiter")
struct LimiterTests {
    private func run(_ input: [Float]) -> [Float] {
        var limiter = Limiter()
        var output: [Float] = []
        var start = 0
        while start + 960 <= input.count {
            var block = Array(input[start..<start + 960])
            limiter.process(&block)
            output += block
            start += 960
        }
        return output
    }

    @Test("Quiet sound passes unchanged, one block later")
    func quiet() {
        let input = (0..<9_600).map { 0.9 * sinf(Float($0) * 0.05) }
        let output = run(input)
        #expect(Array(output[Limiter.blockSamples...]) == Array(input[..<(output.count - Limiter.blockSamples)]))
    }

    @Test("Nothing leaves above the ceiling, whatever comes", arguments: [1.5, 4, 30] as [Float])
    func ceiling(gain: Float) {
        var generator = SeededGenerator(seed: 3)
        let input: [Float] = (0..<96_000).map { index in
            let burst: Float = (index / 4_800) % 3 == 0 ? gain : 0.2
            return burst * Float.random(in: -1...1, using: &generator)
        }
        let peak = run(input).map(abs).max() ?? 0
        #expect(peak <= Limiter.ceiling * 1.0001)
        #expect(peak > 0.5)
    }

    @Test("A loud sine is turned down, not clipped: its shape stays")
    func shape() {
        let input: [Float] = (0..<48_000).map { 8 * sinf(Float($0) * 2 * .pi * 440 / 48_000) }
        let output = run(input)
        // A clipped sine of this loudness would stay at its ceiling nearly all the time; a limited one touches it.
        let flat = output[9_600...].filter { abs($0) > Limiter.ceiling * 0.999 }.count
        #expect(flat < output.count / 20)
    }

    @Test("The gain comes back after a loud moment")
    func release() {
        let input: [Float] = (0..<48_000).map { index in
            (index < 4_800 ? 5 : 0.5) * sinf(Float(index) * 0.05)
        }
        let peak = run(input)[38_400...].map(abs).max() ?? 0
        #expect(peak > 0.49)
    }
}
