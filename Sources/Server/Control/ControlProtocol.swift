import Signaling

/// What the command line asks of a running server: one JSON object in a line.
enum ControlRequest: Codable, Sendable, Equatable {
    case accountAdd(name: String, password: String)
    case accountList
    case accountRemove(name: String)
    case accountPassword(name: String, password: String)
    case accountRole(name: String, role: String)
    case accountExport(name: String)
    case roomList
    case roomCreate(RoomRequest)
    case roomDelete(name: String)
    case status
    /// One user by name, or all who are online.
    case users(name: String?)
    /// A copy of the store into a file, by its absolute path.
    case backup(path: String)
    case announce(text: String)
    case stop
    case restart
    case reset

    /// Whether a data folder that is not there yet is made for it.
    var makesFolder: Bool {
        switch self {
        case .accountAdd, .roomCreate: true
        default: false
        }
    }

    /// Seconds after which a server that has not answered hangs: a password is hashed within a few, while a copy of a large store
    /// takes its time.
    var patience: Int {
        switch self {
        case .backup, .accountExport: 3600
        default: 60
        }
    }

    /// What it does to the program itself; nil for everything else.
    var end: ServerEnd? {
        switch self {
        case .stop: .stop
        case .restart: .restart
        case .reset: .reset
        default: nil
        }
    }
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

    /// A user as an operator sees them.
    struct User: Codable, Sendable, Equatable {
        /// A connection of theirs.
        struct Connection: Codable, Sendable, Equatable {
            let door: String
            let address: String?
            let rooms: [String]
        }

        /// A ban or mute in force.
        struct Restriction: Codable, Sendable, Equatable {
            /// `ban`, or the media that are muted.
            let kind: String
            /// Nil for everywhere.
            let room: String?
            let by: String?
            let reason: String
            /// In milliseconds since 1970; nil until lifted.
            let until: Int64?
        }

        let name: String
        let role: String
        let status: String
        /// In milliseconds since 1970; nil for guests.
        let created: Int64?
        /// In milliseconds since 1970; nil while they are online, and for never.
        let lastSeen: Int64?
        let connections: [Connection]
        let restrictions: [Restriction]
    }

    /// The server as a whole.
    struct Status: Codable, Sendable, Equatable {
        /// Whether a server runs; without one the rest is what is stored.
        var running = false
        /// Its process.
        var pid: Int32?
        /// When it was started, in milliseconds since 1970.
        var started: Int64?
        let connections: Int
        let users: Int
        let guests: Int
        let accounts: Int
        let rooms: Int
        let mediaSessions: Int
        /// Messages since the start.
        let messages: UInt64
    }

    var failure: Failure?
    var accounts: [Account]?
    var rooms: [Room]?
    var users: [User]?
    var status: Status?
    /// A JSON document.
    var document: String?

    /// A refusal.
    static func refused(_ code: String, _ message: String) -> ControlResponse {
        ControlResponse(failure: Failure(code: code, message: message))
    }
}
