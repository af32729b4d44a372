/// Cuts a TCP stream into lines: CRLF ends a line, and a bare LF does too.
///
/// The bytes of the current line are gathered in a buffer that the caller owns and uses again for the next line, so that
/// framing copies each line once and allocates nothing in the steady state. What is answered does not depend on how the
/// network cut the stream.
public struct LineFramer: Sendable {
    /// The number of bytes without an LF among them at which the sender is told so and cut off.
    public static let capacity = 1_000

    /// What the input held.
    public enum Step: Sendable, Equatable {
        /// A whole line is in the buffer, without its CRLF or LF.
        case line
        /// The input is used up; the line goes on in the next one.
        case more
        /// `capacity` bytes have come without an LF.
        case overflow
    }

    /// Makes a framer; it keeps no state of its own beyond what is in the caller's buffer.
    public init() {}

    /// Moves bytes from the input to the line until the line ends.
    ///
    /// - Parameters:
    ///   - input: what was read from the connection.
    ///   - offset: where to go on in `input`; moved behind what was used.
    ///   - line: the line so far; the caller empties it after each `.line`.
    public func next(in input: Span<UInt8>, from offset: inout Int, into line: inout [UInt8]) -> Step {
        let end = min(input.count, offset + Self.capacity - line.count)
        guard let feed = ByteScan.first(0x0A, in: input, offset..<end) else {
            Self.append(input, offset..<end, to: &line)
            offset = end
            return line.count >= Self.capacity ? .overflow : .more
        }
        Self.append(input, offset..<feed, to: &line)
        offset = feed + 1
        if line.last == 0x0D { line.removeLast() }
        return .line
    }

    private static func append(_ input: Span<UInt8>, _ range: Range<Int>, to line: inout [UInt8]) {
        guard !range.isEmpty else { return }
        // The pointer lives for one memcpy; an element-wise loop over the span is many times as dear.
        input.extracting(range).withUnsafeBufferPointer { line.append(contentsOf: $0) }
    }
}
