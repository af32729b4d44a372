/// The three headers of a Theora stream, as the `configuration=` parameter of the SDP and packets in the stream carry them
/// (draft-barbato-avt-rtp-theora, 3; the form of RFC 5215, 3.2).
public struct TheoraConfiguration: Equatable, Sendable {
    /// The number by which payloads refer to it, 24 bits.
    public var identifier: UInt32
    /// The identification header.
    public var identification: [UInt8]
    /// The comment header. Always a whole one: where it came empty, as from ffmpeg, one without comments takes its place.
    public var comment: [UInt8]
    /// The setup header.
    public var setup: [UInt8]

    /// A configuration of three headers; nil where one is none of Theora's, or they are longer than can be packed. An empty
    /// or broken comment header is mended.
    public init?(identifier: UInt32, identification: [UInt8], comment: [UInt8], setup: [UInt8]) {
        guard Self.isHeader(identification, 0x80), Self.isHeader(setup, 0x82),
            identification.count + comment.count + setup.count <= 0xff00
        else { return nil }
        self.identifier = identifier & 0xff_ffff
        self.identification = identification
        self.comment = Self.isHeader(comment, 0x81) ? comment : Self.emptyComment
        self.setup = setup
    }

    /// Reads what a packet of the kind `configuration` holds: the lengths of the first two headers, then all three.
    public init?(identifier: UInt32, packed: [UInt8]) {
        var offset = 0
        guard let count = Self.number(packed, &offset), count == 2, let first = Self.number(packed, &offset),
            let second = Self.number(packed, &offset), first + second <= packed.count - offset
        else { return nil }
        let middle = offset + first
        self.init(
            identifier: identifier, identification: Array(packed[offset..<middle]),
            comment: Array(packed[middle..<middle + second]), setup: Array(packed[(middle + second)...]))
    }

    /// Reads the value of the parameter `configuration`: base64 of one or more packed configurations, of which the first
    /// is taken.
    public init?(parameter: String) {
        guard let bytes = Base64.decode(parameter[...]), bytes.count > 9 else { return nil }
        let count = bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        let identifier = bytes[4..<7].reduce(0) { $0 << 8 | UInt32($1) }
        // Only where more follow is the length needed, and writers do not agree on what it counts.
        guard count == 1 else { return nil }
        self.init(identifier: identifier, packed: Array(bytes[9...]))
    }

    /// What a packet of the kind `configuration` holds.
    public var packed: [UInt8] {
        [2] + Self.digits(identification.count) + Self.digits(comment.count) + identification + comment + setup
    }

    /// The value of the parameter `configuration`.
    public var parameter: String {
        let length = identification.count + comment.count + setup.count
        let heading: [UInt8] = [
            0, 0, 0, 1, UInt8(identifier >> 16), UInt8(identifier >> 8 & 0xff), UInt8(identifier & 0xff),
            UInt8(length >> 8), UInt8(length & 0xff),
        ]
        return Base64.encode(heading + packed)
    }

    /// The three headers, in the order in which a decoder takes them.
    public var headers: [[UInt8]] { [identification, comment, setup] }

    /// A comment header with an empty vendor and no comments.
    private static let emptyComment: [UInt8] = [0x81] + Array("theora".utf8) + [0, 0, 0, 0, 0, 0, 0, 0]

    private static func isHeader(_ bytes: [UInt8], _ type: UInt8) -> Bool {
        bytes.count > 7 && bytes[0] == type && bytes[1..<7].elementsEqual("theora".utf8)
    }

    /// A number of seven bits to a byte, the highest first, all but the last with the top bit set.
    private static func number(_ bytes: [UInt8], _ offset: inout Int) -> Int? {
        var value = 0
        for _ in 0..<3 {
            guard offset < bytes.count else { return nil }
            let byte = bytes[offset]
            offset += 1
            value = value << 7 | Int(byte & 0x7f)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    private static func digits(_ value: Int) -> [UInt8] {
        var digits = [UInt8(value & 0x7f)]
        var rest = value >> 7
        while rest > 0 {
            digits.insert(UInt8(rest & 0x7f) | 0x80, at: 0)
            rest >>= 7
        }
        return digits
    }
}
