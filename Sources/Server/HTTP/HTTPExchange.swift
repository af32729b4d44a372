import NIOCore
import NIOHTTP1
import Signaling

/// One request, read completely.
struct HTTPRequest: Sendable {
    var method: HTTPMethod
    /// The path's segments, percent-decoded: `["api", "v1", "sign-in"]`.
    var path: [String]
    /// The query's parameters, decoded; of a name that is given twice, the first.
    var query: [String: String]
    var headers: HTTPHeaders
    var body: ByteBuffer
    /// The address of the other end; nil where there is none.
    var remoteAddress: IPAddress?
    /// Called where the connection ends before the answer; for answers that take their time.
    var onCancel: NIOLoopBoundBox<(() -> Void)?>?

    /// The media type of the body, without parameters, in lower case.
    var contentType: String? {
        guard let value = headers.first(name: "content-type") else { return nil }
        let type = value.prefix { $0 != ";" }
        return String(type.filter { $0 != " " && $0 != "\t" }).lowercased()
    }

    /// The token after `Authorization: Bearer`.
    var bearerToken: String? {
        guard let value = headers.first(name: "authorization") else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }
}

/// What is answered to a request.
struct HTTPResponse: Sendable {
    var status: HTTPResponseStatus
    var headers = HTTPHeaders()
    var body: [UInt8] = []

    /// An answer with a body of a type.
    init(_ status: HTTPResponseStatus, contentType: String, body: [UInt8]) {
        self.status = status
        self.body = body
        headers.add(name: "content-type", value: contentType)
    }

    /// An answer without a body.
    init(_ status: HTTPResponseStatus) {
        self.status = status
    }

    /// Plain text.
    static func text(_ status: HTTPResponseStatus, _ text: String) -> HTTPResponse {
        HTTPResponse(status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// The same answer with a header more.
    func with(_ name: String, _ value: String) -> HTTPResponse {
        var response = self
        response.headers.replaceOrAdd(name: name, value: value)
        return response
    }
}
