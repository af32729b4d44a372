/// The name of a user, a room, a message group or a board message: 1 to 30 bytes of UTF-8 without control characters,
/// case-sensitive. A value of this type is always valid.
public struct Name: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The most bytes that a name may have.
    public static let maximumBytes = 30

    /// The name's text.
    public let text: String

    /// Nil where the text is empty, longer than 30 bytes, or holds a control character (C0, DEL, C1).
    public init?(_ text: String) {
        let bytes = text.utf8.count
        guard bytes >= 1, bytes <= Name.maximumBytes, !Name.hasControl(text) else { return nil }
        self.text = text
    }

    private init(trusted text: String) {
        self.text = text
    }

    /// The room in which everyone starts. It never expires and belongs to nobody.
    public static let home = Name(trusted: "Home")

    /// The name's text.
    public var description: String { text }

    /// Order by the bytes of the names, the same on every machine.
    public static func < (left: Name, right: Name) -> Bool {
        left.text < right.text
    }

    private static func hasControl(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || ($0.value >= 0x7F && $0.value < 0xA0) }
    }
}
