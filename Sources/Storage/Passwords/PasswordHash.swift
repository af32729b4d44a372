import COpenSSL
import Signaling

/// scrypt (RFC 7914) as a verifier's text: `scrypt$ln=15,r=8,p=1$<salt>$<hash>`, salt and hash in hexadecimal.
struct PasswordHash {
    /// What a new verifier costs: 32 MiB, and about 100 ms of a core.
    static let cost = Cost(logN: 15, r: 8, p: 1)

    private static let saltSize = 16
    private static let hashSize = 32

    /// scrypt's parameters.
    struct Cost: Equatable {
        var logN: UInt64
        var r: UInt64
        var p: UInt64
    }

    private let cost: Cost
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// The verifier of a new password; nil where the library fails.
    static func make(_ secret: Secret) -> PasswordVerifier? {
        let salt = SystemRandom.bytes(saltSize)
        guard let hash = derive(secret.bytes, salt, cost) else { return nil }
        return PasswordVerifier(
            "scrypt$ln=\(cost.logN),r=\(cost.r),p=\(cost.p)$\(Hexadecimal.text(salt))$\(Hexadecimal.text(hash))")
    }

    /// Whether a password is the verifier's; nil where the library fails. Without a verifier, or with one that cannot be read, it
    /// takes as long and says no.
    static func verify(_ secret: Secret, _ verifier: PasswordVerifier?) -> Bool? {
        let known = verifier.flatMap { PasswordHash($0.text) }
        let salt = known?.salt ?? [UInt8](repeating: 0, count: saltSize)
        guard let hash = derive(secret.bytes, salt, known?.cost ?? cost) else { return nil }
        let expected = known?.hash ?? [UInt8](repeating: 0, count: hashSize)
        let isEqual = CRYPTO_memcmp(hash, expected, hashSize) == 0
        return isEqual && known != nil
    }

    /// Reads a verifier's text; nil for anything that this program does not write, or that would cost much more.
    private init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "scrypt", let salt = Hexadecimal.bytes(parts[2]),
            salt.count == Self.saltSize,
            let hash = Hexadecimal.bytes(parts[3]), hash.count == Self.hashSize
        else { return nil }
        let numbers = parts[1].split(separator: ",", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers[0].hasPrefix("ln="), numbers[1].hasPrefix("r="), numbers[2].hasPrefix("p="),
            let logN = UInt64(numbers[0].dropFirst(3)), (1...17).contains(logN),
            let r = UInt64(numbers[1].dropFirst(2)), (1...16).contains(r),
            let p = UInt64(numbers[2].dropFirst(2)), (1...4).contains(p)
        else { return nil }
        cost = Cost(logN: logN, r: r, p: p)
        self.salt = salt
        self.hash = hash
    }

    /// scrypt itself; nil where the library fails.
    static func derive(_ secret: [UInt8], _ salt: [UInt8], _ cost: Cost) -> [UInt8]? {
        var hash = [UInt8](repeating: 0, count: hashSize)
        let n = UInt64(1) << cost.logN
        // The library refuses what needs more memory than this; the table alone takes 128 * N * r bytes.
        let memory = 128 * cost.r * (n + cost.p + 2) + 65_536
        let code = secret.withUnsafeBytes { bytes in
            EVP_PBE_scrypt(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, salt, salt.count, n, cost.r,
                cost.p,
                memory, &hash, hash.count)
        }
        return code == 1 ? hash : nil
    }
}
