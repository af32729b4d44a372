import NIOCore
import NIOHTTP1
import Signaling

/// What a connection may cost before its request is known.
struct HTTPLimits: Sendable {
    /// Bytes of a body.
    var body = 262_144
    /// Bytes of a body for paths that begin with certain segments.
    var bodyByPath: [String: Int] = [:]
    /// Time from the connection, or from the last answer, to the end of the next request's header. A connection that
    /// is kept alive may be idle for as long.
    var header = TimeAmount.seconds(60)
    /// Time from the end of the header to the end of the body.
    var bodyTime = TimeAmount.seconds(20)
    /// Time for which a connection is read on after a request on it was refused.
    var lingering = TimeAmount.seconds(5)
}

/// Answers a request; called on the loop of its connection.
typealias HTTPHandler = @Sendable (HTTPRequest) -> EventLoopFuture<HTTPResponse>

/// What becomes of a connection that is HTTP no longer.
struct HTTPUpgrade {
    /// The headers of the answer 101.
    var headers: HTTPHeaders
    /// Adds the handlers of what follows.
    var begin: (any Channel) throws -> Void
}

/// One HTTP/1.1 connection: gathers requests within bounds of size and time, hands them to the handler, writes what it
/// answers, keeps the connection alive.
///
/// Expects `HTTPServerPipelineHandler` before it, so that a request comes only once the one before is answered.
final class HTTPConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case receiving(HTTPRequestHead, HTTPRequest)
        case answering
        /// The answer that closes the connection is on its way; what still comes in is let go.
        case closing
    }
    private let limits: HTTPLimits
    private let handler: HTTPHandler
    /// Decides whether a request that asks for it becomes another protocol; nil where it is answered like any other.
    var upgrade: ((HTTPRequestHead, HTTPRequest) -> HTTPUpgrade?)?
    /// The handlers of HTTP before this one, as they are taken out of the pipeline: the decoder last, whose bytes are the other protocol's.
    var removable: [any RemovableChannelHandler] = []
    private var state = State.idle
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?
    private var largestBody = 0
    private let cancel: NIOLoopBoundBox<(() -> Void)?>

    /// Must be made on the loop of its connection.
    init(limits: HTTPLimits, eventLoop: any EventLoop, handler: @escaping HTTPHandler) {
        self.limits = limits
        self.handler = handler
        cancel = NIOLoopBoundBox(nil, eventLoop: eventLoop)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { expect(within: limits.header, context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        expect(within: limits.header, context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        state = .closing
        cancel.value?()
        cancel.value = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes): append(bytes, context)
        case .end: end(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
        switch state {
        case .idle, .receiving:
            refuse(error == .headerOverflow ? .headersTooLarge : .malformed, context)
        case .answering, .closing:
            context.close(promise: nil)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard case .idle = state else { return }
        guard let target = RequestTarget(head.uri) else { return refuse(.malformed, context) }
        if head.version == .http1_1, head.headers["host"].count != 1 { return refuse(.malformed, context) }
        largestBody = target.path.first.flatMap { limits.bodyByPath[$0] } ?? limits.body
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > largestBody {
            return refuse(.tooLarge, context)
        }
        let request = HTTPRequest(
            method: head.method, path: target.path, query: target.query, headers: head.headers, body: ByteBuffer(),
            remoteAddress: context.remoteAddress.flatMap { IPAddress($0) }, onCancel: cancel)
        state = .receiving(head, request)
        expect(within: limits.bodyTime, context)
        if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
        }
    }

    private func append(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard case .receiving(let head, var request) = state else { return }
        guard request.body.readableBytes + bytes.readableBytes <= largestBody else {
            return refuse(.tooLarge, context)
        }
        // Only one reference to the body while it grows.
        state = .idle
        var bytes = bytes
        request.body.writeBuffer(&bytes)
        state = .receiving(head, request)
    }

    private func end(_ context: ChannelHandlerContext) {
        guard case .receiving(let head, let request) = state else { return }
        if head.headers.contains(name: "upgrade"), let upgrade = upgrade?(head, request) {
            return switchProtocols(upgrade, context)
        }
        state = .answering
        deadline = .distantFuture
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        handler(request).hop(to: context.eventLoop).whenComplete { result in
            let (connection, context) = bound.value
            connection.answer(head, result, context)
        }
    }

    private func switchProtocols(_ upgrade: HTTPUpgrade, _ context: ChannelHandlerContext) {
        state = .closing
        deadline = .distantFuture
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: upgrade.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        do {
            try upgrade.begin(context.channel)
            let pipeline = context.pipeline.syncOperations
            for handler in [self] + removable { pipeline.removeHandler(handler, promise: nil) }
            removable = []
            self.upgrade = nil
        } catch {
            context.close(promise: nil)
        }
    }

    private func answer(
        _ head: HTTPRequestHead, _ result: Result<HTTPResponse, any Error>, _ context: ChannelHandlerContext
    ) {
        guard case .answering = state else { return }
        let response: HTTPResponse
        switch result {
        case .success(let success): response = success
        case .failure(let problem as Problem): response = problem.response
        case .failure: response = Problem.unavailable.response
        }
        cancel.value = nil
        // The decoder reads nothing behind a request that asked for another protocol.
        let isLast = !head.isKeepAlive || head.headers.contains(name: "upgrade")
        state = isLast ? .closing : .idle
        write(response, withoutBody: head.method == .HEAD, close: isLast ? .all : nil, context)
        if head.isKeepAlive { expect(within: limits.header, context) }
    }

    /// Answers what is not a request of ours, and closes.
    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        // The other end may still be sending: closing both ways now would make the kernel reset the connection before
        // the answer is read.
        state = .closing
        write(problem.response, withoutBody: false, close: .output, context)
        expect(within: limits.lingering, context)
    }

    private func write(
        _ response: HTTPResponse, withoutBody: Bool, close: CloseMode?, _ context: ChannelHandlerContext
    ) {
        var head = HTTPResponseHead(version: .http1_1, status: response.status, headers: response.headers)
        if response.status.mayHaveResponseBody {
            head.headers.replaceOrAdd(name: "content-length", value: String(response.body.count))
        }
        head.headers.replaceOrAdd(name: "x-content-type-options", value: "nosniff")
        if close != nil { head.headers.replaceOrAdd(name: "connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !response.body.isEmpty, !withoutBody, response.status.mayHaveResponseBody {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: response.body)))),
                promise: nil)
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let written = context.eventLoop.makePromise(of: Void.self)
        if let close {
            written.futureResult.whenComplete { _ in bound.value.close(mode: close, promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// Sets when the next part must have come. One timer runs at a time, and is set again only when it fires too early.
    private func expect(within time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline = context.eventLoop.now + time
        if timer == nil { schedule(context) }
    }

    private func schedule(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: min(deadline, context.eventLoop.now + limits.header)) {
            let (connection, context) = bound.value
            connection.timerFired(context)
        }
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timer = nil
        guard deadline <= context.eventLoop.now else { return schedule(context) }
        switch state {
        case .receiving: refuse(.timeout, context)
        case .idle, .closing: context.close(promise: nil)
        case .answering: schedule(context)
        }
    }
}

extension HTTPResponseStatus {
    /// Whether an answer with this status has a body at all (RFC 9110, section 6.4.1).
    fileprivate var mayHaveResponseBody: Bool { code >= 200 && code != 204 && code != 304 }
}
