/// One line and the words it consists of. Made once for each connection and used again for every line.
///
/// Quotes and escapes are resolved in place: a word never grows, so the words are ranges of the line's own bytes.
public struct LineWords: Sendable {
    /// The line's bytes; after `split`, with quotes taken off and escapes resolved inside the words' ranges.
    public var bytes: [UInt8] = []
    /// The number of words.
    public private(set) var count = 0
    /// Where the first words lie. No command takes more, so of further ones only the number counts.
    private var ranges = InlineArray<6, Range<Int>>(repeating: 0..<0)

    /// Makes an empty line.
    public init() {}

    /// Where a word, one of the first six, lies in `bytes`; nil where the line has fewer words.
    public subscript(index: Int) -> Range<Int>? {
        index < min(count, ranges.count) ? ranges[index] : nil
    }

    /// A copy of a word's bytes; nil where there is no such word.
    public func word(_ index: Int) -> [UInt8]? {
        self[index].map { Array(bytes[$0]) }
    }

    /// Forgets the line and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Splits the line into words.
    ///
    /// - Returns: false for a line that is wrong: not UTF-8, a control character other than tab, an escape other than `\"`
    ///   and `\\`, an unclosed quote, or text right after a closing quote.
    public mutating func split() -> Bool {
        count = 0
        guard LineText.isClean(bytes.span) else { return false }
        var index = 0
        let end = bytes.count
        while true {
            while index < end, Self.isBlank(bytes[index]) { index += 1 }
            guard index < end else { return true }
            if bytes[index] == UInt8(ascii: "\"") {
                guard let close = unquote(from: index + 1) else { return false }
                index = close + 1
                guard index == end || Self.isBlank(bytes[index]) else { return false }
            } else {
                let start = index
                index = ByteScan.first(0x20, or: 0x09, in: bytes.span, start..<end) ?? end
                append(start..<index)
            }
        }
    }

    /// Takes the quoted word whose text begins at `start`, and gives the index of the quote that closes it.
    private mutating func unquote(from start: Int) -> Int? {
        var read = start
        var write = start
        while let mark = ByteScan.first(UInt8(ascii: "\""), or: UInt8(ascii: "\\"), in: bytes.span, read..<bytes.count)
        {
            if write != read {
                for index in read..<mark { bytes[write + index - read] = bytes[index] }
            }
            write += mark - read
            if bytes[mark] == UInt8(ascii: "\"") {
                append(start..<write)
                return mark
            }
            guard mark + 1 < bytes.count, Self.isEscapable(bytes[mark + 1]) else { return nil }
            bytes[write] = bytes[mark + 1]
            write += 1
            read = mark + 2
        }
        return nil
    }

    private mutating func append(_ range: Range<Int>) {
        if count < ranges.count { ranges[count] = range }
        count += 1
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isEscapable(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") }
}
