public import ArgumentParser
public import Signaling

/// `media-relay room …`: rooms, with or without a running server.
struct RoomGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "room",
        abstract: "Lists, makes and deletes rooms.",
        subcommands: [List.self, Create.self, Delete.self])

    /// Prints rooms as JSON or as a table.
    static func print(_ rooms: [ControlResponse.Room], _ output: OutputOption) {
        output.print(rooms, columns: ["name", "kind", "owner", "users", "access", "password"]) { room in
            [
                room.name, room.kind, room.owner ?? "-", String(room.users), room.access,
                room.hasPassword ? "yes" : "no",
            ]
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the rooms.")

        @OptionGroup var output: OutputOption
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let rooms = try await ControlRunner.perform(.roomList, try options.load()).rooms ?? []
            RoomGroup.print(rooms, output)
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a room, which belongs to nobody.")

        @Argument(help: "The room's name: 1 to 30 bytes.")
        var name: String
        @Option(help: "What it carries: text, audio or video (each with those before it).")
        var kind = RoomKind.text
        @Option(help: "The password that entering needs.")
        var password: String?
        @Option(help: "Who may enter: anyone, registered or invited.")
        var access = RoomAccess.anyone
        @Option(help: "When it ends: empty, never, sticky, or after so many seconds without anybody in it.")
        var expiry = RoomExpiry.empty
        @Option(help: "Payload bits per second of a person's audio.")
        var audioBitrate: Int?
        @Option(help: "Payload bits per second of a person's video.")
        var videoBitrate: Int?
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let room = RoomRequest(
                name: name, kind: kind.rawValue, password: password, access: access.rawValue, expiry: expiry.text,
                audioBitrate: audioBitrate, videoBitrate: videoBitrate)
            _ = try await ControlRunner.perform(.roomCreate(room), try options.load())
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a room; who is in it is told and put out.")

        @Argument(help: "The room's name.")
        var name: String
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            _ = try await ControlRunner.perform(.roomDelete(name: name), try options.load())
        }
    }
}

// These two are of this program, so nobody else can conform them.
extension RoomKind: ExpressibleByArgument {}
extension RoomAccess: ExpressibleByArgument {}

extension RoomExpiry: ExpressibleByArgument {
    /// Reads `empty`, `never`, `sticky` or a number of seconds.
    public init?(argument: String) {
        self.init(text: argument)
    }

    /// What `--help` shows as the default.
    public var defaultValueDescription: String { text }
}
