/// A key for SRTP in a description (a=crypto; RFC 4568).
public struct CryptoAttribute: Equatable, Sendable {
    /// The number by which the answer names the attribute that it takes.
    public var tag: Int
    /// The master key and its suite.
    public var key: SRTPMasterKey

    /// An attribute with a key.
    public init(tag: Int, key: SRTPMasterKey) {
        self.tag = tag
        self.key = key
    }

    /// Reads the attribute's value, such as `1 AES_CM_128_HMAC_SHA1_80 inline:…`. Nil for a suite that is not known, a key of
    /// the wrong length, several keys or a key identifier (MKI), and session parameters that must be obeyed but are not
    /// known. The lifetime of a key, and the hint for the window's size, are read over.
    public init?(_ value: String) {
        let words = value.split(separator: " ", maxSplits: 16)
        guard words.count >= 3, words[0].utf8.count <= 9, let tag = Int(words[0]), tag >= 0,
            let suite = SRTPSuite(rawValue: String(words[1])), words[2].hasPrefix("inline:")
        else { return nil }
        let parts = words[2].dropFirst(7).split(separator: "|", omittingEmptySubsequences: false)
        guard let bytes = Base64.decode(parts[0]), let key = SRTPMasterKey(suite: suite, bytes: bytes),
            parts.count <= 2, !words[2].contains(";"), !(parts.count == 2 && parts[1].contains(":")),
            words[3...].allSatisfy({ $0.hasPrefix("-") || $0.hasPrefix("WSH=") })
        else { return nil }
        self.init(tag: tag, key: key)
    }

    /// The attribute's value.
    public var value: String { "\(tag) \(key.suite.rawValue) inline:\(Base64.encode(key.bytes))" }
}

extension MediaDescription {
    /// The keys of the section that can be used, in their order.
    public var cryptoAttributes: [CryptoAttribute] {
        attributes.compactMap { $0.name == "crypto" ? $0.value.flatMap { CryptoAttribute($0) } : nil }
    }
}
