import NIOCore
import Signaling

/// Has a request performed: by the server that has the data folder, or, where none runs, on the store itself.
enum ControlRunner {
    /// Gives the answer to a request that was not refused.
    static func perform(_ request: ControlRequest, _ settings: LoadedConfiguration) async throws -> ControlResponse {
        let response = try await answer(request, settings)
        if let failure = response.failure { throw CommandFailure(refused: failure.message) }
        return response
    }

    private static func answer(
        _ request: ControlRequest, _ settings: LoadedConfiguration
    ) async throws -> ControlResponse {
        do throws(ControlClient.Failure) {
            return try ControlClient(dataFolder: settings.values.data).perform(request)
        } catch .notRunning {
            return try await direct(request, settings)
        } catch {
            throw CommandFailure(unavailable: "\(error)")
        }
    }

    /// Opens the store for as long as the request takes.
    private static func direct(
        _ request: ControlRequest, _ settings: LoadedConfiguration
    ) async throws -> ControlResponse {
        let core: Core
        do {
            core = try await Core.open(settings, withMedia: false)
        } catch let error as ConfigurationError {
            throw CommandFailure(configuration: error)
        }
        let response = try await core.onLoop { signaling in
            ControlService(signaling: signaling).perform(request).nonisolated()
        }.get()
        try await core.onLoop { $0.shutDown(reason: "").map {} }.get()
        try await core.close()
        return response
    }
}
