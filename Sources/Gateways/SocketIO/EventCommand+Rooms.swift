import Signaling

extension EventCommand {
    /// Making, changing, entering and leaving rooms.
    static let rooms: [EventCommand] = [
        EventCommand("room:list") { _ throws(Refusal) in .room(.list) },
        EventCommand("room:create") { fields throws(Refusal) in .room(.create(try newRoom(fields))) },
        EventCommand("room:update") { fields throws(Refusal) in
            .room(.update(.named(try fields.name("room")), try changes(fields)))
        },
        EventCommand("room:delete") { fields throws(Refusal) in
            .room(.delete(try fields.name("room"), password: try fields.password()))
        },
        EventCommand("room:enter") { fields throws(Refusal) in
            .room(.enter(try fields.name("room"), password: try fields.password()))
        },
        EventCommand("room:leave") { fields throws(Refusal) in .room(.leave(.named(try fields.name("room")))) },
        EventCommand("room:members") { fields throws(Refusal) in .room(.members(.named(try fields.name("room")))) },
        EventCommand("room:invite") { fields throws(Refusal) in
            .room(.invite(.named(try fields.name("room")), try fields.name("user")))
        },
    ]

    private static func newRoom(_ fields: EventFields) throws(Refusal) -> NewRoom {
        NewRoom(
            name: try fields.name("room"), kind: try fields.choice("kind", of: RoomKind.self) ?? .text,
            password: try fields.password(), access: try fields.choice("access", of: RoomAccess.self) ?? .anyone,
            expiry: try expiry(fields) ?? .empty, topic: try fields.optionalText("topic") ?? "",
            limits: try limits(fields) ?? MediaLimits())
    }

    private static func changes(_ fields: EventFields) throws(Refusal) -> RoomChanges {
        var changes = RoomChanges()
        changes.topic = try fields.optionalText("topic")
        changes.kind = try fields.choice("kind", of: RoomKind.self)
        changes.password = try fields.password()
        changes.access = try fields.choice("access", of: RoomAccess.self)
        changes.expiry = try expiry(fields)
        changes.capacity = try fields.optionalInteger("capacity").map { Int(clamping: $0) }
        changes.limits = try limits(fields)
        if fields.has("membersInvite") { changes.membersInvite = try fields.flag("membersInvite", default: false) }
        return changes
    }

    private static func expiry(_ fields: EventFields) throws(Refusal) -> RoomExpiry? {
        guard let value = fields.value("expiry") else { return nil }
        guard let expiry = RoomExpiry(text: value.string ?? String(decoding: value.raw, as: UTF8.self)) else {
            throw Refusal(.invalid, "\"expiry\" must be empty, never, sticky, or a number of seconds.")
        }
        return expiry
    }

    private static func limits(_ fields: EventFields) throws(Refusal) -> MediaLimits? {
        let audio = try fields.optionalInteger("audioBitrate").map { Int(clamping: $0) }
        let video = try fields.optionalInteger("videoBitrate").map { Int(clamping: $0) }
        return audio == nil && video == nil ? nil : MediaLimits(audioBitrate: audio, videoBitrate: video)
    }
}
