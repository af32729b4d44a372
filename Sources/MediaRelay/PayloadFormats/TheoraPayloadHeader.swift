/// The four bytes at the head of every Theora payload (draft-barbato-avt-rtp-theora, 2.2; the form of RFC 5215, 2.2).
public struct TheoraPayloadHeader: Equatable, Sendable {
    /// The length of the header in bytes.
    public static let length = 4

    /// Where the payload stands in its packet of Theora.
    public enum Fragment: UInt8, Sendable {
        /// One or more whole packets.
        case whole = 0
        /// The first part of one.
        case start = 1
        /// A part between.
        case continuation = 2
        /// The last part.
        case end = 3
    }

    /// What the payload holds.
    public enum Kind: UInt8, Sendable {
        /// Pictures.
        case data = 0
        /// The three headers, packed: what a decoder is set up with.
        case configuration = 1
        /// A comment header of the older form, which is of no use.
        case comment = 2
    }

    /// The configuration that the data belongs to, 24 bits.
    public var identifier: UInt32
    /// Whole packets or a part of one.
    public var fragment: Fragment
    /// What the payload holds.
    public var kind: Kind
    /// The number of whole packets, 1 to 15; 0 in a part.
    public var count: Int

    /// A header of the given values.
    public init(identifier: UInt32, fragment: Fragment, kind: Kind, count: Int) {
        self.identifier = identifier & 0xff_ffff
        self.fragment = fragment
        self.kind = kind
        self.count = count
    }

    /// Reads the header of a payload.
    public init(parsing payload: borrowing RawSpan) throws(RTPError) {
        guard payload.byteCount >= Self.length else { throw .truncated }
        let flags = payload.byte(at: 3)
        guard let fragment = Fragment(rawValue: flags >> 6), let kind = Kind(rawValue: flags >> 4 & 3) else {
            throw .invalidPayload("a reserved kind of Theora data")
        }
        self.init(identifier: payload.uint24(at: 0), fragment: fragment, kind: kind, count: Int(flags & 15))
        guard (fragment == .whole) == (count > 0) else {
            throw .invalidPayload("a number of Theora packets that does not go with the fragment")
        }
    }

    /// Writes the header at `cursor` and moves `cursor` past it.
    public func write(into buffer: inout MutableRawSpan, at cursor: inout Int) throws(RTPError) {
        guard buffer.byteCount - cursor >= Self.length else { throw .bufferTooSmall }
        buffer.store(uint24: identifier, at: cursor)
        buffer.store(fragment.rawValue << 6 | kind.rawValue << 4 | UInt8(count & 15), at: cursor + 3)
        cursor += Self.length
    }
}
