import NIOHTTP1
import Signaling

/// Moderation over HTTP: the same words in a room (`/api/v1/rooms/{room}/…`) and everywhere (`/api/v1/admin/…`).
extension APICommand {
    /// Against or for whom, and how.
    private struct Body: Decodable {
        var user: String?
        /// An address or network, for a ban.
        var network: String?
        /// Whether a ban also takes the addresses that the user is connected from.
        var address: Bool?
        /// What is muted: `text`, `audio`, `video`.
        var media: [String]?
        /// Until lifted where it is missing.
        var seconds: Int64?
        var reason: String?

        func kinds() throws(Problem) -> MediaKinds {
            guard let media, !media.isEmpty else { throw Problem.invalid("media is a list of text, audio and video.") }
            var kinds: MediaKinds = []
            for name in media {
                guard let kind = MediaKinds(name: name) else {
                    throw Problem.invalid("media is a list of text, audio and video.")
                }
                kinds.insert(kind)
            }
            return kinds
        }

        func target(_ arguments: Arguments) throws(Problem) -> BanTarget {
            guard let network else {
                let name = try arguments.name(user, "user")
                return address == true ? .userAndAddress(name) : .user(name)
            }
            guard user == nil else { throw Problem.invalid("Give either user or network.") }
            guard let found = IPNetwork(network) else {
                throw Problem.invalid("network is an address or a network, as in 192.0.2.0/24.")
            }
            return .network(found)
        }
    }

    private struct RestrictionDocument: Encodable {
        /// `ban` or `mute`.
        let kind: String
        let media: [String]?
        let user: String?
        let network: String?
        let room: String?
        let by: String?
        let reason: String
        /// In milliseconds since 1970.
        let until: Int64?

        init(_ restriction: RestrictionSummary) {
            kind = restriction.media == nil ? "ban" : "mute"
            media = restriction.media?.names
            user = restriction.user?.text
            network = restriction.network?.description
            room = restriction.room?.text
            by = restriction.by?.text
            reason = restriction.reason
            until = restriction.until?.milliseconds
        }
    }

    /// Whether the path names a room.
    private static func scope(_ arguments: Arguments) throws(Problem) -> Scope {
        arguments.parameters["room"] == nil ? .everywhere : .room(.named(try arguments.room()))
    }

    static let moderation: [APICommand] =
        commands(in: "/api/v1/rooms/{room}", .moderateRoom, grant: .grantRoomAdmin)
        + commands(in: "/api/v1/admin", .moderateServer, grant: .grantAdmin)

    private static func commands(in place: String, _ act: Act, grant: Act) -> [APICommand] {
        func command(
            _ word: String, _ act: Act,
            _ build: @escaping @Sendable (Scope, Body, Arguments) throws(Problem) -> ModerationCommand
        ) -> APICommand {
            APICommand(.POST, place + "/" + word, [act]) { arguments throws(Problem) in
                .moderation(try build(try scope(arguments), try arguments.decode(Body.self), arguments))
            }
        }
        return [
            command("kick", act) { scope, body, arguments throws(Problem) in
                .kick(scope, try arguments.name(body.user, "user"), reason: body.reason ?? "")
            },
            command("mute", act) { scope, body, arguments throws(Problem) in
                .mute(
                    scope, try arguments.name(body.user, "user"), try body.kinds(), seconds: body.seconds,
                    reason: body.reason ?? "")
            },
            command("unmute", act) { scope, body, arguments throws(Problem) in
                .unmute(scope, try arguments.name(body.user, "user"), try body.kinds())
            },
            command("ban", act) { scope, body, arguments throws(Problem) in
                .ban(scope, try body.target(arguments), seconds: body.seconds, reason: body.reason ?? "")
            },
            command("unban", act) { scope, body, arguments throws(Problem) in
                .unban(scope, try body.target(arguments))
            },
            command("grant", grant) { scope, body, arguments throws(Problem) in
                .grant(scope, try arguments.name(body.user, "user"))
            },
            command("revoke", grant) { scope, body, arguments throws(Problem) in
                .revoke(scope, try arguments.name(body.user, "user"))
            },
            APICommand(.GET, place + "/restrictions", [act], answer: list) { arguments throws(Problem) in
                .moderation(.restrictions(try scope(arguments)))
            },
        ]
    }

    private static func list(_ reply: Reply) -> HTTPResponse {
        guard case .restrictions(let restrictions) = reply else { return HTTPResponse(.noContent) }
        return document(["restrictions": restrictions.map { RestrictionDocument($0) }])
    }
}
