/// Commands about messages.
public enum MessageCommand: Sendable {
    /// Text to everyone in a room that the caller is in; `Reply.sent`.
    case toRoom(RoomTarget, Outgoing)
    /// Text to one user in the caller's current room, `notFound` where they are not in it; `Reply.sent`.
    indirect case toMember(Name, Outgoing)
    /// Text to users, kept for those who are offline; `Reply.sent`.
    case toUsers([Name], Outgoing)
    /// A listening address, for a connection between two users directly; `Reply.done`.
    indirect case peerToPeer(Name, port: UInt16, address: IPAddress)
    /// Replaces the text of an own message; `Reply.done`.
    indirect case edit(MessageID, text: String)
    /// Deletes an own message (a room's admins: any in it); `Reply.done`.
    case delete(MessageID)
    /// Everything up to this message has been read; `Reply.done`.
    indirect case read(Conversation, upTo: MessageID)
    /// The caller is typing, or no longer; `Reply.done`. Passed on at most once in `intervals.typing`.
    indirect case typing(Conversation, Bool)
    /// The newest messages, or those before one, at most 200, newest last; `Reply.history`.
    indirect case history(Conversation, before: MessageID?, limit: Int)

    /// The act it needs.
    public var act: Act {
        switch self {
        case .toRoom: .speakText
        case .toMember, .toUsers, .peerToPeer: .privateMessage
        case .edit, .delete: .look
        case .read, .history: .look
        case .typing(.room, _): .speakText
        case .typing(.user, _): .privateMessage
        }
    }
}

/// Text to be sent.
public struct Outgoing: Sendable {
    /// The text, at most `limits.messageBytes` bytes.
    public var text: String
    /// The sender's own id, 1 to 64 bytes: the same again within ten minutes is answered the same and not sent again.
    public var clientID: String?

    /// Text to be sent.
    public init(_ text: String, clientID: String? = nil) {
        self.text = text
        self.clientID = clientID
    }
}

/// A room's conversation, or the private one with a user.
public enum Conversation: Hashable, Sendable {
    /// A room's.
    case room(RoomTarget)
    /// The one with a user.
    case user(Name)
}
