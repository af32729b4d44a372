/// What the command line asks of a running server: one JSON object in a line.
enum ControlRequest: Codable, Sendable, Equatable {
    case accountAdd(name: String, password: String)
    case accountList
    case accountRemove(name: String)
    case accountPassword(name: String, password: String)
    case accountRole(name: String, role: String)
    case roomList
    case roomCreate(RoomRequest)
    case roomDelete(name: String)
}

/// A room to be made.
struct RoomRequest: Codable, Sendable, Equatable {
    var name: String
    var kind = "text"
    var password: String?
    var access = "anyone"
    var expiry = "empty"
    /// Payload bits per second.
    var audioBitrate: Int?
    /// Payload bits per second.
    var videoBitrate: Int?
}

/// What is answered: one JSON object in a line.
struct ControlResponse: Codable, Sendable, Equatable {
    /// A refusal, as everywhere.
    struct Failure: Codable, Sendable, Equatable {
        let code: String
        let message: String
    }

    /// An account in a list.
    struct Account: Codable, Sendable, Equatable {
        let id: Int64
        let name: String
        let role: String
        let online: Bool
    }

    /// A room in a list.
    struct Room: Codable, Sendable, Equatable {
        let name: String
        let kind: String
        /// Whose it is; nil where it belongs to nobody.
        let owner: String?
        let users: Int
        /// Seconds until it ends; 0 while somebody is in it, and where it never does.
        let expiresIn: Int64
        let access: String
        let hasPassword: Bool
    }

    var failure: Failure?
    var accounts: [Account]?
    var rooms: [Room]?

    /// A refusal.
    static func refused(_ code: String, _ message: String) -> ControlResponse {
        ControlResponse(failure: Failure(code: code, message: message))
    }
}
