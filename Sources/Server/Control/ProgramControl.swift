import Signaling

/// The program that serves, as its operator's commands see it.
struct ProgramControl: Sendable {
    /// When it was started.
    let started: Timestamp
    /// Has it end after it has told everyone and stored what it accepted.
    let end: @Sendable (ServerEnd) -> Void
}
