import COpenSSL
import Gateways
import NIOCore
import NIOHTTP1
import Signaling

/// Turns an HTTP connection into a WebSocket of the event API (RFC 6455, section 4.2).
enum WebSocketUpgrade {
    /// What a request becomes; nil where it is answered as an ordinary one, with what is wrong with it.
    static func accept(_ head: HTTPRequestHead, _ request: HTTPRequest, _ doors: EngineDoors) -> HTTPUpgrade? {
        guard let key = key(head), let door = doors.door(for: request), door.admits(webSocket: request) else {
            return nil
        }
        var headers: HTTPHeaders = [
            "upgrade": "websocket", "connection": "upgrade", "sec-websocket-accept": accept(key),
        ]
        let isDeflated = wantsDeflate(head)
        if isDeflated {
            headers.add(
                name: "sec-websocket-extensions",
                value: "permessage-deflate; server_no_context_takeover; client_no_context_takeover")
        }
        return HTTPUpgrade(headers: headers) { channel in
            try StreamChannel.configure(channel, bound: door.messageQueue)
            let stream = WebSocketStream(
                largestMessage: door.settings.maxPayload, isDeflated: isDeflated, deflate: doors.deflate)
            door.accept(stream, request)
            try channel.pipeline.syncOperations.addHandler(StreamChannel(owner: stream, bound: door.messageQueue))
        }
    }

    /// The client's key, where the request is one for a WebSocket of the version that there is.
    private static func key(_ head: HTTPRequestHead) -> String? {
        func holds(_ name: String, _ token: String) -> Bool {
            head.headers[canonicalForm: name].contains { $0.lowercased() == token }
        }
        guard head.method == .GET, head.version == .http1_1, holds("upgrade", "websocket"),
            holds("connection", "upgrade"),
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
