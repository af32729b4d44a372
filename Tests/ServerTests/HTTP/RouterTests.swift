import NIOHTTP1
import Testing

@testable import Server

@Suite struct RouterTests {
    private var router: Router<String> {
        var router = Router<String>()
        router.on(.GET, "/healthz", "health")
        router.on(.POST, "/rooms/{room}/sessions", "open")
        router.on(.DELETE, "/rooms/{room}/sessions/{session}", "close")
        router.on(.GET, "/rooms/list", "list")
        router.on(.GET, "/rooms/{room}/listen.sdp", head: false, "listen")
        router.on(.GET, "/", "root")
        return router
    }

    private func describe(_ method: HTTPMethod, _ target: String) throws -> String {
        switch router.match(method, try #require(RequestTarget(target)).path) {
        case .found(let handler, let parameters):
            return ([handler] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: " ")
        case .wrongMethod(let allow): return "405 " + allow.joined(separator: ",")
        case .notFound: return "404"
        }
    }

    @Test(arguments: [
        (HTTPMethod.GET, "/", "root"),
        (.GET, "/healthz", "health"),
        (.HEAD, "/healthz", "health"),
        (.POST, "/healthz", "405 GET,HEAD"),
        (.POST, "/rooms/a%2Fb/sessions", "open room=a/b"),
        (.DELETE, "/rooms/x/sessions/7", "close room=x session=7"),
        (.GET, "/rooms/x/sessions/7", "405 DELETE"),
        (.GET, "/rooms/list", "list"),
        // A fixed segment that leads nowhere does not hide the parameter.
        (.POST, "/rooms/list/sessions", "open room=list"),
        (.GET, "/rooms/x/listen.sdp", "listen room=x"),
        (.HEAD, "/rooms/x/listen.sdp", "405 GET"),
        (.POST, "/rooms//sessions", "404"),
        (.GET, "/rooms", "404"),
        (.GET, "/healthz/", "404"),
        (.GET, "/rooms/x/sessions/7/8", "404"),
    ])
    func routes(method: HTTPMethod, target: String, expected: String) throws {
        #expect(try describe(method, target) == expected)
    }
}
