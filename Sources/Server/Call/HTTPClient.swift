import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// The address of a server: `http://host:port`.
struct ServerAddress: Sendable, Equatable, CustomStringConvertible {
    /// The host's name or address, without brackets.
    let host: String
    /// The port.
    let port: Int

    /// An address of its parts.
    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `http://host:port`, `http://host` (port 80), and the same without `http://`; nil for anything else.
    init?(_ text: String) {
        var rest = Substring(text)
        if rest.hasPrefix("http://") { rest = rest.dropFirst(7) }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        var port = 80
        var host = rest
        if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") {
            guard let number = Int(rest[rest.index(after: colon)...]), 1...65535 ~= number else { return nil }
            port = number
            host = rest[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains("/"), !host.contains(" ") else { return nil }
        self.init(host: String(host), port: port)
    }

    /// The address as a URL.
    var description: String { host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)" }
}

/// Asks an HTTP server, with a connection for each request.
struct HTTPClient: Sendable {
    /// What a server answered.
    struct Response: Sendable {
        /// The status.
        let status: HTTPResponseStatus
        /// The header fields.
        let headers: HTTPHeaders
        /// The body.
        let body: [UInt8]
        /// The address from which the server was reached.
        let localHost: String?
    }

    /// The most bytes of a body that are taken.
    static let maximumBody = 1 << 20

    /// Who is asked.
    let server: ServerAddress

    /// Sends a request and waits for the answer, at most 30 s. Throws where the server cannot be reached.
    func request(
        _ method: HTTPMethod, _ path: String, type: String? = nil, token: String? = nil, body: [UInt8] = []
    ) async throws(CommandFailure) -> Response {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
        head.headers.add(name: "host", value: String(server.description.dropFirst(7)))
        head.headers.add(name: "connection", value: "close")
        head.headers.add(name: "content-length", value: String(body.count))
        if let type { head.headers.add(name: "content-type", value: type) }
        if let token { head.headers.add(name: "authorization", value: "Bearer \(token)") }
        do {
            return try await exchange(head, body)
        } catch {
            throw CommandFailure(unavailable: "The server at \(server) does not answer: \(Self.reason(error)).")
        }
    }

    /// Why a connection failed, in few words.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? NIOConnectionError else { return "\(error)" }
        guard let cause = error.connectionErrors.first?.error as? IOError else { return "it cannot be reached" }
        return String(cString: strerror(cause.errnoCode))
    }

    private func exchange(_ head: HTTPRequestHead, _ body: [UInt8]) async throws -> Response {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: Response.self)
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(.seconds(5)).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(ResponseHandler(promise))
            }
        }
        do {
            let channel = try await bootstrap.connect(host: server.host, port: server.port).get()
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        } catch {
            promise.fail(error)
        }
        return try await promise.futureResult.get()
    }
}

/// Gathers a response and ends the connection with it.
private final class ResponseHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private struct TimedOut: Error, CustomStringConvertible {
        let description = "no answer within 30 s"
    }

    private struct Cut: Error, CustomStringConvertible {
        let description = "the connection ended before the answer did"
    }

    private struct TooLarge: Error, CustomStringConvertible {
        let description = "the answer is too large"
    }

    private let promise: EventLoopPromise<HTTPClient.Response>
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []
    private var timeout: Scheduled<Void>?

    init(_ promise: EventLoopPromise<HTTPClient.Response>) {
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        let promise = promise
        timeout = context.eventLoop.scheduleTask(in: .seconds(30)) { promise.fail(TimedOut()) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let bytes):
            body.append(contentsOf: bytes.readableBytesView)
            guard body.count <= HTTPClient.maximumBody else {
                fail(TooLarge(), context)
                return
            }
        case .end:
            guard let head else { return }
            timeout?.cancel()
            promise.succeed(
                HTTPClient.Response(
                    status: head.status, headers: head.headers, body: body,
                    localHost: context.channel.localAddress?.ipAddress))
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Has no effect where the answer was whole.
        fail(Cut(), context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        timeout?.cancel()
        promise.fail(error)
        context.close(promise: nil)
    }
}
