import NIOCore
import NIOHTTP1
import Signaling

/// What the HTTP door does: finds the route of a request and answers it. Confined to the loop of the signaling.
final class API {
    /// An answer that is to come, on the loop.
    typealias Answer = EventLoopFuture<HTTPResponse>.Isolated

    /// Handles a request with the values of its path's parameters.
    typealias Handler = (API, HTTPRequest, [String: String]) throws -> Answer

    let signaling: SignalingLoop
    let tokenKey: TokenKey
    let program: ProgramControl
    /// Seconds for which a new token is good.
    var tokenSeconds: Int64
    /// What clients show before anybody has signed in.
    var welcome: Welcome
    /// Whether the server does all that it is set to do.
    var isReady = false
    /// The media side; nil where there is none.
    var media: MediaBridge?
    /// The media sessions that were opened over HTTP.
    let mediaSessions = MediaSessionTable()

    private let engines: EngineDoors
    private let router: Router<Handler>

    init(
        signaling: SignalingLoop, engines: EngineDoors, program: ProgramControl, tokenKey: TokenKey,
        tokenSeconds: Int64, welcome: Welcome
    ) {
        self.signaling = signaling
        self.engines = engines
        self.program = program
        self.tokenKey = tokenKey
        self.tokenSeconds = tokenSeconds
        self.welcome = welcome
        var router = Router<Handler>()
        router.on(.GET, "/healthz") { api, _, _ in api.answer(.text(.ok, "ok\n")) }
        router.on(.GET, "/readyz") { api, _, _ in api.readiness() }
        router.on(.GET, "/api/v1/welcome") { api, _, _ in api.answer(APICommand.document(api.welcome)) }
        router.on(.POST, "/api/v1/sign-in") { api, request, _ in try api.signIn(request) }
        router.on(.POST, "/api/v1/rooms/{room}/sessions") { api, request, parameters in
            try api.openSession(request, room: parameters["room"] ?? "")
        }
        router.on(.DELETE, "/api/v1/rooms/{room}/sessions/{session}") { api, request, parameters in
            try api.closeSession(request, room: parameters["room"] ?? "", session: parameters["session"] ?? "")
        }
        // Asking for the description begins to send, so there is no asking for its header alone.
        router.on(.GET, "/api/v1/rooms/{room}/listen.sdp", head: false) { api, request, parameters in
            try api.listen(request, room: parameters["room"] ?? "")
        }
        router.on(.GET, "/metrics") { api, _, _ in api.metrics() }
        router.on(.GET, "/api/v1/rooms/{room}/statistics") { api, request, parameters in
            try api.statistics(request, room: parameters["room"] ?? "")
        }
        for command in APICommand.all {
            router.on(command.method, command.path) { api, request, parameters in
                try api.perform(command, request, parameters)
            }
        }
        self.router = router
    }

    /// Answers a request; the future fails with a ``Problem`` only.
    func handle(_ request: HTTPRequest) -> Answer {
        if let door = engines.door(for: request) { return door.handle(request) }
        let answer: Answer
        switch router.match(request.method, request.path) {
        case .found(let handler, let parameters):
            do {
                answer = try handler(self, request, parameters)
            } catch {
                answer = failure(error)
            }
        case .wrongMethod(let allow):
            let problem = Problem(.methodNotAllowed, "unsupported", "This address does not take \(request.method).")
            answer = self.answer(problem.response.with("allow", allow.joined(separator: ", ")))
        case .notFound:
            answer = failure(Problem.notFound)
        }
        return answer.flatMapErrorThrowing { error in
            guard let refusal = error as? Refusal else { throw error }
            throw Problem(refusal)
        }
    }

    /// An answer that is there already.
    func answer(_ response: HTTPResponse) -> Answer {
        signaling.eventLoop.makeSucceededFuture(response).assumeIsolated()
    }

    private func failure(_ error: any Error) -> Answer {
        signaling.eventLoop.makeFailedFuture(error).assumeIsolated()
    }

    /// Where a session that a request opens comes from.
    func origin(of request: HTTPRequest) -> Origin {
        Origin(door: .http, address: request.remoteAddress)
    }

    /// What the request's token says; it must have one, in the header or, where that is allowed, in `token=`.
    func authenticate(_ request: HTTPRequest, orByQuery: Bool = false) throws(Problem) -> VerifiedToken {
        guard let token = request.bearerToken ?? (orByQuery ? request.query["token"] : nil) else {
            throw Problem(.unauthorized, "badCredentials", "Sign in first, and send the token as a bearer token.")
        }
        do {
            return try Token.verify(token, with: tokenKey, now: SignalingLoop.now().seconds)
        } catch {
            let reason = error == .expired ? "The token has ended; sign in again." : "The token is not valid."
            throw Problem(.unauthorized, "badCredentials", reason)
        }
    }

    private func readiness() -> Answer {
        answer(isReady ? .text(.ok, "ready\n") : Problem.unavailable.response)
    }
}

extension Problem {
    /// A refusal as a problem, with the status of its code.
    init(_ refusal: Refusal) {
        self.init(HTTPResponseStatus(statusCode: refusal.code.httpStatus), refusal.code.rawValue, refusal.message)
        // Whole seconds, rounded up, at least one.
        retryAfter = refusal.retryAfter.map { max(1, ($0 + 999) / 1000) }
    }
}
