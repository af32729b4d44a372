/// The comment header that Ogg codecs share: who wrote the stream, and `NAME=value` pairs.
public struct VorbisComment: Sendable, Equatable {
    /// The program or library that made the stream.
    public var vendor: String
    /// `NAME=value` pairs.
    public var comments: [String]

    /// A comment header.
    public init(vendor: String = "media-relay", comments: [String] = []) {
        self.vendor = vendor
        self.comments = comments
    }

    /// Reads a comment header that follows `prefix` bytes of signature; nil where lengths do not add up. At most 256
    /// comments are kept.
    public init?(_ packet: RawSpan, prefix: Int) {
        var offset = prefix
        func text() -> String? {
            guard packet.byteCount - offset >= 4 else { return nil }
            let length = Int(packet.littleEndian32(offset))
            offset += 4
            guard length <= packet.byteCount - offset else { return nil }
            defer { offset += length }
            return packet.withUnsafeBytes { String(decoding: $0[offset..<(offset + length)], as: UTF8.self) }
        }
        guard let vendor = text(), packet.byteCount - offset >= 4 else { return nil }
        let count = Int(packet.littleEndian32(offset))
        offset += 4
        var comments: [String] = []
        for _ in 0..<min(count, 256) {
            guard let comment = text() else { return nil }
            comments.append(comment)
        }
        self.vendor = vendor
        self.comments = comments
    }

    /// The header's bytes after a signature, as in "OpusTags" or "\u{81}theora".
    public func bytes(signature: [UInt8]) -> [UInt8] {
        var bytes = signature
        for text in [vendor] {
            bytes.appendLittleEndian(UInt32(text.utf8.count))
            bytes.append(text: text)
        }
        bytes.appendLittleEndian(UInt32(comments.count))
        for text in comments {
            bytes.appendLittleEndian(UInt32(text.utf8.count))
            bytes.append(text: text)
        }
        return bytes
    }
}
