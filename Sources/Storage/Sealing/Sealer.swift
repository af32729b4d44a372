import COpenSSL
import Signaling

/// Seals columns with AES-256-GCM (NIST SP 800-38D): a byte that names the key, a random nonce of 96 bits, the ciphertext, a tag
/// of 128 bits. What is sealed is bound to its place, so that a row's ciphertext does not open in another row.
public final class Sealer: Sendable {
    /// What a sealed text is; part of what the tag covers.
    enum Purpose: UInt8 {
        case check = 1
        case email = 2
        case message = 3
        case post = 4
        case password = 5
    }

    /// OpenSSL's state with the key in it, which costs more to make than a short text to seal.
    ///
    /// Unchecked, since it holds pointers: they are touched only under the monitor that holds the value.
    private struct Ciphers: @unchecked Sendable {
        let encrypting: OpaquePointer
        let decrypting: OpaquePointer
        /// Random bytes to come: one call of the generator gives many nonces.
        var random: [UInt8] = []
    }

    private static let nonceSize = 12
    private static let tagSize = 16
    private static let noncesAtOnce = 64
    private static let passwordPrefix = "sealed$"

    /// The byte before what this key sealed.
    let id: UInt8
    private let ciphers: Monitor<Ciphers>

    /// Nil where OpenSSL has no AES-GCM.
    init?(key: SealingKey, id: UInt8) {
        guard let cipher = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else { return nil }
        defer { EVP_CIPHER_free(cipher) }
        guard let encrypting = EVP_CIPHER_CTX_new() else { return nil }
        guard let decrypting = EVP_CIPHER_CTX_new() else {
            EVP_CIPHER_CTX_free(encrypting)
            return nil
        }
        self.id = id
        ciphers = Monitor(Ciphers(encrypting: encrypting, decrypting: decrypting))
        guard EVP_EncryptInit_ex2(encrypting, cipher, key.bytes, nil, nil) == 1,
            EVP_DecryptInit_ex2(decrypting, cipher, key.bytes, nil, nil) == 1
        else { return nil }
    }

    deinit {
        ciphers.change { ciphers in
            EVP_CIPHER_CTX_free(ciphers.encrypting)
            EVP_CIPHER_CTX_free(ciphers.decrypting)
        }
    }

    /// Seals bytes for a place; nil where OpenSSL fails.
    func seal(_ plain: [UInt8], _ purpose: Purpose, _ number: Int64) -> [UInt8]? {
        let place = Self.place(purpose, number)
        let start = 1 + Self.nonceSize
        var sealed = [UInt8](repeating: id, count: start + plain.count + Self.tagSize)
        let isDone = ciphers.change { ciphers in
            if ciphers.random.isEmpty { ciphers.random = SystemRandom.bytes(Self.nonceSize * Self.noncesAtOnce) }
            sealed.replaceSubrange(1..<start, with: ciphers.random.suffix(Self.nonceSize))
            ciphers.random.removeLast(Self.nonceSize)
            let context = ciphers.encrypting
            var count: Int32 = 0
            return sealed.withUnsafeMutableBufferPointer { buffer -> Bool in
                guard let base = buffer.baseAddress else { return false }
                let body = base + start
                return EVP_EncryptInit_ex2(context, nil, nil, base + 1, nil) == 1
                    && EVP_EncryptUpdate(context, nil, &count, place, Int32(place.count)) == 1
                    && (plain.isEmpty || EVP_EncryptUpdate(context, body, &count, plain, Int32(plain.count)) == 1)
                    && EVP_EncryptFinal_ex(context, body + plain.count, &count) == 1
                    && EVP_CIPHER_CTX_ctrl(
                        context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagSize), body + plain.count) == 1
            }
        }
        return isDone ? sealed : nil
    }

    /// Opens what was sealed for a place; nil where the key is another, the place is another, or a bit was changed.
    func open(_ sealed: [UInt8], _ purpose: Purpose, _ number: Int64) -> [UInt8]? {
        let start = 1 + Self.nonceSize
        let size = sealed.count - start - Self.tagSize
        guard size >= 0, sealed[0] == id else { return nil }
        let place = Self.place(purpose, number)
        var tag = Array(sealed.suffix(Self.tagSize))
        var plain = [UInt8](repeating: 0, count: size)
        let isRight = ciphers.change { ciphers in
            let context = ciphers.decrypting
            var count: Int32 = 0
            return sealed.withUnsafeBufferPointer { buffer -> Bool in
                guard let base = buffer.baseAddress else { return false }
                return EVP_DecryptInit_ex2(context, nil, nil, base + 1, nil) == 1
                    && EVP_DecryptUpdate(context, nil, &count, place, Int32(place.count)) == 1
                    && (size == 0 || EVP_DecryptUpdate(context, &plain, &count, base + start, Int32(size)) == 1)
                    && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagSize), &tag) == 1
                    && EVP_DecryptFinal_ex(context, nil, &count) == 1
            }
        }
        return isRight ? plain : nil
    }

    /// A password that can be had back: `sealed$` and hexadecimal digits.
    func sealPassword(_ secret: [UInt8]) -> PasswordVerifier? {
        seal(secret, .password, 0).map { PasswordVerifier(Self.passwordPrefix + Hexadecimal.text($0)) }
    }

    /// Opens a password that is none, for the time it takes.
    func openDecoy() {
        _ = open([id] + [UInt8](repeating: 0, count: Self.nonceSize + Self.tagSize + 12), .password, 0)
    }

    /// The password of what `sealPassword` made; nil for anything else.
    func openPassword(_ verifier: PasswordVerifier) -> [UInt8]? {
        guard verifier.text.hasPrefix(Self.passwordPrefix),
            let sealed = Hexadecimal.bytes(verifier.text.dropFirst(Self.passwordPrefix.utf8.count))
        else { return nil }
        return open(sealed, .password, 0)
    }

    /// The purpose and the row's number.
    private static func place(_ purpose: Purpose, _ number: Int64) -> [UInt8] {
        [purpose.rawValue] + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * Int64($0))) }
    }
}
