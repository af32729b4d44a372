/// A JSON text that has been read: its bytes, and a flat list of the values in it in the order of the text.
public struct JSONDocument: Sendable {
    /// What a value is.
    enum Kind: UInt8 {
        case null, boolFalse, boolTrue, number, string, escapedString, array, object
    }

    /// One value: where it stands, and where the next one after it (and all in it) is in the list.
    struct Node {
        var kind: Kind
        /// The first byte; of a string, its quote.
        var start: Int32
        /// The first byte behind it.
        var end: Int32
        /// The index of the first node that does not belong to it.
        var next: Int32
    }

    /// What a text may hold at most.
    public struct Bounds: Hashable, Sendable {
        /// Arrays and objects inside each other.
        public var depth: Int
        /// Values, names of members counted too.
        public var values: Int

        /// Bounds: 32 deep, 100,000 values.
        public init(depth: Int = 32, values: Int = 100_000) {
            self.depth = depth
            self.values = values
        }
    }

    /// The text that was read.
    public let bytes: [UInt8]
    let nodes: [Node]

    /// Reads a text of valid UTF-8, which must be one value and nothing besides but white space.
    public init(_ bytes: [UInt8], bounds: Bounds = Bounds()) throws(JSONError) {
        var reader = JSONReader(bounds: bounds)
        try reader.read(bytes.span)
        self.bytes = bytes
        nodes = reader.nodes
    }

    /// The value of the whole text.
    public var root: JSONValue { JSONValue(document: self, index: 0) }
}
