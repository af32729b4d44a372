/// Decoded samples of one stream (mono, 48 kHz, full scale 1.0) that wait to be played, and the means to make them a little fewer or more without being heard.
///
/// Shortening and stretching repeat or leave out one period of the signal, found by correlation, and cross-fade over it (waveform-similarity overlap-add).
struct SampleQueue {
    /// Samples held at most: 400 ms.
    static let capacity = 19_200
    /// Samples that must be there for ``shorten()`` or ``stretch()`` to do anything.
    static let samplesToShorten = 2 * longestPeriod

    private static let shortestPeriod = 120
    private static let longestPeriod = 720
    /// Samples compared; one of four is looked at.
    private static let comparedSamples = 480

    private var samples = [Float](repeating: 0, count: capacity)
    private(set) var count = 0

    /// Appends what `write` puts into the free part; it returns how many samples it wrote.
    mutating func append(_ write: (inout MutableSpan<Float>) -> Int) {
        let start = count
        var all = samples.mutableSpan
        var free = all._mutatingExtracting(start..<Self.capacity)
        let written = write(&free)
        count = start + min(Self.capacity - start, max(0, written))
    }

    /// Appends samples of zero.
    mutating func appendSilence(_ length: Int) {
        let length = min(length, Self.capacity - count)
        for index in count..<count + length { samples[index] = 0 }
        count += length
    }

    /// Moves the first samples into `target`, as many as it holds; what is lacking becomes silence.
    mutating func take(into target: inout [Float]) {
        let taken = min(count, target.count)
        for index in 0..<taken { target[index] = samples[index] }
        for index in taken..<target.count { target[index] = 0 }
        removeFirst(taken)
    }

    /// Forgets everything.
    mutating func removeAll() {
        count = 0
    }

    /// Leaves out one period (2.5–15 ms) near the beginning, if the signal allows it unheard.
    ///
    /// - Returns: the number of samples left out.
    mutating func shorten() -> Int {
        guard let period = period() else { return 0 }
        for index in 0..<period {
            let fade = Float(index) / Float(period)
            samples[index] = samples[index] * (1 - fade) + samples[index + period] * fade
        }
        for index in period * 2..<count { samples[index - period] = samples[index] }
        count -= period
        return period
    }

    /// Repeats one period (2.5–15 ms) near the beginning, if the signal allows it unheard.
    ///
    /// - Returns: the number of samples added.
    mutating func stretch() -> Int {
        guard count + Self.longestPeriod <= Self.capacity, let period = period() else { return 0 }
        // a b … becomes a, b fading into a, b …: the seam at each end joins neighbours of the original.
        for index in stride(from: count - 1, through: period, by: -1) { samples[index + period] = samples[index] }
        for index in 0..<period {
            let fade = Float(index) / Float(period)
            samples[index + period] = samples[index + period * 2] * (1 - fade) + samples[index] * fade
        }
        count += period
        return period
    }

    private mutating func removeFirst(_ length: Int) {
        for index in length..<max(length, count) { samples[index - length] = samples[index] }
        count -= length
    }

    /// The lag at which the beginning is most like itself, or nil where it is not alike enough.
    private func period() -> Int? {
        guard count >= Self.samplesToShorten else { return nil }
        var energy: Float = 0
        for index in stride(from: 0, to: Self.comparedSamples, by: 4) { energy += samples[index] * samples[index] }
        // Under -60 dBFS nothing is heard of a seam.
        if energy < 1e-6 * Float(Self.comparedSamples / 4) { return Self.longestPeriod }
        var best: (lag: Int, likeness: Float) = (0, 0)
        var lag = Self.shortestPeriod
        while lag <= Self.longestPeriod {
            let likeness = likeness(lag: lag, energy: energy)
            if likeness > best.likeness { best = (lag, likeness) }
            lag += 4
        }
        guard best.likeness > 0 else { return nil }
        for lag in max(Self.shortestPeriod, best.lag - 3)...min(Self.longestPeriod, best.lag + 3) {
            let likeness = likeness(lag: lag, energy: energy)
            if likeness > best.likeness { best = (lag, likeness) }
        }
        return best.likeness > 0.9 ? best.lag : nil
    }

    private func likeness(lag: Int, energy: Float) -> Float {
        var product: Float = 0
        var other: Float = 0
        for index in stride(from: 0, to: Self.comparedSamples, by: 4) {
            let shifted = samples[index + lag]
            product += samples[index] * shifted
            other += shifted * shifted
        }
        guard product > 0, other > 0 else { return 0 }
        return product / (energy * other).squareRoot()
    }
}
