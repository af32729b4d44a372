import NIOCore
import NIOHTTP1
import Signaling

/// `POST /api/v1/sign-in`: a token for an account or a guest.
extension API {
    private struct Body: Decodable {
        var user: String?
        var password: String?
        var guest: String?
    }

    private struct SignedInDocument: Encodable {
        let token: String
        let user: String
        let role: String
        /// When the token ends, in milliseconds since 1970.
        let expires: Int64
    }

    /// Checks the credentials as any session's are, and makes a token of what the hub says of their owner.
    func signIn(_ request: HTTPRequest) throws -> Answer {
        // Whatever the type says: what reads as JSON is taken, so that `curl -d` works as it is.
        guard let body = JSON.decode(Body.self, from: request.body.readableBytesView) else {
            throw Problem(.unprocessableEntity, "invalid", "The body is not a JSON object with texts.")
        }
        let session = RequestSession(signaling, origin: origin(of: request))
        let credentials: Credentials
        do {
            credentials = try Self.credentials(body)
        } catch {
            session.close()
            throw error
        }
        return session.perform(.session(.signIn(credentials))).flatMapThrowing { reply in
            guard case .signedIn(let signedIn) = reply else { throw Problem.unavailable }
            return self.tokenResponse(signedIn)
        }.always { _ in session.close() }
    }

    private static func credentials(_ body: Body) throws(Problem) -> Credentials {
        switch (body.user, body.password, body.guest) {
        case (let user?, let password?, nil):
            // A name that cannot be is a name that nobody has.
            guard let name = Name(user) else { throw badCredentials }
            return .password(name, Secret(password))
        case (nil, nil, let guest?):
            if guest.isEmpty { return .guest(nil) }
            guard let name = Name(guest) else {
                throw Problem(
                    .unprocessableEntity, "invalid", "A name has 1 to 30 bytes and no control character.")
            }
            return .guest(name)
        default:
            throw Problem(
                .unprocessableEntity, "invalid", "Send either \"user\" and \"password\", or \"guest\".")
        }
    }

    private static let badCredentials = Problem(.unauthorized, "badCredentials", "The name or the password is wrong.")

    private func tokenResponse(_ signedIn: SignedIn) -> HTTPResponse {
        let now = SignalingLoop.now()
        let end = Timestamp(seconds: now.seconds + tokenSeconds)
        let document = SignedInDocument(
            token: Token.sign(signedIn.claims, from: now.seconds, until: end.seconds, with: tokenKey),
            user: signedIn.name.text, role: signedIn.role.text, expires: end.milliseconds)
        return HTTPResponse(.ok, contentType: "application/json", body: JSON.encode(document))
            .with("cache-control", "no-store")
    }
}
