import Testing

@testable import Codec

@Suite struct ResamplerTests {
    private static let rates = [8000, 11_025, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000]

    private func resample(_ pcm: [Float], from input: Int, to output: Int, piece: Int) throws -> [Float] {
        var resampler = try Resampler(inputRate: input, outputRate: output)
        var buffer = [Float](repeating: 0, count: resampler.outputCapacity(for: piece))
        var result: [Float] = []
        for start in stride(from: 0, to: pcm.count, by: piece) {
            var span = buffer.mutableSpan
            let count = try resampler.process(pcm[start..<min(start + piece, pcm.count)].span, into: &span)
            result += buffer[0..<count]
        }
        while true {
            var span = buffer.mutableSpan
            let count = try resampler.drain(into: &span)
            guard count > 0 else { return result }
            result += buffer[0..<count]
        }
    }

    /// Between all rates a tone keeps its length, to the sample, and its place in time: it is the tone of that rate.
    @Test(arguments: rates, rates)
    func keepsLengthAndPlace(_ input: Int, _ output: Int) throws {
        for piece in [160, 441, 4800] {
            let count = input * 2 + 13
            let pcm = Signals.sine(frequency: 700, rate: input, count: count)
            let result = try resample(pcm, from: input, to: output, piece: piece)
            #expect(result.count == (count * output + input / 2) / input)
            let expected = Signals.sine(frequency: 700, rate: output, count: result.count)
            let quality = Signals.segmentalSNR(
                expected[(output / 10)..<(result.count - output / 10)], result[(output / 10)...], rate: output)
            // A delay of a tenth of a sample at 8 kHz would give 25 dB.
            #expect(quality > 30, "\(piece): \(quality) dB")
        }
    }

    @Test func refusesAbsurdRates() {
        #expect(throws: CodecError.self) { _ = try Resampler(inputRate: 0, outputRate: 8000) }
        #expect(throws: CodecError.self) { _ = try Resampler(inputRate: 8000, outputRate: 1 << 40) }
    }
}
