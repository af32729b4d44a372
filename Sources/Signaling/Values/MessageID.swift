/// A message's id, unique beyond this one server: the time and a sequence number, then the random number of the server
/// that made it. Ids of one server grow.
public struct MessageID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970 in the upper 48 bits, a sequence number in the lower 16.
    public let sequence: UInt64
    /// The random number that a data folder got when it was made.
    public let server: UInt64

    /// An id of its two parts.
    public init(sequence: UInt64, server: UInt64) {
        self.sequence = sequence
        self.server = server
    }

    /// Reads what `description` writes; nil for anything else.
    public init?(_ text: String) {
        let digits = text.utf8
        guard digits.count == 32, digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }),
            let sequence = UInt64(text.prefix(16), radix: 16), let server = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(sequence: sequence, server: server)
    }

    /// 32 hexadecimal digits; their order as text is the order of the ids.
    public var description: String {
        MessageID.hexadecimal(sequence) + MessageID.hexadecimal(server)
    }

    /// Order of making, for ids of one server.
    public static func < (left: MessageID, right: MessageID) -> Bool {
        (left.sequence, left.server) < (right.sequence, right.server)
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
