import Signaling

/// Why a token is not taken.
enum TokenError: Error, Equatable {
    case malformed, forged, expired
}

/// A token that is ours and holds.
struct VerifiedToken: Sendable, Equatable {
    var claims: TokenClaims
    var end: Timestamp
}

/// A JSON Web Token (RFC 7519) in compact form (RFC 7515), always HS256: whatever a header says, no other algorithm is
/// looked at.
enum Token {
    /// No token of ours is longer.
    static let maximumLength = 1024

    private static let header = Base64URL.encode(#"{"alg":"HS256","typ":"JWT"}"#.utf8)

    /// The claims as the token has them.
    private struct Payload: Codable {
        /// The user's name.
        var sub: String
        var account: Int64?
        var guest: Int64?
        var stamp: Int64
        /// When it was made, in seconds since 1970.
        var iat: Int64
        /// When it ends, in seconds since 1970.
        var exp: Int64

        init(_ claims: TokenClaims, from now: Int64, until end: Int64) {
            sub = claims.name.text
            if case .account(let id) = claims.identity { account = id.number }
            if case .guest(let id) = claims.identity { guest = id.number }
            stamp = claims.stamp
            iat = now
            exp = end
        }

        var claims: TokenClaims? {
            guard let name = Name(sub) else { return nil }
            switch (account, guest) {
            case (let account?, nil):
                return TokenClaims(identity: .account(AccountID(account)), name: name, stamp: stamp)
            case (nil, let guest?): return TokenClaims(identity: .guest(GuestID(guest)), name: name, stamp: stamp)
            default: return nil
            }
        }
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - end: when it ends, in seconds since 1970.
    static func sign(_ claims: TokenClaims, from now: Int64, until end: Int64, with key: TokenKey) -> String {
        let payload = header + "." + Base64URL.encode(JSON.encode(Payload(claims, from: now, until: end)))
        return payload + "." + Base64URL.encode(key.authenticationCode(for: payload.utf8))
    }

    /// The claims of a token that is ours and has not ended.
    ///
    /// - Parameter now: seconds since 1970.
    static func verify(_ token: String, with key: TokenKey, now: Int64) throws(TokenError) -> VerifiedToken {
        guard token.utf8.count <= maximumLength else { throw .malformed }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed }
        // All our headers are the same text, so a header that names another algorithm, or none, is not ours.
        guard parts[0].elementsEqual(header.utf8), let code = Base64URL.decode(parts[2]) else { throw .forged }
        guard key.isAuthentic(code, for: token.utf8[..<parts[1].endIndex]) else { throw .forged }
        guard let bytes = Base64URL.decode(parts[1]), let payload = JSON.decode(Payload.self, from: bytes),
            let claims = payload.claims
        else { throw .malformed }
        guard now < payload.exp else { throw .expired }
        return VerifiedToken(claims: claims, end: Timestamp(seconds: payload.exp))
    }
}
