import Gateways
import Logging
import NIOCore
import NIOHTTP1
import Signaling

/// One Engine.IO path: its sessions, and the requests and WebSockets that belong to them. Confined to the loop of the signaling.
final class EngineDoor {
    /// What runs on the sessions.
    enum Application {
        /// The event API.
        case events(EventConnection.Surroundings)
        /// What the Socket.IO conformance suite asks for.
        case conformance
        /// What the Engine.IO conformance suite asks for: every message comes back.
        case echo
    }

    /// The first segment of the path.
    let path: String
    let signaling: SignalingLoop
    let settings: EngineSettings
    /// What runs on the sessions that begin from now on.
    var application: Application
    let log: Logger
    /// Milliseconds within which a client connects to a namespace.
    let connectTimeout: Int64
    /// Bytes that may wait for a client that reads slowly.
    var messageQueue: Int
    /// Sites whose pages may ask, besides the server's own; `*` for all.
    var origins: Set<String>

    private var clients: [String: EngineClient] = [:]

    init(
        path: String, signaling: SignalingLoop, settings: EngineSettings, application: Application, log: Logger,
        connectTimeout: Int64, messageQueue: Int, origins: Set<String>
    ) {
        self.path = path
        self.signaling = signaling
        self.settings = settings
        self.application = application
        self.log = log
        self.connectTimeout = connectTimeout
        self.messageQueue = messageQueue
        self.origins = origins
    }

    /// Answers a request over HTTP.
    func handle(_ request: HTTPRequest) -> API.Answer {
        if request.method == .OPTIONS { return answer(withOrigin(HTTPResponse(.noContent), request)) }
        let now = SignalingLoop.now()
        do throws(EngineRefusal) {
            switch try EngineRequest(method: request.method.rawValue, query: request.query, isUpgrade: false) {
            case .open:
                let client = open(.polling, request, now)
                return answer(text(client.handshake, request))
            case .poll(let sid):
                let answer = try client(sid).poll(request, now: now)
                return answer.map { self.withOrigin($0, request) }
            case .post(let sid):
                let client = try client(sid)
                // What is not text is of an older version of the protocol.
                let isText = request.contentType != "application/octet-stream"
                guard isText, client.post(Array(request.body.readableBytesView), now: now) else {
                    throw .badRequest
                }
                return answer(text(Array("ok".utf8), request, type: "text/html"))
            case .upgrade: throw .badRequest
            }
        } catch {
            return answer(withOrigin(refusal(error), request))
        }
    }

    /// Whether a request may become a WebSocket.
    func admits(webSocket request: HTTPRequest) -> Bool {
        switch try? EngineRequest(method: request.method.rawValue, query: request.query, isUpgrade: true) {
        case .open(.webSocket): true
        case .upgrade(let sid): clients[sid] != nil
        default: false
        }
    }

    /// A request has become a WebSocket.
    func accept(_ stream: WebSocketStream, _ request: HTTPRequest) {
        let now = SignalingLoop.now()
        switch try? EngineRequest(method: request.method.rawValue, query: request.query, isUpgrade: true) {
        case .open(.webSocket): open(.webSocket, request, now).begin(stream)
        case .upgrade(let sid):
            if clients[sid]?.probe(stream, now: now) != true { stream.close(code: 1000) }
        default: stream.close(code: 1002)
        }
    }

    /// A session is over.
    func remove(_ sid: String) {
        clients[sid] = nil
    }

    private func open(_ transport: EngineTransport, _ request: HTTPRequest, _ now: Timestamp) -> EngineClient {
        let client = EngineClient(
            self, sid: EngineDoor.makeSID(), transport: transport, address: request.remoteAddress, now: now)
        clients[client.sid] = client
        client.start()
        return client
    }

    private func client(_ sid: String) throws(EngineRefusal) -> EngineClient {
        guard let client = clients[sid] else { throw .unknownSession }
        return client
    }

    /// 120 random bits as text.
    static func makeSID() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<15).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Base64URL.encode(bytes)
    }

    // Answers

    func answer(_ response: HTTPResponse) -> API.Answer {
        signaling.eventLoop.makeSucceededFuture(response).assumeIsolated()
    }

    private func text(_ body: [UInt8], _ request: HTTPRequest, type: String = "text/plain") -> HTTPResponse {
        withOrigin(HTTPResponse(.ok, contentType: "\(type); charset=UTF-8", body: body), request)
    }

    /// An answer as the protocol words a refusal.
    func refusal(_ refusal: EngineRefusal) -> HTTPResponse {
        HTTPResponse(.badRequest, contentType: "application/json", body: refusal.body)
    }

    /// Lets a page of another site read an answer, where that is allowed.
    private func withOrigin(_ response: HTTPResponse, _ request: HTTPRequest) -> HTTPResponse {
        let response = response.with("cache-control", "no-store")
        guard let origin = request.headers.first(name: "origin"), origins.contains("*") || origins.contains(origin)
        else {
            return response
        }
        let allowed = response.with("access-control-allow-origin", origin).with("vary", "Origin")
        guard request.method == .OPTIONS else { return allowed }
        return allowed.with("access-control-allow-methods", "GET, POST")
            .with("access-control-allow-headers", "content-type").with("access-control-max-age", "600")
    }
}
