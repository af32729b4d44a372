import COpenSSL
import Gateways
import NIOCore
import NIOHTTP1
import Signaling

/// Turns an HTTP connection into a WebSocket of the event API (RFC 6455, section 4.2).
final class WebSocketUpgrade: HTTPServerProtocolUpgrader {
    /// The request may not become a WebSocket.
    struct Refusal: Error {}

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []

    private let doors: NIOLoopBound<EngineDoors>

    init(_ doors: NIOLoopBound<EngineDoors>) {
        self.doors = doors
    }

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest head: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        var headers = initialResponseHeaders
        guard let key = Self.key(head), let request = Self.request(head, channel),
            let door = doors.value.door(for: request), door.admits(webSocket: request)
        else {
            // The request goes on as an ordinary one, and is answered with what is wrong with it.
            return channel.eventLoop.makeFailedFuture(Refusal())
        }
        headers.replaceOrAdd(name: "sec-websocket-accept", value: Self.accept(key))
        if Self.wantsDeflate(head) {
            headers.replaceOrAdd(
                name: "sec-websocket-extensions",
                value: "permessage-deflate; server_no_context_takeover; client_no_context_takeover")
        }
        return channel.eventLoop.makeSucceededFuture(headers)
    }

    func upgrade(context: ChannelHandlerContext, upgradeRequest head: HTTPRequestHead) -> EventLoopFuture<Void> {
        context.eventLoop.makeCompletedFuture {
            guard let request = Self.request(head, context.channel), let door = doors.value.door(for: request) else {
                throw Refusal()
            }
            try StreamChannel.configure(context.channel, bound: door.messageQueue)
            let stream = WebSocketStream(
                largestMessage: door.settings.maxPayload, isDeflated: Self.wantsDeflate(head),
                deflate: doors.value.deflate)
            door.accept(stream, request)
            try context.pipeline.syncOperations.addHandler(StreamChannel(owner: stream, bound: door.messageQueue))
        }
    }

    private static func request(_ head: HTTPRequestHead, _ channel: any Channel) -> HTTPRequest? {
        guard let target = RequestTarget(head.uri) else { return nil }
        return HTTPRequest(
            method: head.method, path: target.path, query: target.query, headers: head.headers, body: ByteBuffer(),
            remoteAddress: channel.remoteAddress.flatMap { IPAddress($0) })
    }

    /// The client's key, where the request is one for a WebSocket of the version that there is.
    private static func key(_ head: HTTPRequestHead) -> String? {
        guard head.method == .GET, head.version == .http1_1,
            head.headers.first(name: "sec-websocket-version") == "13",
            let key = head.headers.first(name: "sec-websocket-key"), key.utf8.count == 24
        else { return nil }
        return key
    }

    /// The answer to a key (section 4.2.2, item 5).
    static func accept(_ key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 0
        let made = EVP_Digest(text, text.count, &digest, &length, EVP_sha1(), nil)
        precondition(made == 1 && length == 20, "OpenSSL has no SHA-1")
        var encoded = [UInt8](repeating: 0, count: 29)
        let count = EVP_EncodeBlock(&encoded, digest, Int32(digest.count))
        return String(decoding: encoded.prefix(Int(count)), as: UTF8.self)
    }

    /// Whether the client offers permessage-deflate in a form that can be taken: no parameter asks the server for a smaller window.
    private static func wantsDeflate(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "sec-websocket-extensions"].contains { offer in
            let parts = offer.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            return parts.first == "permessage-deflate"
                && !parts.contains { $0.hasPrefix("server_max_window_bits=") && $0 != "server_max_window_bits=15" }
        }
    }
}
