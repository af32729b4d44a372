/// What somebody is on the whole server.
public enum Role: Int, Hashable, Comparable, CaseIterable, Sendable {
    /// Somebody without an account.
    case guest = 0
    /// Somebody with an account.
    case user = 1
    /// An administrator, made by a super admin.
    case admin = 4
    /// Named under `admins` in the settings.
    case superAdmin = 5

    /// The role's name in every protocol.
    public var text: String {
        switch self {
        case .guest: "guest"
        case .user: "user"
        case .admin: "admin"
        case .superAdmin: "superAdmin"
        }
    }

    /// Reads what `text` writes.
    public init?(text: String) {
        guard let role = Role.allCases.first(where: { $0.text == text }) else { return nil }
        self = role
    }

    /// The rank on the server.
    public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}

/// What somebody is in one room.
public enum RoomRole: Int, Hashable, Comparable, CaseIterable, Sendable {
    /// Nothing beyond their role on the server.
    case none = 0
    /// Made by the room's owner.
    case roomAdmin = 2
    /// The room is theirs.
    case owner = 3

    /// The role's name in every protocol.
    public var text: String {
        switch self {
        case .none: "none"
        case .roomAdmin: "roomAdmin"
        case .owner: "owner"
        }
    }

    /// The rank in the room.
    public static func < (left: RoomRole, right: RoomRole) -> Bool { left.rawValue < right.rawValue }
}
