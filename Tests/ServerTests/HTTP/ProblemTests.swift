import NIOHTTP1
import Signaling
import Testing

@testable import Server

@Suite struct ProblemTests {
    private struct Document: Decodable {
        let type, title, detail, code: String
        let status: Int
    }

    @Test func aProblemIsADocumentOfRFC9457() throws {
        let response = Problem(.conflict, "roomFull", "The room \"a/b\" is full.").response
        #expect(response.status == .conflict)
        #expect(response.headers["content-type"] == ["application/problem+json"])
        let document = try #require(JSON.decode(Document.self, from: response.body))
        #expect(document.type == "about:blank")
        #expect(document.title == "Conflict")
        #expect(document.status == 409)
        #expect(document.code == "roomFull")
        #expect(document.detail == "The room \"a/b\" is full.")
    }

    /// The table of the specification, written again here.
    @Test(arguments: [
        ("badCredentials", 401), ("banned", 403), ("guestsNotAllowed", 403), ("forbidden", 403), ("outranked", 403),
        ("wrongPassword", 403), ("invitationOnly", 403), ("registeredOnly", 403), ("wrongKind", 403), ("muted", 403),
        ("notFound", 404), ("nameTaken", 409), ("notEmpty", 409), ("roomFull", 409), ("tooLarge", 413),
        ("unsupported", 415), ("invalid", 422), ("rateLimited", 429), ("unavailable", 503),
    ])
    func refusalsHaveTheirStatus(code: String, status: Int) throws {
        let refusal = Refusal(try #require(Refusal.Code(rawValue: code)), "No.")
        let problem = Problem(refusal)
        #expect(problem.status.code == UInt(status))
        #expect(problem.code == code)
        #expect(problem.detail == "No.")
    }

    @Test func everyCodeIsInThatTable() {
        #expect(Refusal.Code.allCases.count == 19)
    }

    @Test func whenToTryAgainIsInWholeSeconds() {
        let response = Problem(Refusal(.rateLimited, "Slower.", retryAfter: 1_001)).response
        #expect(response.headers["retry-after"] == ["2"])
        #expect(Problem(Refusal(.rateLimited, "Slower.", retryAfter: 0)).response.headers["retry-after"] == ["1"])
        #expect(Problem(Refusal(.rateLimited, "Slower.")).response.headers["retry-after"].isEmpty)
    }

    @Test func wrongCredentialsSayHowToAuthenticate() {
        #expect(Problem(Refusal(.badCredentials, "No.")).response.headers["www-authenticate"] == ["Bearer"])
    }
}
