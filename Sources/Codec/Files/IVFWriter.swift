/// Writes VP8 into IVF files. Cut off anywhere, the whole frames before the cut play.
public struct IVFWriter: Sendable {
    private let header: VP8StreamHeader
    private var end: Int64 = 0

    /// Writes the file's header.
    public init(_ header: VP8StreamHeader, to output: inout [UInt8]) {
        self.header = header
        output.append(contentsOf: headerBytes)
    }

    /// The header as it should be at the end: with the length in ticks. Written over the first bytes where the output
    /// can be, it lets players know the length at once.
    public var headerBytes: [UInt8] {
        var bytes = Array("DKIF".utf8)
        bytes.appendLittleEndian(UInt16(0))
        bytes.appendLittleEndian(UInt16(32))
        bytes.append(text: "VP80")
        bytes.appendLittleEndian(UInt16(clamping: header.width))
        bytes.appendLittleEndian(UInt16(clamping: header.height))
        bytes.appendLittleEndian(UInt32(clamping: header.clock.denominator))
        bytes.appendLittleEndian(UInt32(clamping: header.clock.numerator))
        bytes.appendLittleEndian(UInt32(clamping: end))
        bytes.appendLittleEndian(UInt32(0))
        return bytes
    }

    /// Adds a frame that begins at `start` and lasts `duration` ticks of the clock.
    public mutating func write(_ frame: RawSpan, start: Int64, duration: Int64 = 1, to output: inout [UInt8]) {
        output.appendLittleEndian(UInt32(clamping: frame.byteCount))
        output.appendLittleEndian(UInt64(clamping: start))
        frame.withUnsafeBytes { output.append(contentsOf: $0) }
        end = max(end, start + duration)
    }
}
