/// A `#sendto` or `#broadcast` in its plainest form, which nearly all are: one space between the words, the text in quotes, and
/// nothing but printable ASCII without quotes and backslashes in it. Such a line is read where it lies, and its text passed on as it
/// is. Everything else, wrong or only unusual, is for ``LineWords``.
public enum LinePlainMessage {
    /// Where the parts of such a line lie.
    struct Parts {
        /// The receiver's name; empty for the room.
        var receiver: Range<Int>
        var text: Range<Int>
        /// Behind the line's end.
        var end: Int
    }

    private static let sendTo = word("#sendto ")
    private static let broadcast = word("#broadca")
    private static let broadcastRest = word("st \"\0\0\0\0")

    /// The line that begins at `start`, if it is whole and of this kind.
    static func find(in input: Span<UInt8>, from start: Int) -> Parts? {
        // The shortest: #sendto a "b" and a line feed.
        guard input.count &- start >= 14 else { return nil }
        let raw = input.bytes
        let first = raw.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
        let receiver: Range<Int>
        if first == sendTo {
            guard let end = nameEnd(in: input, from: start &+ 8) else { return nil }
            receiver = start &+ 8..<end
        } else if first == broadcast {
            let rest = raw.unsafeLoadUnaligned(fromByteOffset: start &+ 6, as: UInt64.self) >> 16
            guard rest & 0xFFFF_FFFF == broadcastRest & 0xFFFF_FFFF else { return nil }
            receiver = start &+ 11..<start &+ 11
        } else {
            return nil
        }
        return text(in: input, from: start, behind: receiver)
    }

    /// The end of a name that needs no quotes and is followed by a space and a quote.
    @inline(__always)
    private static func nameEnd(in input: Span<UInt8>, from start: Int) -> Int? {
        let most = min(input.count &- 1, start &+ 31)
        var index = start
        while index < most {
            let byte = input[unchecked: index]
            if byte == 0x20 { break }
            guard byte > 0x20, byte < 0x7F else { return nil }
            index &+= 1
        }
        guard index < most, index > start, input[unchecked: start] != quote, input[unchecked: index &+ 1] == quote
        else { return nil }
        return index
    }

    @inline(__always)
    private static func text(in input: Span<UInt8>, from start: Int, behind receiver: Range<Int>) -> Parts? {
        let begin = receiver.upperBound &+ (receiver.isEmpty ? 1 : 2)
        let most = min(input.count, start &+ LineFramer.capacity)
        // The text ends with the first byte that is special; only a quote that ends the line may be it.
        guard begin < most, let end = ByteScan.firstSpecial(in: input, begin..<most), end > begin,
            input[unchecked: end] == quote
        else { return nil }
        var feed = end &+ 1
        if feed < most, input[unchecked: feed] == 0x0D { feed &+= 1 }
        guard feed < most, input[unchecked: feed] == 0x0A else { return nil }
        return Parts(receiver: receiver, text: begin..<end, end: feed &+ 1)
    }

    /// Writes such a text behind the words before it, and ends the line.
    public static func write(prefix: [UInt8], _ text: Span<UInt8>, to output: inout [UInt8]) {
        output.append(contentsOf: prefix)
        // The pointer lives for one memcpy.
        text.withUnsafeBufferPointer { output.append(contentsOf: $0) }
        output.append(quote)
        output.append(0x0D)
        output.append(0x0A)
    }

    private static let quote = UInt8(ascii: "\"")

    /// Eight bytes as they are loaded from memory.
    private static func word(_ text: StaticString) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<min(8, text.utf8CodeUnitCount) {
            // A static string is memory of the program itself: its pointer is always valid.
            word |= UInt64(text.utf8Start[index]) << (8 * UInt64(index))
        }
        return UInt64(littleEndian: word)
    }
}
