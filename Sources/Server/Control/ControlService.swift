import Glibc
import NIOCore
import Signaling

/// Performs what the command line asks, with the rights of the operator. The same for a running server and for a command
/// that works on the store itself.
struct ControlService {
    /// An answer that is to come, on the loop.
    typealias Answer = EventLoopFuture<ControlResponse>.Isolated

    let signaling: SignalingLoop
    /// The program that serves; nil for a command that works on the store itself.
    let program: ProgramControl?

    /// Performs a request; the future does not fail.
    func perform(_ request: ControlRequest) -> Answer {
        let program = program
        let session = RequestSession(signaling, origin: Origin(door: .control, address: nil))
        let answer: Answer
        do {
            answer = session.perform(try Self.command(request)).map { (reply) -> ControlResponse in
                if let end = request.end { program?.end(end) }
                return Self.response(reply, program)
            }
        } catch {
            answer = signaling.eventLoop.makeFailedFuture(error).assumeIsolated()
        }
        return answer.flatMapErrorThrowing { error in
            switch error {
            case let refusal as Refusal: .refused(refusal.code.rawValue, refusal.message)
            case let problem as Problem: .refused(problem.code, problem.detail)
            default: .refused("unavailable", "The server cannot do this now.")
            }
        }.always { _ in session.close() }
    }

    /// The command of the domain that a request stands for.
    static func command(_ request: ControlRequest) throws(Refusal) -> Command {
        switch request {
        case .accountAdd(let name, let password):
            return .account(.create(NewAccount(name: try self.name(name), password: Secret(password))))
        case .accountList: return .account(.list)
        case .accountRemove(let name): return .account(.remove(try self.name(name)))
        case .accountPassword(let name, let password):
            return .account(.setPassword(try self.name(name), Secret(password)))
        case .accountRole(let name, let role):
            guard let role = Role(text: role) else { throw Refusal(.invalid, "There is no such role.") }
            return .account(.setRole(try self.name(name), role))
        case .accountExport(let name): return .account(.export(try self.name(name)))
        case .status: return .server(.statistics)
        case .users(let name): return .server(.users(try name.map { (name) throws(Refusal) in try self.name(name) }))
        case .backup(let path): return .server(.backup(path: path))
        case .announce(let text): return .server(.announce(text))
        case .stop: return .server(.end(.stop))
        case .restart: return .server(.end(.restart))
        case .reset: return .server(.end(.reset))
        case .roomList: return .room(.list)
        case .roomCreate(let room): return .room(.create(try newRoom(room)))
        case .roomDelete(let name): return .room(.delete(try self.name(name), password: nil))
        }
    }

    private static func name(_ text: String) throws(Refusal) -> Name {
        guard let name = Name(text) else {
            throw Refusal(.invalid, "A name has 1 to 30 bytes and no control character.")
        }
        return name
    }

    private static func newRoom(_ room: RoomRequest) throws(Refusal) -> NewRoom {
        guard let kind = RoomKind(rawValue: room.kind) else {
            throw Refusal(.invalid, "A room's kind is text, audio or video.")
        }
        guard let access = RoomAccess(rawValue: room.access) else {
            throw Refusal(.invalid, "A room's access is anyone, registered or invited.")
        }
        guard let expiry = RoomExpiry(text: room.expiry) else {
            throw Refusal(.invalid, "A room's expiry is empty, never, sticky or a number of seconds.")
        }
        return NewRoom(
            name: try name(room.name), kind: kind, password: room.password.map { Secret($0) }, access: access,
            expiry: expiry, limits: MediaLimits(audioBitrate: room.audioBitrate, videoBitrate: room.videoBitrate))
    }

    /// What is said of a reply.
    static func response(_ reply: Reply, _ program: ProgramControl?) -> ControlResponse {
        switch reply {
        case .accounts(let accounts):
            ControlResponse(
                accounts: accounts.map {
                    .init(id: $0.id.number, name: $0.name.text, role: $0.role.text, online: $0.isOnline)
                })
        case .rooms(let rooms):
            ControlResponse(
                rooms: rooms.map { room in
                    .init(
                        name: room.name.text, kind: room.kind.rawValue, owner: room.owner?.text, users: room.users,
                        expiresIn: room.expires.map { max(0, $0.seconds - SignalingLoop.now().seconds) } ?? 0,
                        access: room.access.rawValue, hasPassword: room.hasPassword)
                })
        case .users(let users): ControlResponse(users: users.map { .init($0) })
        case .statistics(let counts): ControlResponse(status: status(counts, program))
        case .document(let text): ControlResponse(document: text)
        default: ControlResponse()
        }
    }

    private static func status(_ counts: Statistics, _ program: ProgramControl?) -> ControlResponse.Status {
        ControlResponse.Status(
            running: program != nil, pid: program == nil ? nil : getpid(), started: program?.started.milliseconds,
            // The session that asks is none of the server's.
            connections: counts.sessions - 1, users: counts.users, guests: counts.guests, accounts: counts.accounts,
            rooms: counts.rooms, mediaSessions: counts.mediaSessions, messages: counts.messages)
    }
}

extension ControlResponse.User {
    /// What is shown of a user.
    init(_ user: UserStatus) {
        self.init(
            name: user.name.text, role: user.role.text, status: user.presence.rawValue,
            created: user.created?.milliseconds, lastSeen: user.lastSeen?.milliseconds,
            connections: user.sessions.map {
                Connection(door: "\($0.door)", address: $0.address?.description, rooms: $0.rooms.map(\.text))
            },
            restrictions: user.restrictions.map {
                Restriction(
                    kind: $0.media.map { $0.names.joined(separator: ", ") } ?? "ban", room: $0.room?.text,
                    by: $0.by?.text, reason: $0.reason, until: $0.until?.milliseconds)
            })
    }
}
