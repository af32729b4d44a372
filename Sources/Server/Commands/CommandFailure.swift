import ArgumentParser
import Glibc

/// Why a command failed: a sentence on standard error, and the exit status.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
    /// The sentence.
    let description: String
    /// The exit status: 1 where the server refused, 69 where it cannot be reached, 78 where the settings are wrong.
    let status: Int32

    /// The server refused.
    init(refused message: String) {
        description = message
        status = 1
    }

    /// The server, or the store, is not to be had.
    init(unavailable message: String) {
        description = message
        status = EX_UNAVAILABLE
    }

    /// The settings are wrong.
    init(configuration error: ConfigurationError) {
        description = error.description
        status = EX_CONFIG
    }
}
