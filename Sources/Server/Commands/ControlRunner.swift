import Logging
import NIOCore
import Signaling
import Storage

/// Has a request performed: by the server that has the data folder, or, where none runs, on the store itself.
enum ControlRunner {
    /// Gives the answer to a request that was not refused.
    static func perform(_ request: ControlRequest, _ settings: LoadedConfiguration) async throws -> ControlResponse {
        let response = try await answer(request, settings)
        if let failure = response.failure { throw CommandFailure(refused: failure.message) }
        return response
    }

    /// How often a data folder is asked for while a server is starting on it, or another command is at work.
    private static let attempts = 100

    private static func answer(
        _ request: ControlRequest, _ settings: LoadedConfiguration
    ) async throws -> ControlResponse {
        let folder = settings.values.data
        // A name that was mistyped is not to become a data folder.
        guard request.makesFolder || SQLiteStore.exists(in: folder) else {
            throw CommandFailure(
                configuration: settings.error("data", "there is no data folder \(folder) yet; is this the right one?"))
        }
        for attempt in 1... {
            do throws(ControlClient.Failure) {
                return try ControlClient(dataFolder: folder).perform(request)
            } catch {
                guard error == .notRunning else { throw CommandFailure(unavailable: "\(error)") }
            }
            do {
                return try await direct(request, settings)
            } catch let error as ConfigurationError {
                guard error.reason == Core.inUse(folder), attempt < attempts else {
                    throw CommandFailure(configuration: error)
                }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw CommandFailure(unavailable: Core.inUse(folder))
    }

    /// Opens the store for as long as the request takes.
    private static func direct(
        _ request: ControlRequest, _ settings: LoadedConfiguration
    ) async throws -> ControlResponse {
        let log = Logger(label: "command") { _ in StandardErrorLog() }
        StandardErrorLog.level = .error
        let core = try await Core.open(settings, withMedia: false, log: log)
        let response = try await core.onLoop { signaling in
            ControlService(signaling: signaling, program: nil).perform(request).nonisolated()
        }.get()
        try await core.onLoop { $0.shutDown(reason: "").map {} }.get()
        try await core.close()
        return response
    }
}
