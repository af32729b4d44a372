/// Writes samples into WAV files. Until the header is written over at the end it claims the largest length, so that a
/// file cut off anywhere plays up to there.
public struct WAVWriter: Sendable {
    private let format: PCMFormat
    private var dataSize: Int?
    private var written = 0

    /// Writes the file's header.
    public init(_ format: PCMFormat, to output: inout [UInt8]) {
        self.format = format
        output.append(contentsOf: headerBytes)
    }

    /// The header; after ``finish()`` with the true length, to be written over the first bytes.
    public var headerBytes: [UInt8] {
        let size = dataSize ?? Int(UInt32.max) - 36
        var bytes = Array("RIFF".utf8)
        bytes.appendLittleEndian(UInt32(clamping: size + 36))
        bytes.append(text: "WAVEfmt ")
        bytes.appendLittleEndian(UInt32(16))
        bytes.appendLittleEndian(UInt16(format.encoding == .int16 ? 1 : 3))
        bytes.appendLittleEndian(UInt16(clamping: format.channels))
        bytes.appendLittleEndian(UInt32(clamping: format.sampleRate))
        bytes.appendLittleEndian(UInt32(clamping: format.sampleRate * format.bytesPerFrame))
        bytes.appendLittleEndian(UInt16(clamping: format.bytesPerFrame))
        bytes.appendLittleEndian(UInt16(format.bytesPerFrame / format.channels * 8))
        bytes.append(text: "data")
        bytes.appendLittleEndian(UInt32(clamping: size))
        return bytes
    }

    /// Adds interleaved samples.
    public mutating func write(_ pcm: Span<Float>, to output: inout [UInt8]) {
        for index in 0..<pcm.count {
            switch format.encoding {
            case .int16: output.appendLittleEndian(PCMConversion.int16(pcm[index]))
            case .float32: output.appendLittleEndian(pcm[index].bitPattern)
            }
        }
        written += pcm.count * (format.bytesPerFrame / format.channels)
    }

    /// Adds interleaved samples given as the bytes of 32-bit floats.
    mutating func write(floats bytes: RawSpan, to output: inout [UInt8]) {
        for index in 0..<(bytes.byteCount / 4) {
            let sample = Float(bitPattern: bytes.littleEndian32(index * 4))
            switch format.encoding {
            case .int16: output.appendLittleEndian(PCMConversion.int16(sample))
            case .float32: output.appendLittleEndian(sample.bitPattern)
            }
        }
        written += bytes.byteCount / 4 * (format.bytesPerFrame / format.channels)
    }

    /// Ends the file: ``headerBytes`` tells the length from now on.
    public mutating func finish() {
        dataSize = written
    }
}
