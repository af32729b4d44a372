/// What a request to an Engine.IO path asks for, by its method and query.
public enum EngineRequest: Hashable, Sendable {
    /// A new session.
    case open(EngineTransport)
    /// The next packets of a session.
    case poll(sid: String)
    /// Packets for a session.
    case post(sid: String)
    /// A WebSocket for a session that began with polling.
    case upgrade(sid: String)

    /// Reads a request.
    ///
    /// - Parameter isUpgrade: whether it asks to become a WebSocket.
    public init(method: String, query: [String: String], isUpgrade: Bool) throws(EngineRefusal) {
        guard let transport = query["transport"].flatMap({ EngineTransport(rawValue: $0) }) else {
            throw .unknownTransport
        }
        guard query["EIO"] == "4" else { throw .unsupportedVersion }
        guard (transport == .webSocket) == isUpgrade else { throw .badRequest }
        switch (method, query["sid"]) {
        case ("GET", nil): self = .open(transport)
        case ("GET", let sid?): self = transport == .webSocket ? .upgrade(sid: sid) : .poll(sid: sid)
        case ("POST", let sid?) where transport == .polling: self = .post(sid: sid)
        default: throw .badMethod
        }
    }
}

/// How packets travel.
public enum EngineTransport: String, Hashable, Sendable {
    /// Long-polling over HTTP.
    case polling
    /// A WebSocket.
    case webSocket = "websocket"
}

/// Why a request is refused, with the protocol's numbers. All are told with status 400.
public enum EngineRefusal: Int, Error, Hashable, Sendable {
    case unknownTransport = 0
    case unknownSession = 1
    case badMethod = 2
    case badRequest = 3
    case forbidden = 4
    case unsupportedVersion = 5

    /// The sentence that goes with the number.
    public var message: String {
        switch self {
        case .unknownTransport: "Transport unknown"
        case .unknownSession: "Session ID unknown"
        case .badMethod: "Bad handshake method"
        case .badRequest: "Bad request"
        case .forbidden: "Forbidden"
        case .unsupportedVersion: "Unsupported protocol version"
        }
    }

    /// The body of the answer.
    public var body: [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.member("code", rawValue)
            $0.member("message", message)
        }
        return writer.bytes
    }
}
