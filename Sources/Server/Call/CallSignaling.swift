import MediaRelay
import NIOHTTP1

/// Joins and leaves a room over HTTP.
struct CallSignaling: Sendable {
    /// Who joins.
    enum Identity: Sendable {
        /// A guest of this name, or of one that the server gives.
        case guest(String?)
        /// An account.
        case account(name: String, password: String)
    }

    /// A session that the server has opened.
    struct Session: Sendable {
        /// The path that ends it.
        let path: String
        /// The token that may.
        let token: String
        /// Where media go to.
        let remote: TransportAddress
        /// The payload type of Opus.
        let payloadType: UInt8
        /// What the answer lets us do.
        let direction: MediaDirection
    }

    private struct Credentials: Encodable {
        var user: String?
        var password: String?
        var guest: String?
    }

    private struct SignedIn: Decodable {
        let token: String
        let user: String
    }

    private struct ProblemDocument: Decodable {
        let detail: String?
    }

    /// The payload type that is offered for Opus.
    static let payloadType: UInt8 = 96

    /// The server.
    let client: HTTPClient

    /// Signs in: the token, the name by which others see us, and the address by which the server is reached.
    func signIn(_ identity: Identity) async throws(CommandFailure) -> (token: String, name: String, localHost: String) {
        let credentials =
            switch identity {
            case .guest(let name): Credentials(guest: name ?? "")
            case .account(let name, let password): Credentials(user: name, password: password)
            }
        let response = try await client.request(
            .POST, "/api/v1/sign-in", type: "application/json", body: JSON.encode(credentials))
        guard response.status == .ok, let signedIn = JSON.decode(SignedIn.self, from: response.body) else {
            throw refusal(response)
        }
        guard let host = response.localHost else {
            throw CommandFailure(unavailable: "The connection to \(client.server) is gone.")
        }
        return (signedIn.token, signedIn.user, host)
    }

    /// Enters `room` with an offer of audio at `local`, and gives what the server answered.
    func join(
        _ room: String, password: String?, token: String, local: TransportAddress, direction: MediaDirection,
        sessionID: UInt64
    ) async throws(CommandFailure) -> Session {
        let offer = Self.offer(local: local, direction: direction, sessionID: sessionID)
        var path = "/api/v1/rooms/\(RequestTarget.encode(segment: room))/sessions"
        if let password { path += "?password=\(RequestTarget.encode(segment: password))" }
        let response = try await client.request(
            .POST, path, type: "application/sdp", token: token, body: Array(offer.description.utf8))
        guard response.status == .created, let location = response.headers.first(name: "location") else {
            throw refusal(response)
        }
        do {
            return try Self.session(answer: response.body, path: location, token: token)
        } catch {
            try await leave(path: location, token: token)
            throw error
        }
    }

    /// Ends a session. One that has ended already is no error.
    func leave(_ session: Session) async throws(CommandFailure) {
        try await leave(path: session.path, token: session.token)
    }

    private func leave(path: String, token: String) async throws(CommandFailure) {
        let response = try await client.request(.DELETE, path, token: token)
        guard (200..<300).contains(response.status.code) || response.status == .notFound else {
            throw refusal(response)
        }
    }

    /// The offer: Opus at one port for RTP and RTCP.
    static func offer(local: TransportAddress, direction: MediaDirection, sessionID: UInt64) -> SessionDescription {
        let origin = SDPOrigin(sessionID: sessionID, version: 1, address: local.address)
        var offer = SessionDescription(origin: origin, connection: SDPConnection(local.address))
        var audio = MediaDescription(
            kind: .audio, port: Int(local.port), profile: TransportProfile.avp.rawValue, formats: [String(payloadType)])
        audio.attributes = [
            SDPAttribute("rtpmap", RTPCodec.opus.map(payloadType).value),
            SDPAttribute("fmtp", "\(payloadType) minptime=10;useinbandfec=1"),
            SDPAttribute("rtcp-mux"), SDPAttribute(direction.rawValue),
        ]
        offer.media = [audio]
        return offer
    }

    /// What an answer to such an offer says.
    static func session(answer: [UInt8], path: String, token: String) throws(CommandFailure) -> Session {
        let description: SessionDescription
        do {
            description = try SessionDescription(parsing: answer)
        } catch {
            throw CommandFailure(refused: "The server's answer cannot be read: \(error)")
        }
        guard let audio = description.media.first, audio.kind == .audio, let port = UInt16(exactly: audio.port),
            port > 0
        else { throw CommandFailure(refused: "The server does not take the audio.") }
        guard let address = (audio.connection ?? description.connection)?.address else {
            throw CommandFailure(refused: "The server's answer has no address for the audio.")
        }
        return Session(
            path: path, token: token, remote: TransportAddress(address, port), payloadType: payloadType,
            direction: (audio.direction ?? description.direction ?? .sendrecv).reversed)
    }

    /// The server's own words for why it refused.
    private func refusal(_ response: HTTPClient.Response) -> CommandFailure {
        let detail = JSON.decode(ProblemDocument.self, from: response.body)?.detail
        return CommandFailure(refused: detail ?? "The server answered \(response.status).")
    }
}
