import NIOCore
import NIOHTTP1
import Signaling

/// The media door: `POST /api/v1/rooms/{room}/sessions`, `DELETE` of what it answered with, and `GET …/listen.sdp`.
extension API {
    /// How long after its token a description still works, in seconds.
    private static let listeningAfterToken: Int64 = 60

    /// Takes an offer: enters the room and opens a media session, which a signaling session of its own carries.
    func openSession(_ request: HTTPRequest, room: String) throws -> Answer {
        let token = try authenticate(request)
        guard request.contentType == "application/sdp" else {
            throw Problem(.unsupportedMediaType, "unsupported", "Send the offer as application/sdp.")
        }
        guard let sdp = String(validating: request.body.readableBytesView, as: UTF8.self), !sdp.isEmpty else {
            throw Problem(.unprocessableEntity, "invalid", "The body is not an SDP offer.")
        }
        return try open(request, token, room: room, .offer(sdp: sdp), until: nil).map { room, opened in
            HTTPResponse(.created, contentType: "application/sdp", body: Array(opened.sdp.utf8))
                .with("location", Self.location(room, opened))
        }
    }

    /// Where a session is ended with `DELETE`.
    private static func location(_ room: Name, _ opened: MediaOpened) -> String {
        "/api/v1/rooms/\(RequestTarget.encode(segment: room.text))/sessions/\(opened.session.description)"
    }

    /// Begins to send a room's media to the requester's address, and describes what is sent.
    func listen(_ request: HTTPRequest, room: String) throws -> Answer {
        let token = try authenticate(request, orByQuery: true)
        let wish = MediaRequestKind.listen(
            audioCodec: request.query["audio"].flatMap { $0.isEmpty ? nil : $0 },
            videoCodec: request.query["video"].flatMap { $0.isEmpty ? nil : $0 },
            port: try Self.port(request.query["port"]))
        let end = token.end.adding(seconds: Self.listeningAfterToken)
        return try open(request, token, room: room, wish, until: end).map { room, opened in
            HTTPResponse(.ok, contentType: "application/sdp", body: Array(opened.sdp.utf8))
                .with("cache-control", "no-store")
                .with("location", Self.location(room, opened))
        }
    }

    /// Ends a media session: answered once its last packet is out.
    func closeSession(_ request: HTTPRequest, room: String, session id: String) throws -> Answer {
        let token = try authenticate(request)
        guard let entry = mediaSessions[id], entry.room.text == room else { throw Problem.notFound }
        guard entry.owner == token.claims.identity else {
            throw Problem(.forbidden, "forbidden", "This session is somebody else's.")
        }
        mediaSessions.expectEnd(of: id)
        return entry.carrier.perform(.media(.close(MediaSessionID(id)))).map { _ in
            HTTPResponse(.noContent)
        }.always { _ in self.mediaSessions.remove(id) }
    }

    private func open(
        _ request: HTTPRequest, _ token: VerifiedToken, room: String, _ kind: MediaRequestKind, until end: Timestamp?
    ) throws(Problem) -> EventLoopFuture<(Name, MediaOpened)>.Isolated {
        guard let name = Name(room) else { throw Problem(.notFound, "notFound", "There is no room of this name.") }
        let opening = MediaOpening(
            request: kind, requester: request.remoteAddress, audio: try Self.delivery(request, kind),
            speakers: try Self.speakers(request.query["speakers"]), until: end)
        let password = request.query["password"].map { Secret($0) }
        let owner = token.claims.identity

        let carrier = RequestSession(signaling, origin: origin(of: request))
        return carrier.perform(.session(.signIn(.token(token.claims)))).flatMap { _ in
            carrier.perform(.media(.open(.room(name, password: password), opening))).nonisolated()
        }.flatMapThrowing { reply in
            guard case .mediaOpened(let opened) = reply else { throw Problem.unavailable }
            self.mediaSessions.add(opened.session, .init(room: name, owner: owner, carrier: carrier))
            return (name, opened)
        }.flatMapErrorThrowing { error in
            carrier.close()
            throw error
        }
    }

    /// `audio=mix` or `audio=tracks`; for listeners, whose `audio=` names the codec, the mix.
    private static func delivery(_ request: HTTPRequest, _ kind: MediaRequestKind) throws(Problem) -> AudioDelivery {
        guard case .offer = kind, let text = request.query["audio"] else { return .mix }
        guard let delivery = AudioDelivery(rawValue: text) else {
            throw Problem(.unprocessableEntity, "invalid", "audio must be mix or tracks.")
        }
        return delivery
    }

    private static func speakers(_ text: String?) throws(Problem) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), (1...64).contains(number) else {
            throw Problem(.unprocessableEntity, "invalid", "speakers must be a whole number from 1 to 64.")
        }
        return number
    }

    /// The port for audio; video goes to the second after it.
    private static func port(_ text: String?) throws(Problem) -> UInt16 {
        guard let port = text.flatMap({ UInt16($0) }), (1024...65_533).contains(port) else {
            throw Problem(
                .unprocessableEntity, "invalid", "port must be a whole number from 1024 to 65533, where you listen.")
        }
        return port
    }
}
