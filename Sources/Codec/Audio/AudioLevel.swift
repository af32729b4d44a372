import Glibc

/// The loudness of a stretch of audio as RFC 6464 sends it: 0 (overload) to 127 (silence), in -dBov.
public struct AudioLevel: Sendable, Equatable, Comparable, RawRepresentable {
    /// -dBov: 0 is the loudest, 127 digital silence.
    public let rawValue: UInt8

    /// Nothing is quieter.
    public static let silence = AudioLevel(clamping: 127)

    /// A level between 0 and 127, nil otherwise.
    public init?(rawValue: UInt8) {
        guard rawValue <= 127 else { return nil }
        self.rawValue = rawValue
    }

    /// A level brought into 0...127.
    public init(clamping value: Int) {
        rawValue = UInt8(min(max(value, 0), 127))
    }

    /// Measures samples: the root of the mean square against that of the loudest square wave (RFC 6464 section 3).
    /// - Parameter pcm: samples, full scale at -1 and 1; channels interleaved or single.
    public init(of pcm: Span<Float>) {
        self.init(meanSquare: Self.meanSquare(of: pcm))
    }

    /// The level of a signal of this mean square, full scale being 1.
    public init(meanSquare: Float) {
        // 127 dB below full scale, and what is no number.
        guard meanSquare > 2e-13 else {
            self = .silence
            return
        }
        self.init(clamping: Int((-10 * log10f(meanSquare)).rounded()))
    }

    /// Louder levels, of smaller raw value, come later in the order.
    public static func < (left: AudioLevel, right: AudioLevel) -> Bool {
        left.rawValue > right.rawValue
    }

    /// The mean of the squares of the samples; 0 for none.
    static func meanSquare(of pcm: Span<Float>) -> Float {
        guard pcm.count > 0 else { return 0 }
        // Eight sums side by side, which the compiler turns into vector instructions.
        var sums = SIMD8<Float>.zero
        pcm.withUnsafeBytes { bytes in
            let whole = pcm.count / 8
            for index in 0..<whole {
                let part = bytes.loadUnaligned(fromByteOffset: index * 32, as: SIMD8<Float>.self)
                sums += part * part
            }
            for index in (whole * 8)..<pcm.count {
                let sample = bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
                sums[0] += sample * sample
            }
        }
        return sums.sum() / Float(pcm.count)
    }
}
