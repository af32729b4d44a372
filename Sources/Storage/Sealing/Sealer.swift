import COpenSSL
import Signaling

/// Seals columns with AES-256-GCM (NIST SP 800-38D): a byte that names the key, a random nonce of 96 bits, the ciphertext, a tag
/// of 128 bits. What is sealed is bound to its place, so that a row's ciphertext does not open in another row.
///
/// Unchecked, since the cipher is a pointer of OpenSSL's: it is fetched once, never changed, and OpenSSL allows its use by many
/// threads.
public final class Sealer: @unchecked Sendable {
    /// What a sealed text is; part of what the tag covers.
    enum Purpose: UInt8 {
        case check = 1
        case email = 2
        case message = 3
        case post = 4
        case password = 5
    }

    private static let nonceSize = 12
    private static let tagSize = 16
    private static let passwordPrefix = "sealed$"

    /// The byte before what this key sealed.
    let id: UInt8
    private let key: SealingKey
    private let cipher: OpaquePointer

    /// Nil where OpenSSL has no AES-GCM.
    init?(key: SealingKey, id: UInt8) {
        guard let cipher = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else { return nil }
        self.cipher = cipher
        self.key = key
        self.id = id
    }

    deinit {
        EVP_CIPHER_free(cipher)
    }

    /// Seals bytes for a place; nil where OpenSSL fails.
    func seal(_ plain: [UInt8], _ purpose: Purpose, _ number: Int64) -> [UInt8]? {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        let nonce = SystemRandom.bytes(Self.nonceSize)
        let place = Self.place(purpose, number)
        var sealed = [id] + nonce + [UInt8](repeating: 0, count: plain.count + Self.tagSize)
        let start = 1 + Self.nonceSize
        var count: Int32 = 0
        let isDone = sealed.withUnsafeMutableBufferPointer { buffer -> Bool in
            guard let base = buffer.baseAddress else { return false }
            let body = base + start
            return EVP_EncryptInit_ex2(context, cipher, key.bytes, nonce, nil) == 1
                && EVP_EncryptUpdate(context, nil, &count, place, Int32(place.count)) == 1
                && (plain.isEmpty || EVP_EncryptUpdate(context, body, &count, plain, Int32(plain.count)) == 1)
                && EVP_EncryptFinal_ex(context, body + plain.count, &count) == 1
                && EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagSize), body + plain.count) == 1
        }
        return isDone ? sealed : nil
    }

    /// Opens what was sealed for a place; nil where the key is another, the place is another, or a bit was changed.
    func open(_ sealed: [UInt8], _ purpose: Purpose, _ number: Int64) -> [UInt8]? {
        let start = 1 + Self.nonceSize
        let size = sealed.count - start - Self.tagSize
        guard size >= 0, sealed[0] == id, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        let place = Self.place(purpose, number)
        var tag = Array(sealed.suffix(Self.tagSize))
        var plain = [UInt8](repeating: 0, count: size)
        var count: Int32 = 0
        let isRight = sealed.withUnsafeBufferPointer { buffer -> Bool in
            guard let base = buffer.baseAddress else { return false }
            return EVP_DecryptInit_ex2(context, cipher, key.bytes, base + 1, nil) == 1
                && EVP_DecryptUpdate(context, nil, &count, place, Int32(place.count)) == 1
                && (size == 0 || EVP_DecryptUpdate(context, &plain, &count, base + start, Int32(size)) == 1)
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagSize), &tag) == 1
                && EVP_DecryptFinal_ex(context, nil, &count) == 1
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
