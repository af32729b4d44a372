/// One conversation between a MIM client and a user of another protocol, as lines in UTF-8, each ended by LF: whoever connects says
/// their name in the first line, and every later line is a private message.
public struct MIMChat: Sendable {
    /// The longest line, its end not counted.
    public static let longestLine = 1000

    /// What a line is.
    public enum Line: Hashable, Sendable {
        /// The name of whoever has connected.
        case name(String)
        /// A message.
        case message(String)
    }

    private var partial: [UInt8] = []
    private var expectsName: Bool

    /// A conversation.
    ///
    /// - Parameter isIncoming: whether the client has connected to us, so that it says its name.
    public init(isIncoming: Bool) {
        expectsName = isIncoming
    }

    /// Takes what was read.
    ///
    /// - Parameter handle: takes each line that is whole; false to look at no more of them.
    /// - Returns: false where the conversation has to end: a line is too long or not UTF-8.
    public mutating func receive(_ input: Span<UInt8>, handle: (Line) -> Bool) -> Bool {
        for index in input.indices {
            let byte = input[index]
            guard byte == 0x0A else {
                guard partial.count < Self.longestLine else { return false }
                partial.append(byte)
                continue
            }
            if partial.last == 0x0D { partial.removeLast() }
            guard let text = String(validating: partial, as: UTF8.self) else { return false }
            partial.removeAll(keepingCapacity: true)
            let line = expectsName ? Line.name(text) : .message(text)
            expectsName = false
            guard handle(line) else { return true }
        }
        return true
    }

    /// A text as lines: cut at its line breaks, and where a line would be too long.
    public static func encode(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var length = 0
        for character in text {
            if character.isNewline {
                bytes.append(0x0A)
                length = 0
                continue
            }
            // Nothing but a line break ends a line on the other side, whatever the character holds.
            let encoded = character.utf8.filter { $0 != 0x0A }
            if length + encoded.count > longestLine, length > 0 {
                bytes.append(0x0A)
                length = 0
            }
            guard encoded.count <= longestLine else { continue }
            bytes.append(contentsOf: encoded)
            length += encoded.count
        }
        bytes.append(0x0A)
        return bytes
    }
}
