/// A look-ahead peak limiter for mono sound at 48 kHz: what leaves it stays at or under ``ceiling``, without wrapping round or clipping.
///
/// The sound is delayed by one block. The gain at the edge between two blocks is the lower of what either needs and runs in a straight line within a block, so no
/// sample of a block is ever given more than its block can take.
struct Limiter {
    /// Samples of a block, which is also the delay: 2.5 ms.
    static let blockSamples = 120
    /// The greatest amplitude that leaves, -0.5 dBFS.
    static let ceiling: Float = 0.944
    /// The gain's way back per block: from -6 dB to none in about 100 ms.
    private static let release: Float = 0.0125

    private var held = [Float](repeating: 0, count: blockSamples)
    private var heldNeeds: Float = 1
    private var edgeGain: Float = 1

    /// Blocks in which the gain was lowered.
    private(set) var limitedBlocks = 0

    /// Limits `samples` in place; their number is a multiple of ``blockSamples``. What comes out is one block behind what went in.
    mutating func process(_ samples: inout [Float]) {
        var start = 0
        while start + Self.blockSamples <= samples.count {
            var peak: Float = 0
            for index in start..<start + Self.blockSamples { peak = max(peak, abs(samples[index])) }
            let needs = peak > Self.ceiling ? Self.ceiling / peak : 1
            let nextEdge = min(needs, heldNeeds, edgeGain + Self.release)
            if nextEdge < 1 || edgeGain < 1 {
                limitedBlocks += 1
                let step = (nextEdge - edgeGain) / Float(Self.blockSamples)
                for index in 0..<Self.blockSamples { held[index] *= edgeGain + step * Float(index) }
            }
            for index in 0..<Self.blockSamples {
                let next = samples[start + index]
                samples[start + index] = held[index]
                held[index] = next
            }
            heldNeeds = needs
            edgeGain = nextEdge
            start += Self.blockSamples
        }
    }

    /// Forgets the sound that is held.
    mutating func reset() {
        self = Limiter()
    }
}
