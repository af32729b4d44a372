/// A master key with its salt, from which the keys of a session are derived.
///
/// Its description does not show it.
public struct SRTPMasterKey: Hashable, Sendable, CustomStringConvertible {
    /// The suite that the key is for.
    public let suite: SRTPSuite
    /// The key, followed by the salt.
    public let bytes: [UInt8]

    /// A key of `suite.keyLength` bytes followed by a salt of `suite.saltLength`; nil with another length.
    public init?(suite: SRTPSuite, bytes: [UInt8]) {
        guard bytes.count == SRTPSuite.keyLength + suite.saltLength else { return nil }
        self.suite = suite
        self.bytes = bytes
    }

    /// The suite's name only.
    public var description: String { "\(suite.rawValue) key" }

    var key: ArraySlice<UInt8> { bytes[..<SRTPSuite.keyLength] }
    var salt: ArraySlice<UInt8> { bytes[SRTPSuite.keyLength...] }
}
