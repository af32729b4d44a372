import ArgumentParser
import Glibc
import Logging
import Signaling

/// `media-relay serve`: runs the server until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the server.",
        discussion: """
            Prints one line with what listens where once it is ready. SIGTERM and SIGINT: tells everyone, finishes what was \
            begun, and ends with 0. SIGHUP: reads the settings again. Settings that cannot be used: ends with 78 and one line \
            with the file, the line and the reason.
            """)

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        Restarting.prepare()
        let signals = SignalListener([SIGTERM, SIGINT, SIGHUP])
        let settings = try options.load()
        LoggingSystem.bootstrap { _ in StandardErrorLog() }
        StandardErrorLog.level = settings.values.log.level.level
        let log = Logger(label: "server")
        Self.warn(settings, log)

        let (events, continuation) = AsyncStream.makeStream(of: Occasion.self)
        let forwarding = Task {
            for await signal in signals.stream { continuation.yield(signal == SIGHUP ? .reload : .end(.stop)) }
        }
        defer { forwarding.cancel() }
        let server: RelayServer
        do {
            server = try await RelayServer.start(settings, log: log) { continuation.yield(.end($0)) }
        } catch let error as ConfigurationError {
            throw CommandFailure(configuration: error)
        }
        print(server.readyLine)
        fflush(nil)

        for await event in events {
            guard case .end(let end) = event else {
                await reload(server, log)
                continue
            }
            log.info("shutting down")
            // A second signal ends the program at once.
            signals.stop()
            try await server.drain()
            if end == .reset { try reset(settings, log) }
            if end != .stop { try Restarting.begin() }
            return
        }
    }

    /// What happens to a running server.
    private enum Occasion: Sendable {
        case reload
        case end(ServerEnd)
    }

    private func reset(_ settings: LoadedConfiguration, _ log: Logger) throws(CommandFailure) {
        log.warning("everything that was stored is deleted", metadata: ["folder": "\(settings.values.data)"])
        try DataFolder(path: settings.values.data).erase()
    }

    private func reload(_ server: RelayServer, _ log: Logger) async {
        do {
            let settings = try options.loader.load()
            Self.warn(settings, log)
            try await server.reload(settings)
            log.info("settings read again")
        } catch {
            log.error("the settings stay as they are", metadata: ["reason": "\(error)"])
        }
    }

    private static func warn(_ settings: LoadedConfiguration, _ log: Logger) {
        for warning in settings.warnings { log.warning("\(warning)") }
        for key in Setting.doorsToCome where settings.origins[key] != nil {
            guard let setting = Setting.byKey[key], setting.show(settings.values) != "0" else { continue }
            log.warning("\(settings.origin(of: key)): \(key): this version has no such door")
        }
    }
}
