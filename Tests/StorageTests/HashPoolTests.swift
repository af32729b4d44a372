import Signaling
import Synchronization
import Testing

@testable import Storage

@Suite struct HashPoolTests {
    private let pool = HashPool(threads: 2, capacity: 16, sealer: Sealer(key: .random(), id: 1))

    private func run(_ job: HashJob, on pool: HashPool? = nil) async -> HashResult {
        await withCheckedContinuation { continuation in
            (pool ?? self.pool).run(job) { continuation.resume(returning: $0) }
        }
    }

    private func made(_ job: HashJob) async throws -> (PasswordVerifier, PasswordVerifier?, PasswordVerifier?) {
        guard case .made(let verifier, let md5, let sealed) = await run(job) else { throw Sample.Failure() }
        return (verifier, md5, sealed)
    }

    private func isRight(_ job: HashJob) async throws -> Bool {
        guard case .verified(let isRight) = await run(job) else { throw Sample.Failure() }
        return isRight
    }

    @Test func aPasswordIsKnownAgain() async throws {
        let secret = Secret("correct horse é")
        let (verifier, md5, sealed) = try await made(.make(secret, withMD5: false, sealed: false))
        #expect(md5 == nil && sealed == nil)
        #expect(verifier.text.hasPrefix("scrypt$ln=15,r=8,p=1$"))
        #expect(try await isRight(.verify(secret, verifier)))
        #expect(try await !isRight(.verify(Secret("correct horse e"), verifier)))
        #expect(try await !isRight(.verify(Secret(""), verifier)))
        #expect(try await !isRight(.verify(secret, nil)))
        // Another salt each time.
        #expect(try await made(.make(secret, withMD5: false, sealed: false)).0 != verifier)
    }

    /// RFC 7914, section 12: the first 32 bytes of the first two vectors.
    @Test func theStandardsVectors() {
        let first = PasswordHash.derive([], [], PasswordHash.Cost(logN: 4, r: 1, p: 1))
        #expect(
            first.map { Hexadecimal.text($0) } == "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442")
        let second = PasswordHash.derive(
            Array("password".utf8), Array("NaCl".utf8), PasswordHash.Cost(logN: 10, r: 8, p: 16))
        #expect(
            second.map { Hexadecimal.text($0) } == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")
    }

    @Test func whatIsNoVerifierIsNeverRight() async throws {
        let salt = String(repeating: "00", count: 16)
        let hash = String(repeating: "00", count: 32)
        for text in [
            "", "scrypt", "scrypt$ln=15,r=8,p=1$\(salt)", "scrypt$ln=40,r=8,p=1$\(salt)$\(hash)",
            "scrypt$ln=15,r=8,p=99$\(salt)$\(hash)", "scrypt$ln=15,r=8$\(salt)$\(hash)",
            "md5$ln=15,r=8,p=1$\(salt)$\(hash)",
            "scrypt$ln=15,r=8,p=1$\(salt)$00", "scrypt$ln=15,r=8,p=1$zz$\(hash)",
        ] {
            #expect(try await !isRight(.verify(Secret(""), PasswordVerifier(text))), "\(text)")
        }
    }

    @Test func theMD5IsHashedLikewise() async throws {
        let (_, md5, _) = try await made(.make(Secret("password"), withMD5: true, sealed: false))
        let digest = Secret("5f4dcc3b5aa765d61d8327deb882cf99")
        #expect(try await isRight(.verify(digest, md5)))
        #expect(try await !isRight(.verify(Secret("password"), md5)))
    }

    @Test func aChangeNeedsTheOldPassword() async throws {
        let (verifier, _, _) = try await made(.make(Secret("old"), withMD5: false, sealed: false))
        #expect(try await !isRight(.change(old: Secret("wrong"), verifier, new: Secret("new"), sealed: false)))
        let (new, md5, sealed) = try await made(.change(old: Secret("old"), verifier, new: Secret("new"), sealed: true))
        #expect(md5 != nil && sealed != nil)
        #expect(try await isRight(.verify(Secret("new"), new)))
    }

    @Test func aChallengeIsAnswered() async throws {
        let (_, _, sealed) = try await made(.make(Secret("secret"), withMD5: false, sealed: true))
        let verifier = try #require(sealed)
        #expect(!verifier.text.contains("secret"))
        let response = try #require(MessageDigest5.hexadecimal(Array("nonce1secret".utf8)))
        #expect(try await isRight(.respond(challenge: "nonce1", response: response, verifier)))
        #expect(try await isRight(.respond(challenge: "nonce1", response: response.uppercased(), verifier)))
        #expect(try await !isRight(.respond(challenge: "nonce2", response: response, verifier)))
        #expect(try await !isRight(.respond(challenge: "nonce1", response: "", verifier)))
        #expect(try await !isRight(.respond(challenge: "nonce1", response: response, PasswordVerifier("sealed$00"))))
        let without = try #require(MessageDigest5.hexadecimal(Array("nonce1".utf8)))
        #expect(try await !isRight(.respond(challenge: "nonce1", response: without, nil)))
    }

    @Test func withoutASealerNothingIsSealed() async throws {
        let pool = HashPool(threads: 1, capacity: 4)
        guard case .unavailable = await run(.make(Secret("x"), withMD5: false, sealed: true), on: pool) else {
            throw Sample.Failure()
        }
        guard case .unavailable = await run(.respond(challenge: "c", response: "r", nil), on: pool) else {
            throw Sample.Failure()
        }
    }

    /// A pool whose only thread is held until the test lets it go, in the completion of a first job.
    @Test func aFullQueueRefusesAtOnce() async throws {
        let pool = HashPool(threads: 1, capacity: 2)
        let isHeld = Monitor(false)
        let mayGo = Monitor(false)
        pool.run(.respond(challenge: "", response: "", nil)) { _ in
            isHeld.change { $0 = true }
            mayGo.wait { $0 ? () : nil }
        }
        isHeld.wait { $0 ? () : nil }
        let results = Monitor<[String]>([])
        for _ in 0..<3 {
            pool.run(.verify(Secret("x"), nil)) { result in
                if case .verified(false) = result {
                    results.change { $0.append("no") }
                } else {
                    results.change { $0.append("unavailable") }
                }
            }
        }
        // The third does not fit, and is told before the others have begun.
        #expect(results.change { $0 } == ["unavailable"])
        mayGo.change { $0 = true }
        #expect(results.wait { $0.count == 3 ? $0 : nil } == ["unavailable", "no", "no"])
    }

    @Test func whatWaitsAtTheEndIsUnavailable() {
        let pool = HashPool(threads: 1, capacity: 8)
        let isHeld = Monitor(false)
        let mayGo = Monitor(false)
        pool.run(.respond(challenge: "", response: "", nil)) { _ in
            isHeld.change { $0 = true }
            mayGo.wait { $0 ? () : nil }
        }
        isHeld.wait { $0 ? () : nil }
        let count = Monitor(0)
        for _ in 0..<3 {
            pool.run(.verify(Secret("x"), nil)) { result in
                if case .unavailable = result { count.change { $0 += 1 } }
            }
        }
        pool.close()
        #expect(count.change { $0 } == 3)
        pool.run(.verify(Secret("x"), nil)) { result in
            if case .unavailable = result { count.change { $0 += 1 } }
        }
        #expect(count.change { $0 } == 4)
        mayGo.change { $0 = true }
    }

    @Test func randomNumbersDiffer() {
        let random = SystemRandom()
        #expect(Set((0..<1_000).map { _ in random.next() }).count == 1_000)
    }
}
