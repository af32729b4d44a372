/// Commands about message groups and their threads.
public enum BoardCommand: Sendable {
    /// All groups that the caller may see; `Reply.groups`.
    case groups
    /// Makes a group; `Reply.done`. Seconds nil: the setting's.
    indirect case createGroup(Name, password: Secret?, openToGuests: Bool, seconds: Int64?)
    /// Deletes a group with all its messages; `Reply.done`.
    case deleteGroup(Name)
    /// Joins a group, leaving the one joined before; `Reply.done`.
    case join(Name, password: Secret?)
    /// Leaves the group joined, if any; `Reply.done`.
    case leave
    /// All messages of a group (parent nil), the top-level ones (parent 0) or the replies to one; `Reply.posts`.
    case posts(GroupTarget, parent: Int64?)
    /// One message with its text; `Reply.post`.
    case post(GroupTarget, Int64)
    /// Posts a message; `Reply.posted`.
    indirect case create(GroupTarget, NewPost)
    /// Deletes a message with all replies to it; `Reply.done`.
    case delete(GroupTarget, Int64)

    /// The act it needs.
    public var act: Act {
        switch self {
        case .groups, .join, .leave, .posts, .post: .look
        case .createGroup: .createGroup
        case .deleteGroup: .deleteGroup
        case .create: .post
        case .delete: .deletePost
        }
    }
}

/// Which message group a command means.
public enum GroupTarget: Hashable, Sendable {
    /// The one that the session has joined.
    case joined
    /// The group of this name, where it is open to the caller without joining.
    case named(Name)
}

/// A board message to be posted.
public struct NewPost: Sendable {
    /// Its name.
    public var name: Name
    /// The message it replies to; 0 for none.
    public var parent: Int64
    /// Its text, 1 to 100 parts of at most 1,000 bytes.
    public var parts: [String]
    /// After how many seconds it goes; nil for the setting's. A reply goes with its parent.
    public var seconds: Int64?

    /// A board message to be posted.
    public init(name: Name, parent: Int64 = 0, parts: [String], seconds: Int64? = nil) {
        self.name = name
        self.parent = parent
        self.parts = parts
        self.seconds = seconds
    }
}
