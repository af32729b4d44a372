/// Why a text is no session description (RFC 8866).
public enum SDPError: Error, Equatable, Sendable {
    /// The text has more than `SessionDescription.maximumLength` bytes.
    case tooLong
    /// The text has more lines, media sections, attributes or formats than allowed; the text names which.
    case tooMany(String)
    /// A line breaks the syntax.
    case malformed(line: Int, reason: String)
    /// A line that must be there is missing; the text names it.
    case missing(String)
}

extension SDPError: CustomStringConvertible {
    /// One sentence for a user.
    public var description: String {
        switch self {
        case .tooLong: "The session description is longer than \(SessionDescription.maximumLength) bytes."
        case .tooMany(let what): "The session description has too many \(what)."
        case .malformed(let line, let reason): "Line \(line) of the session description is wrong: \(reason)."
        case .missing(let what): "The session description has no \(what)."
        }
    }
}
