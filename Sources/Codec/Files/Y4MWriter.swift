/// Writes 4:2:0 pictures into YUV4MPEG2 files.
public struct Y4MWriter: Sendable {
    private let format: PictureFormat

    /// Writes the file's header.
    public init(_ format: PictureFormat, to output: inout [UInt8]) {
        self.format = format
        let rate = format.frameRate
        output.append(
            text:
                "YUV4MPEG2 W\(format.width) H\(format.height) F\(rate.numerator):\(rate.denominator) Ip A1:1 C420jpeg\n"
        )
    }

    /// Adds a picture of the file's size.
    public func write(_ picture: borrowing Picture, to output: inout [UInt8]) throws(CodecError) {
        guard picture.width == format.width, picture.height == format.height else { throw .wrongInputSize }
        output.append(text: "FRAME\n")
        picture.withBytes { bytes in bytes.withUnsafeBytes { output.append(contentsOf: $0) } }
    }

    /// Adds a picture given as the bytes of its planes.
    func write(planes: RawSpan, to output: inout [UInt8]) {
        output.append(text: "FRAME\n")
        planes.withUnsafeBytes { output.append(contentsOf: $0) }
    }
}
