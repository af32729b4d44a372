import Glibc
import Testing

@testable import MediaRelay

@Suite("Sample queue")
struct SampleQueueTests {
    private func queue(_ samples: [Float]) -> SampleQueue {
        var queue = SampleQueue()
        queue.append { free in
            for index in samples.indices { free[index] = samples[index] }
            return samples.count
        }
        return queue
    }

    private func all(_ queue: inout SampleQueue) -> [Float] {
        var samples = [Float](repeating: 0, count: queue.count)
        queue.take(into: &samples)
        return samples
    }

    private func greatestStep(_ samples: [Float]) -> Float {
        zip(samples, samples.dropFirst()).map { abs($1 - $0) }.max() ?? 0
    }

    @Test("What goes in comes out; what is lacking is silence")
    func order() {
        var queue = queue((0..<100).map(Float.init))
        var first = [Float](repeating: 9, count: 40)
        queue.take(into: &first)
        #expect(first == (0..<40).map(Float.init))
        var rest = [Float](repeating: 9, count: 80)
        queue.take(into: &rest)
        #expect(rest == (40..<100).map(Float.init) + [Float](repeating: 0, count: 20))
    }

    @Test("A sine is shortened and stretched without a jump", arguments: [110, 440, 1_234, 3_000] as [Float])
    func seams(frequency: Float) {
        let sine: [Float] = (0..<2_400).map { sinf(Float($0) * 2 * .pi * frequency / 48_000) }
        var shorter = queue(sine)
        let removed = shorter.shorten()
        #expect(removed > 0)
        let short = all(&shorter)
        #expect(short.count == sine.count - removed)
        var longer = queue(sine)
        let added = longer.stretch()
        #expect(added > 0)
        let long = all(&longer)
        #expect(long.count == sine.count + added)
        #expect(greatestStep(short) < greatestStep(sine) * 1.2)
        #expect(greatestStep(long) < greatestStep(sine) * 1.2)
    }

    @Test("Noise is left alone")
    func noise() {
        var generator = SeededGenerator(seed: 11)
        var queue = queue((0..<2_400).map { _ in Float.random(in: -1...1, using: &generator) })
        let removed = queue.shorten()
        #expect(removed == 0)
        let added = queue.stretch()
        #expect(added == 0)
    }

    @Test("It holds no more than its capacity")
    func capacity() {
        var queue = SampleQueue()
        for _ in 0..<30 { queue.appendSilence(960) }
        #expect(queue.count == SampleQueue.capacity)
    }
}
