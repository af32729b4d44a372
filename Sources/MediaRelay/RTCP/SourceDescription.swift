/// A source description (RFC 3550, 6.5), of which the canonical name is what this module uses.
public struct SourceDescription: Equatable, Sendable {
    /// The number of sources described.
    public let count: Int
    private let body: Range<Int>

    /// The item type of a canonical name.
    static let canonicalName: UInt8 = 1

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        count = header.count
        body = header.body
        // The walk throws where an item does not fit.
        var chunks = Chunks(self)
        while try chunks.next(in: datagram) != nil {}
    }

    /// A described source with the place of its canonical name.
    public struct Chunk: Equatable, Sendable {
        /// The source.
        public var ssrc: UInt32
        /// Where its canonical name stands in the datagram, UTF-8, at most 255 bytes; nil when it is not given.
        public var canonicalName: Range<Int>?
    }

    /// Walks over the described sources.
    public struct Chunks: Sendable {
        private var remaining: Int
        private var offset: Int
        private let end: Int

        /// Begins at the first source.
        public init(_ description: SourceDescription) {
            remaining = description.count
            offset = description.body.lowerBound
            end = description.body.upperBound
        }

        /// The next source, or nil at the end.
        public mutating func next(in datagram: borrowing RawSpan) throws(RTCPError) -> Chunk? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            guard end - offset >= 4 else { throw .truncated }
            var chunk = Chunk(ssrc: datagram.uint32(at: offset), canonicalName: nil)
            let start = offset
            offset += 4
            while true {
                guard offset < end else { throw .truncated }
                let type = datagram.byte(at: offset)
                if type == 0 {
                    // The list ends with one to four zero bytes, up to the next word.
                    offset += 4 - (offset - start) % 4
                    guard offset <= end else { throw .truncated }
                    return chunk
                }
                guard end - offset >= 2 else { throw .truncated }
                let length = Int(datagram.byte(at: offset + 1))
                guard end - offset >= 2 + length else { throw .truncated }
                if type == SourceDescription.canonicalName, chunk.canonicalName == nil {
                    chunk.canonicalName = offset + 2..<offset + 2 + length
                }
                offset += 2 + length
            }
        }
    }

    /// Writes a description of one source by its canonical name (at most 255 bytes of UTF-8) at `cursor`, and moves
    /// `cursor` past it.
    public static func write(
        ssrc: UInt32, canonicalName name: borrowing RawSpan, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        guard name.byteCount <= 255 else { throw .invalidBody("a canonical name over 255 bytes") }
        let used = 4 + 2 + name.byteCount
        let padding = 4 - used % 4
        try RTCPHeader.write(
            packetType: RTCPPacketType.sourceDescription, count: 1, bodyLength: used + padding, into: &buffer,
            at: &cursor)
        buffer.store(ssrc, at: cursor)
        buffer.store(canonicalName, at: cursor + 4)
        buffer.store(UInt8(name.byteCount), at: cursor + 5)
        buffer.copy(copy name, at: cursor + 6)
        for index in 0..<padding { buffer.store(UInt8(0), at: cursor + used + index) }
        cursor += used + padding
    }
}
