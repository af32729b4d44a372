import FoundationEssentials
import NIOHTTP1

/// An error as a problem document (RFC 9457), with the stable code of the refusal.
struct Problem: Error, Sendable, Equatable {
    /// The HTTP status.
    let status: HTTPResponseStatus
    /// A stable word for programs: `badCredentials`, `roomFull`, …
    let code: String
    /// One sentence for people.
    let detail: String
    /// After how many seconds it is worth trying again.
    var retryAfter: Int64?

    init(_ status: HTTPResponseStatus, _ code: String, _ detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    private struct Document: Encodable {
        let type = "about:blank"
        let title: String
        let status: UInt
        let detail: String
        let code: String
    }

    /// The document as an answer.
    var response: HTTPResponse {
        let document = Document(title: status.reasonPhrase, status: status.code, detail: detail, code: code)
        var response = HTTPResponse(
            status, contentType: "application/problem+json", body: JSON.encode(document))
        if status == .unauthorized { response.headers.add(name: "www-authenticate", value: "Bearer") }
        if let retryAfter { response.headers.add(name: "retry-after", value: String(retryAfter)) }
        return response
    }

    static let notFound = Problem(.notFound, "notFound", "There is nothing at this address.")
    static let malformed = Problem(.badRequest, "invalid", "The request is not well formed.")
    static let tooLarge = Problem(.payloadTooLarge, "tooLarge", "The body is larger than is taken here.")
    static let headersTooLarge = Problem(
        .requestHeaderFieldsTooLarge, "tooLarge", "The request's header is larger than is taken here.")
    static let timeout = Problem(.requestTimeout, "invalid", "The request did not arrive in time.")
    static let unavailable = Problem(.serviceUnavailable, "unavailable", "The server cannot do this now.")
}

/// JSON for what people and programs ask now and then; nothing on a hot path.
enum JSON {
    /// The text of a value, keys sorted, slashes as they are.
    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Our documents hold texts and whole numbers only, which can always be encoded.
        guard let data = try? encoder.encode(value) else { return Array("{}".utf8) }
        return Array(data)
    }

    /// A value from a text; nil where it is not one. The depth of a text is bounded by the decoder (512).
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Sequence<UInt8>) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}
