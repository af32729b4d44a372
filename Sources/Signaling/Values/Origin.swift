/// Where a session comes from and what it can do.
public struct Origin: Hashable, Sendable {
    /// The wire protocol that carries a session.
    public enum Door: UInt8, Hashable, CaseIterable, Sendable {
        /// The line protocol.
        case line
        /// The XML protocol.
        case xml
        /// The MIM protocol.
        case mim
        /// The event API.
        case socketIO
        /// An HTTP request, or the media session that it opened.
        case http
        /// The control socket or command line on the server's machine: trusted, acts as a super admin without a login.
        case control
    }

    /// How many rooms a session can be in.
    public enum Rooms: Hashable, Sendable {
        /// In exactly one from sign-in on (it starts in `Home`); entering another leaves the one before.
        case one
        /// In any number; it starts in none.
        case many
    }

    /// The wire protocol.
    public var door: Door
    /// The peer's address; nil for the control socket.
    public var address: IPAddress?
    /// The peer's port, 0 where there is none.
    public var port: UInt16
    /// How many rooms it can be in.
    public var rooms: Rooms
    /// Whether it reads messages at all: messages kept for the absent are delivered to such sessions only.
    public var receivesMessages: Bool
    /// Whether it hears of everyone who comes online and goes (`Event.listed`), without being signed in: a gateway's own session.
    public var hearsRoster = false

    /// A session's origin; an HTTP request or control session receives no messages unless it says so.
    public init(
        door: Door, address: IPAddress?, port: UInt16 = 0, rooms: Rooms? = nil, receivesMessages: Bool? = nil
    ) {
        self.door = door
        self.address = address
        self.port = port
        self.rooms = rooms ?? (door == .line ? .one : .many)
        self.receivesMessages = receivesMessages ?? (door != .http && door != .control)
    }
}
