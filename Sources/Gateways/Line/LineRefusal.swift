import Signaling

extension LineStatus {
    /// The number for a refusal: the narrow cause where the protocol numbers it, else the code.
    init(_ refusal: Refusal) {
        // Only a login says that there is no such registered user; elsewhere a name is just not found.
        let isLogin = refusal.code == .badCredentials
        self =
            refusal.cause == .noSuchUser && !isLogin
            ? .notFound : Self.number(of: refusal.cause) ?? Self.number(of: refusal.code)
    }

    private static func number(of cause: Refusal.Cause) -> LineStatus? {
        switch cause {
        case .none: nil
        case .notSignedIn: .noLogin
        case .alreadySignedIn: .unknownError
        case .noSuchUser: .noSuchUser
        case .wrongUserPassword: .wrongPassword
        case .guestNameInUse: .guestNameInUse
        case .nameReserved: .nameReserved
        case .noSuchRoom: .noSuchRoom
        case .roomNameUsed, .groupNameUsed: .roomNameUsed
        case .noSuchGroup, .noSuchMessage, .notOnline: .notFound
        case .noGroupJoined: .noGroup
        case .wrongGroupPassword: .wrongGroupPassword
        case .beingDeleted: .beingDeleted
        case .guest: .noAnonymous
        case .notOwner: .notOwner
        }
    }

    private static func number(of code: Refusal.Code) -> LineStatus {
        switch code {
        case .banned, .forbidden, .outranked, .invitationOnly, .wrongKind, .roomFull, .muted, .rateLimited: .notOwner
        case .guestsNotAllowed, .registeredOnly: .noAnonymous
        case .wrongPassword: .wrongRoomPassword
        case .badCredentials: .wrongPassword
        case .notFound: .notFound
        case .nameTaken: .nameReserved
        case .notEmpty: .notEmpty
        case .unsupported: .wrongCommand
        case .tooLarge, .unavailable, .invalid: .unknownError
        }
    }
}
