import Testing

@testable import Gateways

@Suite struct EngineRequestTests {
    private func read(_ method: String, _ query: [String: String], isUpgrade: Bool = false) throws -> EngineRequest {
        try EngineRequest(method: method, query: query, isUpgrade: isUpgrade)
    }

    @Test func readsWhatIsAskedFor() throws {
        #expect(try read("GET", ["EIO": "4", "transport": "polling"]) == .open(.polling))
        #expect(try read("GET", ["EIO": "4", "transport": "websocket"], isUpgrade: true) == .open(.webSocket))
        #expect(try read("GET", ["EIO": "4", "transport": "polling", "sid": "a"]) == .poll(sid: "a"))
        #expect(try read("POST", ["EIO": "4", "transport": "polling", "sid": "a"]) == .post(sid: "a"))
        #expect(
            try read("GET", ["EIO": "4", "transport": "websocket", "sid": "a"], isUpgrade: true) == .upgrade(sid: "a"))
    }

    @Test(
        arguments: [
            ("GET", ["transport": "polling"], EngineRefusal.unsupportedVersion),
            ("GET", ["EIO": "abc", "transport": "polling"], .unsupportedVersion),
            ("GET", ["EIO": "3", "transport": "polling"], .unsupportedVersion),
            ("GET", ["EIO": "4"], .unknownTransport),
            ("GET", ["EIO": "4", "transport": "abc"], .unknownTransport),
            ("POST", ["EIO": "4", "transport": "polling"], .badMethod),
            ("PUT", ["EIO": "4", "transport": "polling"], .badMethod),
            ("DELETE", ["EIO": "4", "transport": "polling", "sid": "a"], .badMethod),
            ("GET", ["EIO": "4", "transport": "websocket"], .badRequest),
        ] as [(String, [String: String], EngineRefusal)])
    func refuses(_ method: String, _ query: [String: String], _ refusal: EngineRefusal) {
        #expect(throws: refusal) { try read(method, query) }
    }

    @Test func aPollIsNoWebSocket() {
        #expect(throws: EngineRefusal.badRequest) {
            try read("GET", ["EIO": "4", "transport": "polling", "sid": "a"], isUpgrade: true)
        }
    }

    @Test func refusalsHaveTheProtocolsNumbers() throws {
        let body = try JSONDocument(EngineRefusal.unknownTransport.body).root
        #expect(body["code"]?.integer == 0)
        #expect(body["message"]?.string == "Transport unknown")
        #expect(EngineRefusal.unknownSession.rawValue == 1)
        #expect(EngineRefusal.badMethod.rawValue == 2)
        #expect(EngineRefusal.badRequest.rawValue == 3)
        #expect(EngineRefusal.unsupportedVersion.rawValue == 5)
    }
}
