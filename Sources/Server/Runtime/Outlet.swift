import Signaling

/// Where the replies and events of a session go: an enumeration, so that nothing is looked up for each message.
enum Outlet {
    /// The session is gone.
    case none
    /// Requests that are answered one by one: HTTP and the control socket.
    case requests(RequestSession)
    /// A connection of the line protocol.
    case line(LineChannel)

    /// A command is answered.
    func reply(_ tag: Tag, _ reply: Reply, now: Timestamp) {
        switch self {
        case .none: break
        case .line(let channel): channel.reply(tag, reply, now: now)
        case .requests(let session): session.reply(tag, reply)
        }
    }

    /// The hub has closed the session.
    func close(reason: String) {
        switch self {
        case .none: break
        case .requests(let session): session.closed(reason: reason)
        case .line(let channel): channel.closed(reason: reason)
        }
    }

    /// Whether the session's connection is read.
    func setReading(_ reads: Bool) {
        switch self {
        case .none, .requests: break
        case .line(let channel): channel.setReading(reads)
        }
    }
}
