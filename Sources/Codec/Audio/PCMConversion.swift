/// Between samples of -1...1 and 16-bit integers.
public enum PCMConversion {
    /// The nearest 16-bit integer, limited to their range; what is no number becomes 0.
    @inlinable
    public static func int16(_ sample: Float) -> Int16 {
        // floor(x + 0.5), which is how libspeex rounds.
        let scaled = (sample * 32_768 + 0.5).rounded(.down)
        guard scaled.isFinite else { return 0 }
        return Int16(min(max(scaled, -32_768), 32_767))
    }

    /// The sample in -1..<1.
    @inlinable
    public static func float(_ sample: Int16) -> Float {
        Float(sample) / 32_768
    }
}
