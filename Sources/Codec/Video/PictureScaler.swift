/// Scales pictures to one size: each output pixel is the mean of the input that it covers, or lies between its
/// neighbours where there is less input than output.
///
/// Nothing is allocated while the input's size stays the same.
public struct PictureScaler: ~Copyable, Sendable {
    /// In pixels.
    public let width: Int
    /// In pixels.
    public let height: Int

    private var taps: [AxisTaps] = []
    private var sourceWidth = 0
    private var sourceHeight = 0
    private var row: [UInt16] = []

    /// A scaler to this size.
    public init(width: Int, height: Int) throws(CodecError) {
        guard PictureFormat.isAcceptable(width: width, height: height) else {
            throw .invalidConfiguration("a picture of \(width)×\(height)")
        }
        self.width = width
        self.height = height
    }

    /// Scales a picture of any size into `target`, which gets this scaler's size.
    public mutating func scale(_ source: borrowing Picture, into target: inout Picture) throws(CodecError) {
        if source.width == width, source.height == height { return try target.copy(from: source) }
        try target.resize(width: width, height: height)
        if source.width != sourceWidth || source.height != sourceHeight {
            sourceWidth = source.width
            sourceHeight = source.height
            taps = [
                AxisTaps(from: source.width, to: width), AxisTaps(from: source.height, to: height),
                AxisTaps(from: source.chromaWidth, to: target.chromaWidth),
                AxisTaps(from: source.chromaHeight, to: target.chromaHeight),
            ]
            row = [UInt16](repeating: 0, count: max(source.width, width))
        }
        for index in 0..<3 {
            let (from, fromWidth, _) = source.plane(index)
            let (to, toWidth, toHeight) = target.plane(index)
            let horizontal = index == 0 ? 0 : 2
            for line in 0..<toHeight {
                mixRows(from, width: fromWidth, line: line, axis: horizontal + 1)
                mixColumns(into: to + line * toWidth, count: toWidth, axis: horizontal)
            }
        }
    }

    /// One row as high as an output row, from those that it covers; 16 bits, so that rounding happens once.
    private mutating func mixRows(_ plane: UnsafeMutablePointer<UInt8>, width: Int, line: Int, axis: Int) {
        let first = taps[axis].firsts[line]
        let range = taps[axis].ranges[line]
        taps[axis].weights.withUnsafeBufferPointer { weights in
            row.withUnsafeMutableBufferPointer { row in
                for column in 0..<width {
                    var sum: UInt32 = 0
                    for index in range {
                        sum +=
                            UInt32(weights[index]) * UInt32(plane[(first + index - range.lowerBound) * width + column])
                    }
                    row[column] = UInt16(truncatingIfNeeded: min((sum + 32) >> 6, 65_535))
                }
            }
        }
    }

    private func mixColumns(into output: UnsafeMutablePointer<UInt8>, count: Int, axis: Int) {
        let axis = taps[axis]
        axis.weights.withUnsafeBufferPointer { weights in
            row.withUnsafeBufferPointer { row in
                for column in 0..<count {
                    let range = axis.ranges[column]
                    let first = axis.firsts[column] - range.lowerBound
                    var sum: UInt64 = 0
                    for index in range { sum += UInt64(weights[index]) * UInt64(row[first + index]) }
                    output[column] = UInt8(truncatingIfNeeded: min((sum + (1 << 21)) >> 22, 255))
                }
            }
        }
    }
}

/// For each output position along one axis, which input positions count how much. Weights add up to 16,384.
private struct AxisTaps: Sendable {
    var firsts: [Int] = []
    var ranges: [Range<Int>] = []
    var weights: [UInt16] = []

    init(from source: Int, to target: Int) {
        let step = Double(source) / Double(target)
        let reach = max(step, 1)
        for position in 0..<target {
            let centre = (Double(position) + 0.5) * step - 0.5
            let first = max(0, Int((centre - reach).rounded(.down)) + 1)
            let last = min(source - 1, Int((centre + reach).rounded(.up)) - 1)
            let raw = (first...max(first, last)).map { max(0, 1 - abs(Double($0) - centre) / reach) }
            let total = raw.reduce(0, +)
            var parts = raw.map { total > 0 ? Int(($0 / total * 16_384).rounded()) : 0 }
            let heaviest = parts.indices.max { parts[$0] < parts[$1] } ?? 0
            parts[heaviest] += 16_384 - parts.reduce(0, +)
            firsts.append(first)
            ranges.append(weights.count..<(weights.count + parts.count))
            weights += parts.map { UInt16(clamping: $0) }
        }
    }
}
