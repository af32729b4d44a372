import COpenSSL
import Signaling

/// MD5 (RFC 1321), which protocols of their time sign in with. Nothing here relies on it: what is stored is hashed again.
enum MessageDigest5 {
    /// 32 lower-case hexadecimal digits; nil where the library refuses MD5.
    static func hexadecimal(_ bytes: [UInt8]) -> String? {
        var digest = [UInt8](repeating: 0, count: 16)
        var count: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &digest, &count, EVP_md5(), nil) == 1, count == 16 else { return nil }
        return Hexadecimal.text(digest)
    }
}
