import ArgumentParser
import FoundationEssentials

/// `media-relay admin query`: how the server is, and who is there.
struct AdminQuery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Prints how the server is (status), who is online (users), the rooms, or one user (user NAME).",
        discussion: "Without a running server it prints what is stored.")

    /// What can be asked for.
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case status, users, rooms, user
    }

    @Argument(help: "status, users, rooms or user.")
    var subject = Subject.status
    @Argument(help: "The user's name, after `user`.")
    var name: String?
    @OptionGroup var output: OutputOption
    @OptionGroup var options: SettingsOptions

    func validate() throws {
        if (subject == .user) != (name != nil) {
            throw ValidationError("A name belongs to `user`: media-relay admin query user NAME.")
        }
    }

    func run() async throws {
        let settings = try options.load()
        switch subject {
        case .status:
            guard let status = try await ControlRunner.perform(.status, settings).status else { return }
            output.print(status, rows: Self.rows(status))
        case .users:
            let users = try await ControlRunner.perform(.users(name: nil), settings).users ?? []
            output.print(users, columns: ["name", "role", "status", "rooms", "from"]) { user in
                [
                    user.name, user.role, user.status, Self.list(user.connections.flatMap(\.rooms)),
                    Self.list(user.connections.map { Self.place($0) }),
                ]
            }
        case .rooms:
            let rooms = try await ControlRunner.perform(.roomList, settings).rooms ?? []
            RoomGroup.print(rooms, output)
        case .user:
            guard let user = try await ControlRunner.perform(.users(name: name), settings).users?.first else { return }
            output.print(user, rows: Self.rows(user))
        }
    }

    private static func rows(_ status: ControlResponse.Status) -> [(String, String)] {
        [
            ("running", status.running ? "yes" : "no"), ("process", status.pid.map { String($0) } ?? "-"),
            ("started", time(status.started)), ("connections", String(status.connections)),
            ("users", "\(status.users), \(status.guests) of them guests"), ("accounts", String(status.accounts)),
            ("rooms", String(status.rooms)), ("media sessions", String(status.mediaSessions)),
            ("messages", String(status.messages)),
        ]
    }

    private static func rows(_ user: ControlResponse.User) -> [(String, String)] {
        [
            ("name", user.name), ("role", user.role), ("status", user.status), ("created", time(user.created)),
            ("last seen", time(user.lastSeen)),
        ] + user.connections.map { ("connection", place($0) + ($0.rooms.isEmpty ? "" : " in \(list($0.rooms))")) }
            + user.restrictions.map { restriction in
                let place = restriction.room.map { "in \($0)" } ?? "everywhere"
                let end = restriction.until.map { "until \(time($0))" } ?? "until lifted"
                return ("restriction", "\(restriction.kind) \(place) \(end): \(restriction.reason)")
            }
    }

    private static func place(_ connection: ControlResponse.User.Connection) -> String {
        [connection.door, connection.address].compactMap { $0 }.joined(separator: " ")
    }

    private static func list(_ texts: [String]) -> String {
        texts.isEmpty ? "-" : Array(Set(texts)).sorted().joined(separator: ", ")
    }

    private static func time(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "-" }
        return Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
    }
}
