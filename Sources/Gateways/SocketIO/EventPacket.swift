public import Signaling

/// An event of the domain as a packet of the event API: written once, then shared by all who hear it.
public struct EventPacket: Sendable {
    /// The text of the Engine.IO message, the digit of the message in front.
    public let bytes: [UInt8]
    /// Whether it may be dropped for a slow reader.
    public let isTransient: Bool

    /// Nil where the event API has no word for the event.
    public init?(_ event: Event) {
        guard let bytes = Self.encode(event) else { return nil }
        self.bytes = bytes
        isTransient = event.isTransient
    }

    private static func encode(_ event: Event) -> [UInt8]? {
        switch event {
        case .message(let message):
            SocketIOEncoder.event("message") { EventReply.write(message, to: &$0) }
        case .messageEdited(let id, let place, let text):
            object("message:edited") {
                $0.member("id", id.description)
                write(place, to: &$0)
                $0.member("text", text)
            }
        case .messageDeleted(let id, let place):
            object("message:deleted") {
                $0.member("id", id.description)
                write(place, to: &$0)
            }
        case .messageRead(let id, let place, let by):
            object("message:read") {
                $0.member("upTo", id.description)
                $0.member("user", by.text)
                write(place, to: &$0)
            }
        case .typing(let user, let place, let isTyping):
            object("typing") {
                $0.member("user", user.text)
                switch place {
                case .room(let room): $0.member("room", room.text)
                case .user(_, let to): $0.member("to", to.text)
                }
                $0.member("typing", isTyping)
            }
        case .presence(let change): object("presence") { EventReply.write(change, to: &$0) }
        case .contactRequest(let from):
            object("contact:request") {
                $0.member("user", from.text)
                $0.member("from", from.text)
            }
        case .peerToPeer(let from, let port, let address):
            object("peer") {
                $0.member("from", from.text)
                $0.member("address", address.description)
                $0.member("port", port)
            }
        case .notice(let text): object("notice") { $0.member("text", text) }
        case .signedOut(let reason): object("signedOut") { $0.member("reason", reason) }
        case .call(let call): encode(call)
        default: encodeOfRoom(event)
        }
    }

    private static func encodeOfRoom(_ event: Event) -> [UInt8]? {
        switch event {
        case .entered(let room, let user): movement("room:entered", room, user)
        case .left(let room, let user): movement("room:left", room, user)
        case .roomCount(let room, let users):
            object("room:count") {
                $0.member("room", room.text)
                $0.member("users", users)
            }
        case .roomUpdated(let room): object("room:updated") { EventReply.write(room, to: &$0) }
        case .roomDeleted(let room): object("room:deleted") { $0.member("room", room.text) }
        case .invited(let room, let by):
            object("room:invited") {
                $0.member("room", room.text)
                $0.member("by", by.text)
            }
        case .kicked(let sanction): object("room:kicked") { write(sanction, to: &$0) }
        case .banned(let sanction): object("room:banned") { write(sanction, to: &$0) }
        case .muted(let sanction, let media): mute("room:muted", sanction, media)
        case .unmuted(let sanction, let media): mute("room:unmuted", sanction, media)
        case .roleChanged(let user, let room, let role):
            object("role:changed") {
                $0.member("user", user.text)
                EventReply.optional("room", room?.text, &$0)
                $0.member("role", role)
            }
        case .speaking(let room, let users):
            object("media:speaking") {
                $0.member("room", room.text)
                EventReply.writeNames("users", users, to: &$0)
            }
        case .track(let room, let user, let media):
            object("media:track") {
                $0.member("room", room.text)
                $0.member("user", user.text)
                EventReply.writeMedia(media, to: &$0)
            }
        case .mediaEnded(let session, let reason):
            object("media:ended") {
                $0.member("session", session.description)
                $0.member("reason", reason)
            }
        default: nil
        }
    }

    private static func encode(_ call: CallEvent) -> [UInt8] {
        switch call {
        case .incoming(let id, let from, let media):
            object("call:incoming") {
                $0.member("call", id.description)
                $0.member("from", from.text)
                EventReply.writeMedia(media, to: &$0)
            }
        case .accepted(let id, let by):
            object("call:accepted") {
                $0.member("call", id.description)
                $0.member("by", by.text)
            }
        case .declined(let id, let by, let reason):
            object("call:declined") {
                $0.member("call", id.description)
                $0.member("by", by.text)
                $0.member("reason", reason)
            }
        case .ended(let id, let reason):
            object("call:ended") {
                $0.member("call", id.description)
                $0.member("reason", reason)
            }
        }
    }

    private static func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        SocketIOEncoder.event(name) { $0.object(members) }
    }

    private static func movement(_ name: StaticString, _ room: Name, _ user: Name) -> [UInt8] {
        object(name) {
            $0.member("room", room.text)
            $0.member("user", user.text)
        }
    }

    private static func mute(_ name: StaticString, _ sanction: Sanction, _ media: MediaKinds) -> [UInt8] {
        object(name) {
            write(sanction, to: &$0)
            EventReply.writeMedia(media, to: &$0)
        }
    }

    private static func write(_ sanction: Sanction, to writer: inout JSONWriter) {
        EventReply.optional("room", sanction.room?.text, &writer)
        writer.member("user", sanction.user.text)
        EventReply.optional("by", sanction.by?.text, &writer)
        writer.member("reason", sanction.reason)
        if let seconds = sanction.seconds { writer.member("seconds", seconds) }
    }

    private static func write(_ place: Place, to writer: inout JSONWriter) {
        switch place {
        case .room(let room): writer.member("room", room.text)
        case .user(let from, let to):
            writer.member("from", from.text)
            writer.member("to", to.text)
        }
    }
}
