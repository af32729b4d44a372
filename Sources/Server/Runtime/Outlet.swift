import Signaling

/// Where the replies and events of a session go: an enumeration, so that nothing is looked up for each message.
enum Outlet {
    /// The session is gone.
    case none
    /// Requests that are answered one by one: HTTP and the control socket.
    case requests(RequestSession)
    /// A connection of the line protocol.
    case line(LineChannel)
    /// A connection of the XML protocol.
    case xml(XMLClient)
    /// A connection of the MIM protocol.
    case mim(MIMClient)
    /// The MIM door itself, which hears who comes and goes.
    case roster(MIMDoor)
    /// A client of the event API.
    case events(EngineClient)

    /// A command is answered.
    func reply(_ tag: Tag, _ reply: Reply, now: Timestamp) {
        switch self {
        case .none: break
        case .line(let channel): channel.reply(tag, reply, now: now)
        case .requests(let session): session.reply(tag, reply)
        case .xml(let client): client.reply(tag, reply, now: now)
        case .mim(let client): client.reply(tag, reply)
        case .events(let client): client.reply(tag, reply, now: now)
        case .roster: break
        }
    }

    /// The hub has closed the session.
    func close(reason: String) {
        switch self {
        case .none: break
        case .requests(let session): session.closed(reason: reason)
        case .line(let channel): channel.closed(reason: reason)
        case .xml(let client): client.closed()
        case .mim(let client): client.closed()
        case .events(let client): client.closed(reason: reason)
        case .roster(let door): door.close()
        }
    }

    /// Whether the session's connection is read.
    func setReading(_ reads: Bool) {
        switch self {
        case .none, .requests, .mim, .roster: break
        case .line(let channel): channel.setReading(reads)
        case .xml(let client): client.setReading(reads)
        case .events(let client): client.setReading(reads)
        }
    }
}
