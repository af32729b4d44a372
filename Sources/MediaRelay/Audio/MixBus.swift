import Codec

/// One sum of speakers on its way out: limited, remembered, and encoded once for each configuration in which it is wanted.
final class MixBus {
    /// Ticks of sound that are remembered, for encoders that start later.
    private static let historyTicks = 9

    /// The speaker who is left out, or nil in the mix for everyone else.
    let excluded: MixTrackID?
    private(set) var encoders: [MixEncoder] = []
    private var limiter: Limiter
    private var history: [Float]

    /// Makes a bus; it goes on from where `other` is, so that its listeners hear no seam.
    init(excluded: MixTrackID?, continuing other: MixBus?) {
        self.excluded = excluded
        limiter = other?.limiter ?? Limiter()
        history = other?.history ?? [Float](repeating: 0, count: Self.historyTicks * MixInput.tickSamples)
    }

    /// How often the limiter had to act, in blocks of 2.5 ms.
    var limitedBlocks: Int { limiter.limitedBlocks }

    /// Sees to it that there is an encoder for `configuration`, before the tick of number `tick` is mixed.
    func require(_ configuration: MixConfiguration, complexity: Int, tick: Int64) {
        if encoders.contains(where: { $0.configuration == configuration }) { return }
        if let encoder = try? MixEncoder(configuration, complexity: complexity, history: history, tick: tick) {
            encoders.append(encoder)
        }
    }

    /// Removes the encoders that `wanted` refuses.
    func release(unless wanted: (MixConfiguration) -> Bool) {
        encoders.removeAll { !wanted($0.configuration) }
    }

    /// Makes the next packets of `configuration` stand alone.
    func handOver(_ configuration: MixConfiguration) {
        for encoder in encoders where encoder.configuration == configuration { encoder.handOver() }
    }

    /// Limits and encodes one tick; `samples` are changed.
    func process(_ samples: inout [Float], position: Int64, into batch: MixBatch) {
        limiter.process(&samples)
        let kept = history.count - samples.count
        for index in 0..<kept { history[index] = history[index + samples.count] }
        for index in samples.indices { history[kept + index] = samples[index] }
        for encoder in encoders { encoder.append(samples, position: position, excluded: excluded, to: batch) }
    }

    /// Nobody speaks for a while.
    func pause() {
        for encoder in encoders { encoder.pause() }
    }
}
