import Glibc

/// Chooses the quality of each frame so that frames come out near their share of the bitrate.
///
/// The libraries' own controls overshoot at low rates: their models need many frames, and take the time of pictures
/// that were left out for savings. Here the logarithm of the size is
/// taken as linear in the quality index, and each frame corrects the choice for the next of its kind.
struct VideoQualityControl: Sendable {
    /// In bit/s.
    var bitrate: Int
    private let framesPerSecond: Double
    /// Bytes saved (or overdrawn, if negative) against an even spending.
    private var saved = 0.0
    private var interQuality: Double
    private var keyQuality: Double

    /// How much the size grows with a step of quality: it doubles in about twelve steps.
    private static let growth = 0.058

    init(bitrate: Int, frameRate: FrameRate, pixels: Int) {
        self.bitrate = bitrate
        framesPerSecond = frameRate.value
        // A first guess from the bits that there are for a pixel.
        let bitsPerPixel = Double(bitrate) / frameRate.value / Double(pixels)
        interQuality = min(max(20 + 8 * log2(bitsPerPixel / 0.1), 0), 50)
        keyQuality = max(0, interQuality - 10)
    }

    private var share: Double { Double(bitrate) / 8 / framesPerSecond }

    /// Bytes that a key frame should have: as much as half a second.
    private var keyTarget: Double { max(share, Double(bitrate) / 16) }

    /// The quality for the next frame, 0 to 63.
    func quality(forKeyFrame isKey: Bool) -> Int {
        Int((isKey ? keyQuality : interQuality).rounded())
    }

    /// Learns from a frame that was encoded.
    mutating func encoded(_ size: Int, isKeyFrame: Bool, quality: Int) {
        saved += share - Double(size)
        let second = Double(bitrate) / 8
        saved = min(max(saved, -second), second / 2)
        if isKeyFrame {
            let error = log(keyTarget / Double(max(size, 1)))
            keyQuality = min(max(Double(quality) + error / Self.growth * 0.7, 0), 60)
        } else {
            let target = share * min(max(0.97 + 1.2 * saved / second, 0.35), 2)
            let error = log(target / Double(max(size, 1)))
            interQuality = min(max(interQuality + min(max(error / Self.growth * 0.3, -12), 5), 0), 60)
        }
    }

    /// Counts a picture that was left out.
    mutating func skipped() {
        saved = min(saved + share, Double(bitrate) / 16)
    }

    /// The quality for a frame that was too large, to become `size` at most.
    func coarser(than quality: Int, size: Int, limit: Int) -> Int {
        let steps = log(Double(size) / Double(max(limit, 1))) / Self.growth
        return max(0, quality - max(6, Int(steps.rounded(.up))))
    }
}
