/// Commands about private calls.
public enum CallCommand: Sendable {
    /// Rings a user; `Reply.call` with the call's id.
    case invite(Name, media: MediaKinds)
    /// Takes a call; `Reply.done`.
    case accept(CallID)
    /// Declines it; `Reply.done`.
    case decline(CallID)
    /// Ends it; `Reply.done`, once its media have ended.
    case hangUp(CallID)

    /// The act it needs.
    public var act: Act {
        if case .invite = self { .privateCall } else { .connect }
    }
}

/// A private call; unguessable.
public struct CallID: Hashable, Sendable, CustomStringConvertible {
    /// 32 hexadecimal digits.
    public let description: String

    /// The call of this text.
    public init(_ text: String) {
        description = text
    }
}
