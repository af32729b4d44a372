import COpenSSL

/// The secret that tokens are signed with: HMAC with SHA-256 (RFC 2104).
struct TokenKey: Sendable {
    /// Bytes of a key.
    static let size = 32

    private let bytes: [UInt8]

    /// Takes a key of ``size`` bytes; nil for another number.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    /// The code of 32 bytes that proves a text.
    func authenticationCode(for text: some Collection<UInt8>) -> [UInt8] {
        let message = Array(text)
        var code = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let made = HMAC(EVP_sha256(), bytes, Int32(bytes.count), message, message.count, &code, &length)
        precondition(made != nil && length == 32, "OpenSSL has no HMAC-SHA256")
        return code
    }

    /// Whether a code proves a text, in a time that does not tell where it differs.
    func isAuthentic(_ code: [UInt8], for text: some Collection<UInt8>) -> Bool {
        let expected = authenticationCode(for: text)
        return code.count == expected.count && CRYPTO_memcmp(code, expected, expected.count) == 0
    }
}
