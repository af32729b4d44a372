/// Commands about the server as a whole.
public enum ServerCommand: Sendable {
    /// The counters that change whenever something does; `Reply.status`.
    case status
    /// Counts of users, rooms, sessions; `Reply.statistics`.
    case statistics
    /// How users are at this moment: one by name, also one who is offline; without a name all who are online. `Reply.users`.
    case users(Name?)
    /// Says something to everyone who is connected; `Reply.done`.
    case announce(String)
    /// A consistent copy of the store into a new file; `Reply.done`.
    case backup(path: String)
    /// Whether the server may be ended like this, which is noted; the shell does it once it is answered. `Reply.done`.
    case end(ServerEnd)

    /// The act it needs.
    public var act: Act {
        switch self {
        case .status, .statistics: .look
        case .users: .manageOthers
        case .announce: .announce
        case .backup, .end: .configure
        }
    }
}

/// How a server ends.
public enum ServerEnd: String, Hashable, CaseIterable, Sendable {
    /// The program ends.
    case stop
    /// The program begins anew with the same arguments.
    case restart
    /// Everything that is stored is deleted, and the program begins anew.
    case reset
}
