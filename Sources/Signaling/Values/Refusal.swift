/// Why a command was not done: a stable code, a sentence for the person, and the narrower cause that some protocols number.
public struct Refusal: Error, Hashable, Sendable {
    /// The codes that every protocol shares.
    public enum Code: String, Hashable, CaseIterable, Sendable {
        case banned, guestsNotAllowed, forbidden, outranked, wrongPassword, invitationOnly, registeredOnly, wrongKind
        case roomFull, muted, rateLimited, badCredentials, notFound, nameTaken, notEmpty, tooLarge, unsupported
        case unavailable, invalid

        /// The status code over HTTP.
        public var httpStatus: Int {
            switch self {
            case .badCredentials: 401
            case .banned, .guestsNotAllowed, .forbidden, .outranked, .wrongPassword, .invitationOnly, .registeredOnly,
                .wrongKind, .muted:
                403
            case .notFound: 404
            case .nameTaken, .notEmpty, .roomFull: 409
            case .tooLarge: 413
            case .unsupported: 415
            case .invalid: 422
            case .rateLimited: 429
            case .unavailable: 503
            }
        }
    }

    /// What exactly was the matter, where the code alone leaves it open.
    public enum Cause: Hashable, Sendable {
        /// The code says it all.
        case none
        /// Nobody is signed in on this session.
        case notSignedIn
        /// Somebody is already signed in on this session.
        case alreadySignedIn
        /// No account of that name (`badCredentials`, `notFound`).
        case noSuchUser
        /// The account's password is another (`badCredentials`).
        case wrongUserPassword
        /// A guest holds the name (`nameTaken`).
        case guestNameInUse
        /// The name is, or looks like, an account's or an administrator's, or lacks or has the guests' prefix.
        case nameReserved
        /// No such room (`notFound`).
        case noSuchRoom
        /// A room of that name exists (`nameTaken`).
        case roomNameUsed
        /// No such message group (`notFound`).
        case noSuchGroup
        /// A message group of that name exists (`nameTaken`).
        case groupNameUsed
        /// No such message (`notFound`).
        case noSuchMessage
        /// The session has joined no group (`notFound`).
        case noGroupJoined
        /// The group's password is another (`wrongPassword`).
        case wrongGroupPassword
        /// It is being deleted at this moment (`notFound`).
        case beingDeleted
        /// It is refused because the person is a guest (`forbidden`, `registeredOnly`, `guestsNotAllowed`).
        case guest
        /// It is refused because the person is not the room's owner (`forbidden`).
        case notOwner
        /// Nobody of that name is online, or is in the room in question (`notFound`).
        case notOnline
    }

    /// The stable code.
    public let code: Code
    /// One sentence for the person who asked.
    public let message: String
    /// What exactly was the matter.
    public let cause: Cause
    /// After how many milliseconds it is worth trying again, where that is known (`rateLimited`, `muted`, `banned`).
    public let retryAfter: Int64?

    /// A refusal by its code, sentence and cause.
    public init(_ code: Code, _ message: String, cause: Cause = .none, retryAfter: Int64? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.retryAfter = retryAfter
    }
}
