import NIOHTTP1
import Signaling

/// The server as a whole, over HTTP.
extension APICommand {
    private struct AuditDocument: Encodable {
        let number: Int64
        /// In milliseconds since 1970.
        let at: Int64
        let actor: String
        let action: String
        let target: String
        let room: String?
        let reason: String
        /// In milliseconds since 1970.
        let until: Int64?

        init(_ entry: AuditEntry) {
            number = entry.number
            at = entry.at.milliseconds
            actor = entry.actor
            action = entry.action
            target = entry.target
            room = entry.room?.text
            reason = entry.reason
            until = entry.until?.milliseconds
        }
    }

    private struct TextBody: Decodable {
        var text: String?
    }

    static let administration: [APICommand] = [
        APICommand(
            .GET, "/api/v1/admin/users", [.manageOthers],
            answer: { reply in
                guard case .users(let users) = reply else { return HTTPResponse(.noContent) }
                return document(["users": users.map { ControlResponse.User($0) }])
            }
        ) { _ in .server(.users(nil)) },
        APICommand(
            .GET, "/api/v1/admin/audit", [.readAudit],
            answer: { reply in
                guard case .audit(let entries) = reply else { return HTTPResponse(.noContent) }
                return document(["entries": entries.map { AuditDocument($0) }])
            }
        ) { arguments throws(Problem) in
            let before = try number(arguments.query["before"], "before")
            return .moderation(.audit(before: before, limit: Int(try number(arguments.query["limit"], "limit") ?? 50)))
        },
        APICommand(.POST, "/api/v1/admin/announce", [.announce]) { arguments throws(Problem) in
            guard let text = try arguments.decode(TextBody.self).text, !text.isEmpty else {
                throw Problem.invalid("text is missing.")
            }
            return .server(.announce(text))
        },
        APICommand(.POST, "/api/v1/admin/stop", [.configure], answer: { _ in HTTPResponse(.accepted) }) { _ in
            .server(.end(.stop))
        },
        APICommand(.POST, "/api/v1/admin/restart", [.configure], answer: { _ in HTTPResponse(.accepted) }) { _ in
            .server(.end(.restart))
        },
    ]

    private static func number(_ text: String?, _ field: String) throws(Problem) -> Int64? {
        guard let text else { return nil }
        guard let number = Int32(text), number > 0 else { throw Problem.invalid("\(field) is a number from 1.") }
        return Int64(number)
    }
}
