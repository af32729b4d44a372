import Signaling

extension EventCommand {
    /// Kicks, mutes, bans and roles in a room.
    static let moderation: [EventCommand] =
        sanctions("room") { fields throws(Refusal) in .room(.named(try fields.name("room"))) } + [
            EventCommand("room:grant") { fields throws(Refusal) in
                let (room, user) = (try fields.name("room"), try fields.name("user"))
                switch try fields.optionalText("role") {
                case nil, "roomAdmin": return .moderation(.grant(.room(.named(room)), user))
                case "owner": return .room(.handOver(.named(room), user))
                default: throw Refusal(.invalid, "\"role\" must be roomAdmin or owner.")
                }
            },
            EventCommand("room:revoke") { fields throws(Refusal) in
                .moderation(.revoke(.room(.named(try fields.name("room"))), try fields.name("user")))
            },
        ]

    /// The same everywhere, and what else administrators do.
    static let everywhere: [EventCommand] =
        sanctions("admin") { _ throws(Refusal) in .everywhere } + [
            EventCommand("admin:grant") { fields throws(Refusal) in
                .moderation(.grant(.everywhere, try fields.name("user")))
            },
            EventCommand("admin:revoke") { fields throws(Refusal) in
                .moderation(.revoke(.everywhere, try fields.name("user")))
            },
            EventCommand("admin:announce") { fields throws(Refusal) in .server(.announce(try fields.text("text"))) },
            EventCommand("admin:statistics") { _ throws(Refusal) in .server(.statistics) },
            EventCommand("admin:audit") { fields throws(Refusal) in
                let limit = try fields.optionalInteger("limit") ?? 50
                guard (1...200).contains(limit) else { throw Refusal(.invalid, "\"limit\" must be from 1 to 200.") }
                return .moderation(.audit(before: try fields.optionalInteger("before"), limit: Int(limit)))
            },
        ]

    private static func sanctions(
        _ prefix: String, _ scope: @escaping @Sendable (EventFields) throws(Refusal) -> Scope
    ) -> [EventCommand] {
        [
            EventCommand("\(prefix):kick") { fields throws(Refusal) in
                .moderation(
                    .kick(try scope(fields), try fields.name("user"), reason: try fields.optionalText("reason") ?? ""))
            },
            EventCommand("\(prefix):mute") { fields throws(Refusal) in
                .moderation(
                    .mute(
                        try scope(fields), try fields.name("user"), try fields.media(default: .all),
                        seconds: try seconds(fields), reason: try fields.optionalText("reason") ?? ""))
            },
            EventCommand("\(prefix):unmute") { fields throws(Refusal) in
                .moderation(
                    .unmute(try scope(fields), try fields.name("user"), try fields.media(default: .all)))
            },
            EventCommand("\(prefix):ban") { fields throws(Refusal) in
                .moderation(
                    .ban(
                        try scope(fields), try banTarget(fields), seconds: try seconds(fields),
                        reason: try fields.optionalText("reason") ?? ""))
            },
            EventCommand("\(prefix):unban") { fields throws(Refusal) in
                .moderation(.unban(try scope(fields), try banTarget(fields)))
            },
            EventCommand("\(prefix):restrictions") { fields throws(Refusal) in
                .moderation(.restrictions(try scope(fields)))
            },
        ]
    }

    private static func seconds(_ fields: EventFields) throws(Refusal) -> Int64? {
        guard let seconds = try fields.optionalInteger("seconds"), seconds != 0 else { return nil }
        guard seconds > 0 else { throw Refusal(.invalid, "\"seconds\" must not be negative.") }
        return seconds
    }

    private static func banTarget(_ fields: EventFields) throws(Refusal) -> BanTarget {
        if let text = try fields.optionalText("network") {
            guard let network = IPNetwork(text) else {
                throw Refusal(.invalid, "\"network\" must be an IP address or a network such as 192.0.2.0/24.")
            }
            return .network(network)
        }
        let user = try fields.name("user")
        return try fields.flag("address", default: false) ? .userAndAddress(user) : .user(user)
    }
}
