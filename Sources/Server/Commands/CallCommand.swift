import ArgumentParser
import Glibc
import MediaRelay
import NIOCore

/// `media-relay call ROOM`: an endpoint on the command line.
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Joins a room's call, sends a file or a tone, and writes what it hears.",
        discussion: """
            Without --send it only listens. Ends when the file has been sent, after --seconds, when the server ends the call, \
            or with Ctrl-C; the file that it writes plays in any case. A progress line goes to standard error.
            """)

    @Argument(help: "The room's name.")
    var room: String
    @Option(help: ArgumentHelp("What to send: an Ogg file with Opus, `tone`, or `tone:HZ`.", valueName: "file"))
    var send: String?
    @Option(help: ArgumentHelp("The Ogg Opus file for what is heard.", valueName: "file"))
    var receive: String?
    @Option(help: "Ends after so many seconds; without it, when the file has been sent.")
    var seconds: Double?
    @Option(help: "The server; without it, the one on this machine at the configured http.port.")
    var server: String?
    @Option(help: "Joins as a guest of this name.")
    var guest: String?
    @Option(
        help: ArgumentHelp(
            "Joins with an account; its password is the first line of standard input.", valueName: "name"))
    var user: String?
    @Option(help: "The room's password.")
    var roomPassword: String?
    @Option(help: "The bitrate of a tone, in bit/s.")
    var bitrate = 32_000
    @Flag(help: "Prints at the end, as JSON, how the call was.")
    var json = false
    @OptionGroup var options: SettingsOptions

    func validate() throws {
        if let send, CallInput(argument: send) == nil { throw ValidationError("A tone has 20 to 20000 Hz.") }
        if send == nil, receive == nil { throw ValidationError("Give --send, --receive or both.") }
        if user != nil, guest != nil { throw ValidationError("Give either --guest or --user.") }
        if let seconds, seconds <= 0 { throw ValidationError("--seconds must be above 0.") }
        if let server, ServerAddress(server) == nil { throw ValidationError("--server is http://host:port.") }
        guard 6000...510_000 ~= bitrate else { throw ValidationError("--bitrate is 6000 to 510000.") }
    }

    func run() async throws {
        let input = send.flatMap { CallInput(argument: $0) }
        if case .file(let path) = input { _ = try InputFile(path: path) }
        let signals = SignalListener([SIGINT, SIGTERM])
        let signaling = CallSignaling(client: HTTPClient(server: try address()))
        let (token, name, localHost) = try await signaling.signIn(try identity())
        let (events, continuation) = AsyncStream.makeStream(of: CallEnd.self)
        let line = CallProgressLine(isShown: isatty(STDERR_FILENO) == 1)
        let channel = try await bind(localHost) { event in
            switch event {
            case .sentAll: continuation.yield(.sentAll)
            case .endedByServer: continuation.yield(.endedByServer)
            case .failed(let failure): continuation.yield(.failed(failure))
            case .progress(let progress): line.show(progress)
            }
        }
        let session = try await join(signaling, token, localHost, channel)
        let setup = CallEndpoint.Setup(
            input: session.direction.sends ? input : nil, bitrate: bitrate,
            payloadType: session.payloadType, ssrc: .random(in: 1...UInt32.max), firstNumber: .random(in: 0...0x7fff),
            firstTimestamp: .random(in: 0...UInt32.max), canonicalName: name)
        let remote = try NIOCore.SocketAddress(
            ipAddress: session.remote.address.description, port: Int(session.remote.port))
        channel.pipeline.fireUserInboundEventTriggered(
            CallChannel.Command.begin(setup, remote: remote, file: receive))

        let end = await wait(events, continuation, signals)
        let promise = channel.eventLoop.makePromise(of: CallEndpoint.Progress.self)
        channel.pipeline.fireUserInboundEventTriggered(CallChannel.Command.finish(promise))
        let progress = try await promise.futureResult.get()
        line.finish()
        try await signaling.leave(session)
        try? await channel.close()
        if case .failed(let failure) = end { throw failure }
        print(json ? String(decoding: JSON.encode(progress), as: UTF8.self) : CallProgressLine.text(progress))
        if case .endedByServer = end { throw CommandFailure(refused: "The server ended the call.") }
        if send != nil, !session.direction.sends { throw CommandFailure(refused: "You may not speak in this room.") }
    }

    /// Why a call ends.
    private enum CallEnd: Sendable {
        case sentAll
        case timeUp
        case interrupted
        case endedByServer
        case failed(CommandFailure)
    }

    private func address() throws(CommandFailure) -> ServerAddress {
        if let server, let address = ServerAddress(server) { return address }
        return ServerAddress(host: "127.0.0.1", port: try options.load().values.http.port)
    }

    private func identity() throws(CommandFailure) -> CallSignaling.Identity {
        guard let user else { return .guest(guest) }
        guard let password = readLine(strippingNewline: true), !password.isEmpty else {
            throw CommandFailure(refused: "There is no password on standard input.")
        }
        return .account(name: user, password: password)
    }

    private func bind(_ host: String, _ tell: @escaping @Sendable (CallEvent) -> Void) async throws -> any Channel {
        do {
            return try await CallChannel.bind(host: host, tell: tell)
        } catch {
            throw CommandFailure(unavailable: "No UDP port can be had on \(host): \(error).")
        }
    }

    private func join(
        _ signaling: CallSignaling, _ token: String, _ host: String, _ channel: any Channel
    ) async throws -> CallSignaling.Session {
        guard let address = IPAddress(host), let port = channel.localAddress?.port.flatMap({ UInt16(exactly: $0) })
        else {
            throw CommandFailure(unavailable: "The socket has no address.")
        }
        return try await signaling.join(
            room, password: roomPassword, token: token, local: TransportAddress(address, port),
            direction: MediaDirection(sends: send != nil, receives: receive != nil),
            sessionID: .random(in: 1...(1 << 62)))
    }

    /// Waits for what comes first: the end of what is sent, the time, a signal, or the server.
    private func wait(
        _ events: AsyncStream<CallEnd>, _ continuation: AsyncStream<CallEnd>.Continuation, _ signals: SignalListener
    ) async -> CallEnd {
        let limit = seconds
        let timer = Task {
            guard let limit else { return }
            try await Task.sleep(for: .seconds(limit))
            continuation.yield(.timeUp)
        }
        let interrupts = Task {
            for await _ in signals.stream { continuation.yield(.interrupted) }
        }
        defer {
            timer.cancel()
            interrupts.cancel()
        }
        for await end in events {
            guard case .sentAll = end else { return end }
            if limit == nil { break }
        }
        // What was said last is still on its way to the others, and their answer to us.
        try? await Task.sleep(for: .milliseconds(500))
        return .sentAll
    }
}
