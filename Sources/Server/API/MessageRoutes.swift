import NIOHTTP1
import Signaling

/// Messages over HTTP, for scripts: to users, kept for those who are offline.
extension APICommand {
    private struct MessageBody: Decodable {
        var to: Receivers?
        var text: String?
        var id: String?
    }

    /// One name, or several.
    private struct Receivers: Decodable {
        let names: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let name = try? container.decode(String.self) {
                names = [name]
            } else {
                names = try container.decode([String].self)
            }
        }
    }

    private struct SentDocument: Encodable {
        let id: String
        /// In milliseconds since 1970.
        let at: Int64
        /// Whether it has gone out to all of them; false where it is kept for somebody.
        let delivered: Bool
    }

    static let messages: [APICommand] = [
        APICommand(
            .POST, "/api/v1/messages", [.privateMessage],
            answer: { reply in
                guard case .sent(let sent) = reply else { return HTTPResponse(.noContent) }
                return document(
                    SentDocument(id: sent.id.description, at: sent.at.milliseconds, delivered: sent.delivered),
                    status: .created)
            }
        ) { arguments throws(Problem) in
            let body = try arguments.decode(MessageBody.self)
            guard let text = body.text else { throw Problem.invalid("text is missing.") }
            var names: [Name] = []
            for name in body.to?.names ?? [] { names.append(try arguments.name(name, "to")) }
            return .message(.toUsers(names, Outgoing(text, clientID: body.id)))
        }
    ]
}
