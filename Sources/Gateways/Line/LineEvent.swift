public import Signaling

/// An event as the line protocol says it: encoded once, then shared by all the connections that hear it.
public struct LineEvent: Sendable {
    /// Which of the sessions that an event goes to are told of it here.
    enum Audience: Sendable, Equatable {
        /// All of them.
        case all
        /// Those of one user: what happened to somebody is told to them, and this protocol has no words for the others.
        case only(Name)
        /// All but one user's: nobody is sent their own private messages back.
        case allBut(Name)
    }

    /// The line, or several, with their CRLF.
    public let bytes: [UInt8]
    /// Whether it may be dropped for a slow reader.
    public let isTransient: Bool
    /// Whether the connection is being closed with it.
    let isFarewell: Bool
    let audience: Audience
    /// Whether it is written to all who get it without a further look: for everyone, and no farewell.
    let isForAll: Bool

    /// Nil where the protocol has no words for the event.
    public init?(_ event: Event) {
        var writer = LineWriter()
        var audience = Audience.all
        switch event {
        case .message(let message): audience = Self.write(message, to: &writer)
        case .typing(let user, let place, true):
            writer.literal("@mess #typing")
            writer.word(user.text.utf8.span)
            writer.end()
            if case .user(let from, let to) = place, from != to { audience = .allBut(from) }
        case .peerToPeer(let from, let port, let address):
            writer.literal("@mess #peer2peer")
            writer.word(from.text.utf8.span)
            writer.quoted(" \(port) \(address)".utf8.span)
            writer.end()
        case .invited(let room, let by):
            writer.literal("@mess #invite")
            writer.word(room.text.utf8.span)
            writer.word(by.text.utf8.span)
            writer.end()
        case .kicked(let sanction):
            writer.literal("@mess #kicked")
            audience = Self.write(sanction, hasSeconds: false, to: &writer)
        case .muted(let sanction, _):
            writer.literal("@mess #muted")
            audience = Self.write(sanction, hasSeconds: true, to: &writer)
        case .banned(let sanction):
            writer.literal("@mess #banned")
            audience = Self.write(sanction, hasSeconds: true, to: &writer)
        case .roomDeleted(let room):
            writer.literal("@mess #roomdeleted")
            writer.word(room.text.utf8.span)
            writer.end()
        case .notice(let text), .signedOut(let text):
            Self.writeServer(text, to: &writer)
        default:
            return nil
        }
        self.audience = audience
        bytes = writer.bytes
        isTransient = event.isTransient
        if case .signedOut = event { isFarewell = true } else { isFarewell = false }
        isForAll = audience == .all && !isFarewell
    }

    /// Writes `@mess #server "text"`, a line for each line of the text.
    static func writeServer(_ text: String, to writer: inout LineWriter) {
        LineText.forEachLine(text.utf8.span) { line in
            writer.literal("@mess #server")
            writer.quoted(line)
            writer.end()
        }
    }

    private static func write(_ message: Message, to writer: inout LineWriter) -> Audience {
        // Enough for most: the name, the words, some escapes.
        writer.bytes.reserveCapacity(message.text.utf8.count + 80)
        LineText.forEachLine(message.text.utf8.span) { line in
            if message.wasOffline {
                writer.literal("@mess #offline")
            } else if case .room = message.place {
                writer.literal("@mess #broadcast")
            } else {
                writer.literal("@mess #sendto")
            }
            writer.word(message.from.text.utf8.span)
            if message.wasOffline { writer.number(message.at.seconds) }
            writer.quoted(line)
            writer.end()
        }
        if case .user(let from, let to) = message.place, from != to { return .allBut(from) }
        return .all
    }

    private static func write(_ sanction: Sanction, hasSeconds: Bool, to writer: inout LineWriter) -> Audience {
        writer.word((sanction.room?.text ?? "-").utf8.span)
        writer.word((sanction.by?.text ?? "-").utf8.span)
        if hasSeconds { writer.number(sanction.seconds ?? 0) }
        writer.quoted(sanction.reason.utf8.span)
        writer.end()
        return .only(sanction.user)
    }
}
