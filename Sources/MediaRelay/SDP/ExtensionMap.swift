/// A header extension and the identifier that packets give it (a=extmap; RFC 8285, 8).
public struct ExtensionMap: Equatable, Sendable {
    /// The local identifier: 1 to 14 in the one-byte layout, up to 255 in the other.
    public var identifier: UInt8
    /// Which way it is used, as the writer sees it; nil where the section's own direction holds.
    public var direction: MediaDirection?
    /// What the extension is.
    public var uri: String

    /// An extension of the given values.
    public init(identifier: UInt8, direction: MediaDirection? = nil, uri: String) {
        self.identifier = identifier
        self.direction = direction
        self.uri = uri
    }

    /// Reads the attribute's value, such as `1/recvonly urn:ietf:params:rtp-hdrext:ssrc-audio-level`.
    public init?(_ value: String) {
        let words = value.split(separator: " ", maxSplits: 2)
        guard words.count >= 2 else { return nil }
        let parts = words[0].split(separator: "/", maxSplits: 1)
        guard let first = parts.first, let identifier = UInt8(first), identifier > 0 else { return nil }
        var direction: MediaDirection?
        if parts.count == 2 {
            guard let named = MediaDirection(rawValue: String(parts[1])) else { return nil }
            direction = named
        }
        self.init(identifier: identifier, direction: direction, uri: String(words[1]))
    }

    /// The attribute's value.
    public var value: String {
        "\(identifier)" + (direction.map { "/\($0.rawValue)" } ?? "") + " \(uri)"
    }
}
