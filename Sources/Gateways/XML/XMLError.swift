/// Why a document is not accepted. After any of them the connection's bytes can no longer be told apart, so it ends.
public enum XMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not well-formed (XML 1.0); the sentence says in what.
    case malformed(String)
    /// It is well-formed but holds what this protocol does not take, such as a DOCTYPE.
    case refused(String)
    /// It is longer, deeper, or has more attributes than the bounds allow.
    case tooLarge(String)

    /// One sentence for the client.
    public var description: String {
        switch self {
        case .malformed(let sentence), .refused(let sentence), .tooLarge(let sentence): sentence
        }
    }
}
