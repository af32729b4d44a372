import Signaling

/// Reads the words of `#login`.
enum LineLogin {
    /// The credentials of a login.
    ///
    /// - Parameter wasChallenged: whether a `#challenge` was answered before: then `md5:` and hexadecimal digits are the
    ///   answer to it, and otherwise a password like any other.
    static func credentials(_ words: borrowing LineWords, wasChallenged: Bool) throws(LineStatus) -> Credentials {
        switch words.string(1) {
        case "anon":
            guard words.count <= 3 else { throw .unknownError }
            return .guest(try words.name(2))
        case "regd":
            let name = try words.name(2)
            let password = try words.text(3)
            if wasChallenged, let digest = response(password) { return .response(name, digest) }
            return .password(name, Secret(password))
        default:
            throw .noLoginKind
        }
    }

    private static func response(_ text: String) -> String? {
        guard text.hasPrefix("md5:") else { return nil }
        let digits = text.dropFirst(4).lowercased()
        let isHexadecimal = digits.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        return digits.utf8.count == 32 && isHexadecimal ? digits : nil
    }
}
