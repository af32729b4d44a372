import NIOCore
import NIOPosix
import NIOSSL

/// A connection to one port of the server: sends a text, and looks for what should come back.
struct PortProbe: Sendable {
    /// What it is called in a report.
    let name: String
    let host: String
    let port: Int
    let isSecure: Bool
    let sends: String
    /// What must be in the answer, in this order.
    let expects: [String]

    /// Longer than any answer that is waited for.
    private static let maximumAnswer = 65_536

    /// One for every door that is set.
    static func all(_ values: Configuration) -> [PortProbe] {
        let host = host(values)
        let request = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        return [
            PortProbe(name: "http", host, values.http.port, isSecure: false, request, ["HTTP/1.1 200"]),
            PortProbe(name: "https", host, values.http.tlsPort, isSecure: true, request, ["HTTP/1.1 200"]),
            PortProbe(name: "line", host, values.line.port, isSecure: false, "#quit\r\n", ["@status 0"]),
            PortProbe(name: "line+tls", host, values.line.tlsPort, isSecure: true, "#quit\r\n", ["@status 0"]),
        ].filter { $0.port != 0 }
    }

    /// A conversation on the line port.
    static func line(_ name: String, _ host: String, _ port: Int, sends: String, expects: [String]) -> PortProbe {
        PortProbe(name: name, host, port, isSecure: false, sends, expects)
    }

    /// Where this machine reaches the server.
    static func host(_ values: Configuration) -> String {
        switch values.listen.first {
        case "0.0.0.0", nil: "127.0.0.1"
        case "::": "::1"
        case let address?: address
        }
    }

    private init(
        name: String, _ host: String, _ port: Int, isSecure: Bool, _ sends: String, _ expects: [String]
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.isSecure = isSecure
        self.sends = sends
        self.expects = expects
    }

    /// Connects, and gives what was found. Throws a ``CommandFailure`` where it is something else, or nothing for five seconds.
    func run() async throws -> String {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: String.self)
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(.seconds(5)).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if isSecure {
                    // Whose certificate it is does not matter here: the connection goes to this machine.
                    var settings = TLSConfiguration.makeClientConfiguration()
                    settings.certificateVerification = .none
                    let handler = try NIOSSLClientHandler(
                        context: NIOSSLContext(configuration: settings), serverHostname: nil)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
                try channel.pipeline.syncOperations.addHandler(Gatherer(answer, maximum: Self.maximumAnswer))
            }
        }
        loop.scheduleTask(in: .seconds(5)) {
            answer.fail(CommandFailure(unavailable: "no answer for 5 seconds"))
        }
        do {
            let channel = try await bootstrap.connect(host: host, port: port).get()
            channel.writeAndFlush(ByteBuffer(string: sends), promise: nil)
        } catch {
            answer.fail(CommandFailure(unavailable: "no connection to \(host):\(port): \(error)"))
        }
        let text = try await answer.futureResult.get()
        var rest = text[...]
        for expected in expects {
            guard let range = rest.firstRange(of: expected) else {
                throw CommandFailure(refused: "\(expected) was expected, and this came: \(text.prefix(200))")
            }
            rest = rest[range.upperBound...]
        }
        return "\(host):\(port)"
    }
}

/// Gathers what comes until the other end closes.
private final class Gatherer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answer: EventLoopPromise<String>
    private let maximum: Int
    private var bytes: [UInt8] = []

    init(_ answer: EventLoopPromise<String>, maximum: Int) {
        self.answer = answer
        self.maximum = maximum
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        if bytes.count > maximum { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.succeed(String(decoding: bytes, as: UTF8.self))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }
}
