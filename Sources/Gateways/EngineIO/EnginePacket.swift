/// One packet, as it stands in a text: its type's digit and its data, or binary data alone.
public enum EnginePacket: Hashable, Sendable {
    /// A packet with the digit of its type in front.
    case text([UInt8])
    /// A binary message.
    case binary([UInt8])

    /// The digits of the types.
    enum Kind {
        static let open: UInt8 = 0x30
        static let close: UInt8 = 0x31
        static let ping: UInt8 = 0x32
        static let pong: UInt8 = 0x33
        static let message: UInt8 = 0x34
        static let upgrade: UInt8 = 0x35
        static let noop: UInt8 = 0x36
    }

    /// A packet without data.
    static func bare(_ kind: UInt8) -> EnginePacket { .text([kind]) }

    /// How many bytes it has in the body of a poll.
    var pollingCount: Int {
        switch self {
        case .text(let bytes): bytes.count
        case .binary(let bytes): 1 + (bytes.count + 2) / 3 * 4
        }
    }
}
