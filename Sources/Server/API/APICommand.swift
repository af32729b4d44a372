import NIOCore
import NIOHTTP1
import Signaling

/// One command of the HTTP API: the route, the act that it needs, and what it becomes. Whoever asks is judged by the hub, as on
/// every other door.
struct APICommand: Sendable {
    /// What a handler reads: the path's parameters, the query and the body.
    struct Arguments {
        let parameters: [String: String]
        let query: [String: String]
        let body: [UInt8]

        /// The room that the path names.
        func room() throws(Problem) -> Name { try name(parameters["room"], "room") }

        /// A name out of the path or the body.
        func name(_ text: String?, _ field: String) throws(Problem) -> Name {
            guard let text else { throw Problem.invalid("\(field) is missing.") }
            guard let name = Name(text) else {
                throw Problem.invalid("\(field) has 1 to 30 bytes and no control character.")
            }
            return name
        }

        /// The body as a JSON object; an empty one where nothing was sent.
        func decode<Value: Decodable>(_ type: Value.Type) throws(Problem) -> Value {
            guard let value = JSON.decode(type, from: body.isEmpty ? Array("{}".utf8) : body) else {
                throw Problem.invalid("The body is not a JSON object with fields of the right types.")
            }
            return value
        }
    }

    let method: HTTPMethod
    let path: String
    /// The act that it needs; several where the body decides which.
    let acts: Set<Act>
    /// What it asks of the hub.
    let build: @Sendable (Arguments) throws(Problem) -> Command
    /// What is said of the hub's reply.
    let answer: @Sendable (Reply) -> HTTPResponse

    init(
        _ method: HTTPMethod, _ path: String, _ acts: Set<Act>,
        answer: @escaping @Sendable (Reply) -> HTTPResponse = { _ in HTTPResponse(.noContent) },
        build: @escaping @Sendable (Arguments) throws(Problem) -> Command
    ) {
        self.method = method
        self.path = path
        self.acts = acts
        self.answer = answer
        self.build = build
    }

    /// Every command.
    static let all = rooms + moderation + messages + administration
}

extension APICommand {
    /// An answer with a JSON document.
    static func document(_ value: some Encodable, status: HTTPResponseStatus = .ok) -> HTTPResponse {
        HTTPResponse(status, contentType: "application/json", body: JSON.encode(value)).with(
            "cache-control", "no-store")
    }
}

extension API {
    /// Performs a command for whom the token stands, on a session of its own.
    func perform(_ command: APICommand, _ request: HTTPRequest, _ parameters: [String: String]) throws -> Answer {
        let token = try authenticate(request)
        let arguments = APICommand.Arguments(
            parameters: parameters, query: request.query, body: Array(request.body.readableBytesView))
        let wanted = try command.build(arguments)
        let session = RequestSession(signaling, origin: origin(of: request))
        return session.perform(.session(.signIn(.token(token.claims)))).flatMap { _ in
            session.perform(wanted).nonisolated()
        }.map { [program] reply in
            if case .server(.end(let end)) = wanted { program.end(end) }
            return command.answer(reply)
        }.always { _ in session.close() }
    }
}

extension Problem {
    /// A request that cannot be understood, in one sentence.
    static func invalid(_ detail: String) -> Problem { Problem(.unprocessableEntity, "invalid", detail) }
}
