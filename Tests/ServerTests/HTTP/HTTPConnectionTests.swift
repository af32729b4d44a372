import FoundationEssentials
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Server

@Suite struct HTTPConnectionTests {
    /// A connection on a loop without a socket or a clock.
    private final class Bench {
        let channel: EmbeddedChannel
        var requests: [HTTPRequest] { box.requests }
        private let box = Box()

        // The embedded loop runs on the test's thread only.
        private final class Box: @unchecked Sendable {
            var requests: [HTTPRequest] = []
            var waiting: [EventLoopPromise<HTTPResponse>] = []
        }

        init(limits: HTTPLimits = HTTPLimits(), answersLater: Bool = false) throws {
            channel = EmbeddedChannel()
            let (box, loop) = (box, channel.eventLoop)
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
            try channel.pipeline.syncOperations.addHandler(
                HTTPConnection(limits: limits, eventLoop: loop) { request in
                    box.requests.append(request)
                    let promise = loop.makePromise(of: HTTPResponse.self)
                    if answersLater {
                        box.waiting.append(promise)
                    } else {
                        promise.succeed(.text(.ok, "hello"))
                    }
                    return promise.futureResult
                })
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func send(_ text: String) throws {
            try channel.writeInbound(ByteBuffer(string: text))
            channel.embeddedEventLoop.run()
        }

        func answer(_ result: Result<HTTPResponse, any Error>) {
            box.waiting.removeFirst().completeWith(result)
            channel.embeddedEventLoop.run()
        }

        func wait(_ time: TimeAmount) {
            channel.embeddedEventLoop.advanceTime(by: time)
        }

        func received() throws -> String {
            var text = ""
            while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
            return text
        }
    }

    @Test func aRequestIsAnsweredAndTheConnectionKept() throws {
        let bench = try Bench()
        try bench.send("POST /a/b?c=d HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbo")
        #expect(bench.requests.isEmpty)
        try bench.send("dy")
        let request = try #require(bench.requests.first)
        #expect(request.path == ["a", "b"])
        #expect(request.query == ["c": "d"])
        #expect(String(buffer: request.body) == "body")
        let answer = try bench.received()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("content-length: 5\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nhello"))
        try bench.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        #expect(try bench.received().hasSuffix("hello"))
        #expect(bench.channel.isActive)
    }

    @Test func headHasTheHeaderOnly() throws {
        let bench = try Bench()
        try bench.send("HEAD / HTTP/1.1\r\nhost: x\r\n\r\n")
        let answer = try bench.received()
        #expect(answer.contains("content-length: 5\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
        #expect(bench.channel.isActive)
    }

    @Test func theConnectionIsClosedWhereThatIsAsked() throws {
        let bench = try Bench()
        try bench.send("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        #expect(try bench.received().contains("connection: close\r\n"))
        #expect(!bench.channel.isActive)
    }

    @Test func requestsThatComeTogetherAreAnsweredInOrder() throws {
        let bench = try Bench(answersLater: true)
        try bench.send("GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\n")
        #expect(bench.requests.map(\.path) == [["1"]])
        bench.answer(.success(.text(.ok, "one")))
        #expect(bench.requests.map(\.path) == [["1"], ["2"]])
        bench.answer(.failure(Problem.notFound))
        let answer = try bench.received()
        let parts = answer.components(separatedBy: "HTTP/1.1 ")
        #expect(parts.count == 3)
        #expect(parts[1].hasSuffix("one"))
        #expect(parts[2].hasPrefix("404 "))
        #expect(parts[2].contains("\"code\":\"notFound\""))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n", "400"),
        ("GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n", "400"),
        ("rubbish\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\n", "413"),
        ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nb\r\n12345678901\r\n", "413"),
    ])
    func whatIsNotARequestOfOursIsRefused(text: String, status: String) throws {
        let bench = try Bench(limits: HTTPLimits(body: 10))
        try? bench.send(text)
        let answer = try bench.received()
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.contains("content-type: application/problem+json\r\n"))
        #expect(bench.requests.isEmpty)
        // Read on for a while, so that the answer arrives, and then closed.
        bench.wait(.seconds(61))
        #expect(!bench.channel.isActive)
    }

    @Test func aHeaderOfAnySizeIsNotTaken() throws {
        let bench = try Bench()
        try? bench.send("GET / HTTP/1.1\r\nhost: x\r\na: \(String(repeating: "x", count: 200_000))\r\n\r\n")
        #expect(try bench.received().hasPrefix("HTTP/1.1 431 "))
        #expect(bench.requests.isEmpty)
    }

    @Test func whoSendsNothingIsDisconnected() throws {
        let bench = try Bench()
        bench.wait(.seconds(59))
        #expect(bench.channel.isActive)
        bench.wait(.seconds(2))
        #expect(!bench.channel.isActive)
    }

    @Test func aHeaderThatComesTooSlowlyIsCutOff() throws {
        let bench = try Bench()
        for index in 0..<6 {
            try bench.send(String("GET / HTTP/1.1\r\nhost: x".utf8.dropFirst(index).prefix(1)) ?? "")
            bench.wait(.seconds(9))
        }
        #expect(bench.channel.isActive)
        bench.wait(.seconds(7))
        #expect(!bench.channel.isActive)
    }

    @Test func aBodyThatComesTooSlowlyIsCutOff() throws {
        let bench = try Bench()
        try bench.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n")
        for _ in 0..<4 {
            try bench.send("x")
            bench.wait(.seconds(6))
        }
        bench.wait(.seconds(61))
        #expect(try bench.received().hasPrefix("HTTP/1.1 408 "))
        #expect(bench.requests.isEmpty)
        bench.wait(.seconds(61))
        #expect(!bench.channel.isActive)
    }

    @Test func aSlowAnswerIsWaitedFor() throws {
        let bench = try Bench(answersLater: true)
        try bench.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        bench.wait(.seconds(300))
        #expect(bench.channel.isActive)
        bench.answer(.success(.text(.ok, "late")))
        #expect(try bench.received().hasSuffix("late"))
    }

    @Test func aClientThatWaitsForTheGoAheadGetsIt() throws {
        let bench = try Bench()
        try bench.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nexpect: 100-continue\r\n\r\n")
        #expect(try bench.received().hasPrefix("HTTP/1.1 100 Continue\r\n"))
        try bench.send("x")
        #expect(try bench.received().hasPrefix("HTTP/1.1 200 OK\r\n"))
    }
}
