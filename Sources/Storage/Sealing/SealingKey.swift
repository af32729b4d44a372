/// A key of AES-256.
public struct SealingKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// Bytes of a key.
    public static let size = 32

    let bytes: [UInt8]

    /// The key of 32 bytes; nil for another count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == SealingKey.size else { return nil }
        self.bytes = bytes
    }

    /// The key of 64 hexadecimal digits; nil for anything else.
    public init?(hexadecimal: String) {
        guard let bytes = Hexadecimal.bytes(hexadecimal) else { return nil }
        self.init(bytes: bytes)
    }

    /// A new key.
    public static func random() -> SealingKey {
        SealingKey(trusted: SystemRandom.bytes(size))
    }

    private init(trusted bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Nothing of the key.
    public var description: String { "(key)" }

    /// Nothing of the key.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
