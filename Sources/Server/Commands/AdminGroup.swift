import ArgumentParser
import Glibc
import Storage

/// `media-relay admin …`: the server as a whole.
struct AdminGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "Asks the server how it is; stops, tests, backs up and restores it.",
        subcommands: [
            AdminQuery.self, AdminAnnounce.self, AdminStop.self, AdminRestart.self, AdminKill.self, AdminTest.self,
            AdminBackup.self, AdminRestore.self, AdminRekey.self, AdminReset.self,
        ])
}

/// What the commands do that need a server.
enum RunningServer {
    /// How long a server may take to end; it gives itself ten seconds.
    private static let patience = Duration.seconds(30)

    /// Has the server of a data folder perform a request. Throws where none runs.
    static func perform(
        _ request: ControlRequest, _ settings: LoadedConfiguration
    ) throws(CommandFailure) -> ControlResponse {
        let response: ControlResponse
        do {
            response = try client(settings).perform(request)
        } catch {
            throw failure(error, settings)
        }
        if let failure = response.failure { throw CommandFailure(refused: failure.message) }
        return response
    }

    /// The server's process.
    static func process(_ settings: LoadedConfiguration) throws(CommandFailure) -> pid_t {
        do {
            return try client(settings).serverProcess()
        } catch {
            throw failure(error, settings)
        }
    }

    private static func client(_ settings: LoadedConfiguration) throws(ControlClient.Failure) -> ControlClient {
        try ControlClient(dataFolder: settings.values.data)
    }

    private static func failure(_ error: ControlClient.Failure, _ settings: LoadedConfiguration) -> CommandFailure {
        CommandFailure(unavailable: error == .notRunning ? "No server runs on \(settings.values.data)." : "\(error)")
    }

    /// Waits until the server has let go of its data folder.
    static func waitForEnd(_ settings: LoadedConfiguration) async throws {
        try await wait("The server has not ended within 30 seconds; `admin kill` ends it at once.") {
            !SQLiteStore.isInUse(folder: settings.values.data)
        }
    }

    /// Waits until a server has started that is another than the one of before.
    static func waitForStart(_ settings: LoadedConfiguration, after before: Int64?) async throws {
        try await wait("The server has not started again within 30 seconds; see its log.") {
            guard let status = try? perform(.status, settings).status else { return false }
            return status.started != before
        }
    }

    private static func wait(_ failure: String, until isDone: () -> Bool) async throws {
        let end = ContinuousClock.now + patience
        while !isDone() {
            guard ContinuousClock.now < end else { throw CommandFailure(unavailable: failure) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
