import Glibc

/// Chooses when a picture is encoded, and how finely, so that a stream holds its bitrate and loses no more pictures than
/// it must.
///
/// The libraries' own controls overshoot at low rates: their models need many frames, and take the time of pictures that
/// were left out for savings. Here a frame's size is taken as a power of the quantizer's step; each frame corrects what is
/// known of its kind, and the next one gets the size that all frames of the coming two seconds could have, the key frames
/// that are due among them included.
struct VideoRateControl: Sendable {
    /// In bit/s.
    var bitrate: Int {
        get { window.bitrate }
        set { window.bitrate = newValue }
    }

    private(set) var window: VideoRateWindow
    /// Natural logarithms of the quantizer's step at each quality, falling.
    private let logSteps: [Double]
    private let qualities: ClosedRange<Int>
    /// How often each temporal layer comes.
    private let shares: [Double]
    private let keyDistance: Int
    private var key: FrameSizeModel
    private var layers: [FrameSizeModel]
    private var lastLogStep: Double
    private var lastTime: Int64?
    private var interval: Double

    /// Size is in inverse proportion to this power of the step.
    static let exponent = 1.1

    /// - Parameters:
    ///   - complexity: bits of a key frame's pixel, times step to ``exponent``, to begin with.
    ///   - logSteps: natural logarithms of the quantizer's step at each quality, falling.
    ///   - qualities: what may be chosen.
    ///   - shares: how often each temporal layer comes; they add up to 1.
    init(
        window: VideoRateWindow, pixels: Int, ticksPerFrame: Int64, keyDistance: Int, complexity: Double,
        logSteps: [Double], qualities: ClosedRange<Int>, shares: [Double] = [1]
    ) {
        self.window = window
        self.logSteps = logSteps
        self.qualities = qualities
        self.shares = shares
        self.keyDistance = keyDistance
        let start = log(complexity * Double(pixels) / 8)
        key = FrameSizeModel(start)
        layers = shares.map { _ in FrameSizeModel(start - 1) }
        interval = Double(max(1, ticksPerFrame))
        lastLogStep = logSteps[logSteps.count / 2]
    }

    /// Bytes of two seconds that are planned with: what is above them, up to the limit, is for frames that come out larger.
    private var planned: Double { Double(window.limit) * 0.96 }

    private var framesPerWindow: Double { max(1, Double(window.windowTicks) / interval) }

    /// Bytes that a key frame should have at most.
    private var largestKey: Double {
        let keys = max(1, framesPerWindow / Double(keyDistance))
        return planned * min(keyDistance == 1 ? 1 : 0.35, (0.6 + 0.4 * keys / framesPerWindow) / keys)
    }

    /// Bytes of a key frame as fine as the frames around it.
    private var likelyKey: Double {
        guard layers[0].isKnown else { return planned * 0.18 }
        return min(key.size(logStep: lastLogStep), largestKey)
    }

    /// The quality for the picture of this time; nil where there is no room for any, and it is to be left out.
    /// - Parameters:
    ///   - framesToKey: after how many frames the next key frame is due.
    mutating func quality(at time: Int64, isKeyFrame: Bool, framesToKey: Int) -> Int? {
        note(time)
        let room = Double(window.room(at: time))
        if isKeyFrame {
            let wanted = likelyKey
            let size = min(wanted, room / 1.1)
            guard size >= wanted * 0.6 else { return nil }
            let quality = nearest((key.complexity - log(size)) / Self.exponent)
            guard key.size(logStep: logSteps[quality]) <= Double(window.limit) else { return quality }
            return key.size(logStep: logSteps[quality]) <= room ? quality : nil
        }
        let even = window.evenSize(
            at: time, interval: Int64(interval.rounded()), planned: planned,
            keys: (framesToKey + 1, keyDistance, likelyKey), least: Int(framesPerWindow / 4))
        let target = max(min(even, room / 1.15), 1)
        guard target >= even * 0.35 else { return nil }
        let mean = log(zip(shares, layers).reduce(0) { $0 + $1.0 * exp($1.1.complexity) })
        // Finer by degrees: what is still for a moment may move in the next. Coarser at once.
        let step = max((mean - log(target)) / Self.exponent, lastLogStep - 3 / framesPerWindow)
        let quality = nearest(step)
        // At the coarsest it may still be too large.
        guard exp(mean - Self.exponent * logSteps[quality]) <= room else { return nil }
        return quality
    }

    /// Learns from a frame that was encoded.
    mutating func encoded(_ size: Int, isKeyFrame: Bool, layer: Int = 0, quality: Int) {
        let complexity = log(Double(max(size, 1))) + Self.exponent * logSteps[quality]
        if isKeyFrame {
            key.learn(complexity)
            if !layers[0].isKnown { lastLogStep = logSteps[quality] }
        } else {
            layers[layer].learn(complexity)
            lastLogStep = logSteps[quality]
        }
    }

    /// For a key frame that came out with so many bytes: the quality with which it is better encoded again, nil where it
    /// may stay. Nothing builds on one that is not sent.
    mutating func betterQuality(forKeyFrameOf size: Int, quality: Int, at time: Int64) -> Int? {
        let wanted = layers[0].isKnown ? largestKey : planned * 0.18
        var ratio = Double(size) / wanted
        if ratio <= 1.5, ratio >= 0.5 || layers[0].isKnown { ratio = 1 }
        // Rather a little coarser now than later.
        let room = Double(window.room(at: time))
        if Double(size) > room, Double(size) < room * 2 { ratio = max(ratio, Double(size) / room * 1.1) }
        guard ratio != 1 else { return nil }
        let better = nearest(logSteps[quality] + log(ratio) / Self.exponent)
        return better != quality ? better : nil
    }

    /// Counts a picture that was left out, so that one large frame does not hold back the rest forever.
    mutating func skipped() {
        for index in layers.indices { layers[index].fade() }
    }

    /// Counts a frame that was sent.
    mutating func sent(_ size: Int, at time: Int64) {
        window.spend(size, at: time)
    }

    /// Bytes that a frame may have at this time.
    mutating func room(at time: Int64) -> Int { window.room(at: time) }

    /// Follows the distance between pictures, which need not be the configured one.
    private mutating func note(_ time: Int64) {
        if let lastTime, time > lastTime {
            let passed = min(Double(time - lastTime), Double(window.windowTicks) / 2)
            interval += (passed - interval) * 0.1
        }
        lastTime = time
    }

    private func nearest(_ logStep: Double) -> Int {
        var best = qualities.lowerBound
        while best < qualities.upperBound, logSteps[best + 1] >= logStep { best += 1 }
        guard best < qualities.upperBound else { return best }
        return logSteps[best] - logStep < logStep - logSteps[best + 1] ? best : best + 1
    }
}

/// What is known of the frames of one kind: the logarithm of their size times the step's power.
private struct FrameSizeModel: Sendable {
    private(set) var complexity: Double
    private(set) var isKnown = false
    private var recent: (Double, Double)

    init(_ start: Double) {
        complexity = start
        recent = (start, start)
    }

    mutating func fade() {
        complexity -= 0.05
    }

    func size(logStep: Double) -> Double { exp(complexity - VideoRateControl.exponent * logStep) }

    /// The middle one of three counts, so that a single picture that stands still, or a cut, changes little.
    mutating func learn(_ value: Double) {
        if !isKnown { recent = (value, value) }
        let middle = max(min(recent.0, recent.1), min(max(recent.0, recent.1), value))
        complexity += (middle - complexity) * (isKnown ? 0.5 : 1)
        isKnown = true
        recent = (recent.1, value)
    }
}
