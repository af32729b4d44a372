import Signaling
import Testing

@testable import Server

@Suite struct TokenTests {
    private let key: TokenKey
    private let claims: TokenClaims

    init() throws {
        key = try #require(TokenKey(bytes: Array(0..<32)))
        claims = TokenClaims(identity: .account(AccountID(7)), name: try #require(Name("zoë \"x\"")), stamp: 42)
    }

    @Test func whatWasSignedComesBack() throws {
        let guest = TokenClaims(identity: .guest(GuestID(1 << 61)), name: try #require(Name("g")), stamp: 0)
        for claims in [claims, guest] {
            let verified = try Token.verify(Token.sign(claims, from: 100, until: 200, with: key), with: key, now: 199)
            #expect(verified.claims == claims)
            #expect(verified.end == Timestamp(seconds: 200))
        }
    }

    @Test func itEndsInTime() {
        let token = Token.sign(claims, from: 100, until: 200, with: key)
        #expect(throws: TokenError.expired) { try Token.verify(token, with: key, now: 200) }
    }

    @Test func anotherKeyIsForged() throws {
        let other = try #require(TokenKey(bytes: Array(1..<33)))
        let token = Token.sign(claims, from: 100, until: 200, with: other)
        #expect(throws: TokenError.forged) { try Token.verify(token, with: key, now: 150) }
    }

    @Test func everyChangedCharacterIsNoticed() {
        let token = Array(Token.sign(claims, from: 100, until: 200, with: key).utf8)
        for index in token.indices {
            for replacement in [UInt8(ascii: "A"), UInt8(ascii: "B"), UInt8(ascii: ".")]
            where token[index] != replacement {
                var changed = token
                changed[index] = replacement
                #expect(throws: TokenError.self) {
                    try Token.verify(String(decoding: changed, as: UTF8.self), with: key, now: 150)
                }
            }
        }
    }

    @Test func noOtherAlgorithmIsTaken() {
        let payload = Token.sign(claims, from: 100, until: 200, with: key).split(separator: ".")[1]
        for algorithm in ["none", "HS512", "RS256"] {
            let header = Base64URL.encode(#"{"alg":"\#(algorithm)","typ":"JWT"}"#.utf8)
            let unsigned = "\(header).\(payload)"
            let code = Base64URL.encode(key.authenticationCode(for: unsigned.utf8))
            for token in ["\(unsigned).", "\(unsigned).\(code)"] {
                #expect(throws: TokenError.forged) { try Token.verify(token, with: key, now: 150) }
            }
        }
    }

    @Test(arguments: ["", ".", "..", "a.b", "a.b.c.d", String(repeating: "a", count: 5000)])
    func rubbishIsRefused(token: String) {
        #expect(throws: TokenError.self) { try Token.verify(token, with: key, now: 0) }
    }

    @Test func aSignedTokenWithoutOneIdentityIsRefused() {
        for payload in [
            #"{"sub":"x","stamp":0,"iat":1,"exp":9}"#, #"{"sub":"x","account":1,"guest":1,"stamp":0,"iat":1,"exp":9}"#,
        ] {
            let header = Base64URL.encode(#"{"alg":"HS256","typ":"JWT"}"#.utf8)
            let unsigned = "\(header).\(Base64URL.encode(payload.utf8))"
            let token = "\(unsigned).\(Base64URL.encode(key.authenticationCode(for: unsigned.utf8)))"
            #expect(throws: TokenError.malformed) { try Token.verify(token, with: key, now: 5) }
        }
    }

    /// RFC 4231, test cases 1 and 2; the key of the first is padded with zeros, which HMAC does itself (RFC 2104).
    @Test func theCodeIsHMACSHA256() throws {
        let first = try #require(
            TokenKey(bytes: [UInt8](repeating: 0x0b, count: 20) + [UInt8](repeating: 0, count: 12)))
        #expect(
            hexadecimal(first.authenticationCode(for: "Hi There".utf8))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        let second = try #require(TokenKey(bytes: Array("Jefe".utf8) + [UInt8](repeating: 0, count: 28)))
        #expect(
            hexadecimal(second.authenticationCode(for: "what do ya want for nothing?".utf8))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
