/// Commands about the server as a whole.
public enum ServerCommand: Sendable {
    /// The counters that change whenever something does; `Reply.status`.
    case status
    /// Counts of users, rooms, sessions; `Reply.statistics`.
    case statistics
    /// Says something to everyone who is connected; `Reply.done`.
    case announce(String)
    /// A consistent copy of the store into a new file; `Reply.done`.
    case backup(path: String)

    /// The act it needs.
    public var act: Act {
        switch self {
        case .status, .statistics: .look
        case .announce: .announce
        case .backup: .configure
        }
    }
}
