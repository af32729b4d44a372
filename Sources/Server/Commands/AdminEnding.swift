import ArgumentParser
import Glibc

/// `media-relay admin announce`: says something to everyone.
struct AdminAnnounce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "announce", abstract: "Says something to everyone who is connected.")

    @Argument(help: "What is said.")
    var text: String
    @OptionGroup var options: SettingsOptions

    func run() async throws {
        _ = try RunningServer.perform(.announce(text: text), try options.load())
    }
}

/// `media-relay admin stop`: as SIGTERM does.
struct AdminStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stops the server: tells everyone, finishes what was begun; done when it has ended.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.load()
        _ = try RunningServer.perform(.stop, settings)
        try await RunningServer.waitForEnd(settings)
    }
}

/// `media-relay admin restart`: stops the server and starts it again.
struct AdminRestart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Stops the server and starts it again; done when it serves.",
        discussion: "It keeps its process, arguments and environment; settings and program are read anew.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.load()
        let before = try RunningServer.perform(.status, settings).status?.started
        _ = try RunningServer.perform(.restart, settings)
        try await RunningServer.waitForStart(settings, after: before)
    }
}

/// `media-relay admin kill`: for a server that hangs.
struct AdminKill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "Ends the server at once, whether it answers or not. What it acknowledged is stored.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.load()
        let process = try RunningServer.process(settings)
        guard Glibc.kill(process, SIGKILL) == 0 else {
            throw CommandFailure(refused: "Process \(process) cannot be ended: \(String(cString: strerror(errno))).")
        }
        try await RunningServer.waitForEnd(settings)
    }
}

/// `media-relay admin reset`: forgets everything.
struct AdminReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Deletes everything that is stored: accounts, rooms, messages. There is no way back but a backup.",
        discussion: """
            A running server tells everyone, ends, and starts again empty. Tokens no longer hold. The sealing key stays: \
            backups are sealed under it.
            """)

    @Flag(help: "Confirms it (required).")
    var yes = false
    @OptionGroup var options: SettingsOptions

    func validate() throws {
        guard yes else {
            throw ValidationError("This deletes all accounts, rooms and messages. Confirm it with --yes.")
        }
    }

    func run() async throws {
        let settings = try options.load()
        let before: Int64?
        do {
            before = try RunningServer.perform(.status, settings).status?.started
        } catch  where error.status == EX_UNAVAILABLE {
            try StoreCommand.requireFolder(settings)
            return try DataFolder(path: settings.values.data).erase()
        }
        _ = try RunningServer.perform(.reset, settings)
        try await RunningServer.waitForStart(settings, after: before)
    }
}
