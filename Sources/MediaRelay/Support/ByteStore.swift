/// Bytes reserved once, into which payloads are copied at places of the owner's choice.
///
/// The one spot outside the IO shell that touches memory by address: moving a payload byte by byte through checked subscripts costs more than the rest of a
/// packet's handling, so the range is checked once here and the bytes are moved together.
struct ByteStore {
    private var bytes: [UInt8]

    /// Reserves `capacity` bytes of zeros.
    init(capacity: Int) {
        bytes = [UInt8](repeating: 0, count: capacity)
    }

    /// Bytes reserved.
    var capacity: Int { bytes.count }

    /// Copies `source` to `offset`.
    mutating func copy(_ source: RawSpan, to offset: Int) {
        precondition(offset >= 0 && offset + source.byteCount <= bytes.count, "outside the store")
        source.withUnsafeBytes { source in
            bytes.withUnsafeMutableBytes { target in
                UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + source.count]).copyMemory(from: source)
            }
        }
    }

    /// Moves the bytes of `range` to `offset`; the two may overlap.
    mutating func move(_ range: Range<Int>, to offset: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "outside the store")
        precondition(offset >= 0 && offset + range.count <= bytes.count, "outside the store")
        bytes.withUnsafeMutableBytes { all in
            UnsafeMutableRawBufferPointer(rebasing: all[offset..<offset + range.count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: all[range]))
        }
    }

    /// Makes room for at least `capacity` bytes, keeping what is there.
    mutating func grow(to capacity: Int) {
        if capacity > bytes.count { bytes.append(contentsOf: repeatElement(0, count: capacity - bytes.count)) }
    }

    /// Lends the bytes of `range` to `body`.
    @inline(__always)
    func read<Result>(_ range: Range<Int>, _ body: (RawSpan) -> Result) -> Result {
        body(bytes.span.bytes.extracting(range))
    }

    /// Lends the bytes of `range` to `body`, to be written.
    @inline(__always)
    mutating func write<Result>(_ range: Range<Int>, _ body: (inout MutableRawSpan) -> Result) -> Result {
        var span = bytes.mutableSpan
        var all = span.mutableBytes
        var part = all._mutatingExtracting(range)
        return body(&part)
    }
}
