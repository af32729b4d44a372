import NIOHTTP1
import Signaling

/// Rooms over HTTP.
extension APICommand {
    /// What a room is to be, or to become.
    private struct RoomBody: Decodable {
        var room: String?
        var kind: String?
        var password: String?
        var access: String?
        var expiry: Expiry?
        var topic: String?
        var membersInvite: Bool?
        var capacity: Int?
        var audioBitrate: Int?
        var videoBitrate: Int?

        func readKind() throws(Problem) -> RoomKind? {
            guard let kind else { return nil }
            guard let value = RoomKind(rawValue: kind) else { throw Problem.invalid("kind is text, audio or video.") }
            return value
        }

        func readAccess() throws(Problem) -> RoomAccess? {
            guard let access else { return nil }
            guard let value = RoomAccess(rawValue: access) else {
                throw Problem.invalid("access is anyone, registered or invited.")
            }
            return value
        }

        func readExpiry() throws(Problem) -> RoomExpiry? {
            guard let expiry else { return nil }
            guard let value = RoomExpiry(text: expiry.text) else {
                throw Problem.invalid("expiry is empty, never, sticky or a number of seconds.")
            }
            return value
        }

        var limits: MediaLimits? {
            guard audioBitrate != nil || videoBitrate != nil else { return nil }
            return MediaLimits(audioBitrate: audioBitrate, videoBitrate: videoBitrate)
        }
    }

    /// A word, or a number of seconds.
    private struct Expiry: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                text = String(number)
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    private struct UserBody: Decodable {
        var user: String?
    }

    private struct RoomDocument: Encodable {
        let room: String
        let kind: String
        let owner: String?
        let users: Int
        let capacity: Int
        /// When it ends, in milliseconds since 1970.
        let expires: Int64?
        let hasPassword: Bool
        let access: String
        let expiry: String
        let topic: String

        init(_ room: RoomSummary) {
            self.room = room.name.text
            kind = room.kind.rawValue
            owner = room.owner?.text
            users = room.users
            capacity = room.capacity
            expires = room.expires?.milliseconds
            hasPassword = room.hasPassword
            access = room.access.rawValue
            expiry = room.expiry.text
            topic = room.topic
        }
    }

    private static func list(_ reply: Reply) -> HTTPResponse {
        guard case .rooms(let rooms) = reply else { return HTTPResponse(.noContent) }
        return document(["rooms": rooms.map { RoomDocument($0) }])
    }

    static let rooms: [APICommand] = [
        APICommand(.GET, "/api/v1/rooms", [.look], answer: list) { _ in .room(.list) },
        APICommand(
            .POST, "/api/v1/rooms", [.createTextRoom, .createAudioRoom, .createVideoRoom],
            answer: { _ in HTTPResponse(.created) }
        ) { arguments throws(Problem) in
            let body = try arguments.decode(RoomBody.self)
            var room = NewRoom(
                name: try arguments.name(body.room, "room"), kind: try body.readKind() ?? .text,
                password: body.password.map { Secret($0) }, access: try body.readAccess() ?? .anyone,
                expiry: try body.readExpiry() ?? .empty, topic: body.topic ?? "")
            room.limits = body.limits ?? room.limits
            guard body.membersInvite == nil, body.capacity == nil else {
                throw Problem.invalid("membersInvite and capacity are set with PATCH, once the room is there.")
            }
            return .room(.create(room))
        },
        APICommand(.PATCH, "/api/v1/rooms/{room}", [.changeRoom]) { arguments throws(Problem) in
            let body = try arguments.decode(RoomBody.self)
            guard body.room == nil else { throw Problem.invalid("A room keeps its name.") }
            var changes = RoomChanges()
            changes.topic = body.topic
            changes.kind = try body.readKind()
            changes.password = body.password.map { Secret($0) }
            changes.access = try body.readAccess()
            changes.expiry = try body.readExpiry()
            changes.membersInvite = body.membersInvite
            changes.capacity = body.capacity
            changes.limits = body.limits
            return .room(.update(.named(try arguments.room()), changes))
        },
        APICommand(.DELETE, "/api/v1/rooms/{room}", [.deleteRoom]) { arguments throws(Problem) in
            .room(.delete(try arguments.room(), password: nil))
        },
        APICommand(.POST, "/api/v1/rooms/{room}/invite", [.invite]) { arguments throws(Problem) in
            let body = try arguments.decode(UserBody.self)
            return .room(.invite(.named(try arguments.room()), try arguments.name(body.user, "user")))
        },
        APICommand(.POST, "/api/v1/rooms/{room}/owner", [.handOver]) { arguments throws(Problem) in
            let body = try arguments.decode(UserBody.self)
            return .room(.handOver(.named(try arguments.room()), try arguments.name(body.user, "user")))
        },
    ]
}
