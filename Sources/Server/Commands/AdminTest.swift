import ArgumentParser
import Glibc

/// `media-relay admin test`: whether a running server does what it is there for.
struct AdminTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Tests the running server: a connection to each port, a login, a media round trip.",
        discussion: """
            Makes two accounts and a room for it, and removes them. Ends with 1 where something does not work.
            """)

    @OptionGroup var output: OutputOption
    @OptionGroup var options: SettingsOptions

    /// What came of one test.
    struct Outcome: Encodable, Sendable {
        let test: String
        let passed: Bool
        let milliseconds: Int64
        /// What was found, or what is wrong.
        let detail: String
    }

    func run() async throws {
        let settings = try options.load()
        _ = try RunningServer.perform(.status, settings)
        var outcomes: [Outcome] = []
        for probe in PortProbe.all(settings.values) {
            outcomes.append(await Self.measure(probe.name) { try await probe.run() })
        }
        let guests = try TestGuests(settings)
        outcomes += await guests.test()
        try guests.remove()
        output.print(outcomes, columns: ["test", "passed", "ms", "detail"]) { outcome in
            [outcome.test, outcome.passed ? "yes" : "NO", String(outcome.milliseconds), outcome.detail]
        }
        if outcomes.contains(where: { !$0.passed }) { throw ExitCode(1) }
    }

    /// Runs one test and takes its time.
    static func measure(_ name: String, _ body: () async throws -> String) async -> Outcome {
        let start = ContinuousClock.now
        var (passed, detail) = (true, "")
        do {
            detail = try await body()
        } catch {
            (passed, detail) = (false, "\(error)")
        }
        let time = (ContinuousClock.now - start).components
        return Outcome(
            test: name, passed: passed,
            milliseconds: time.seconds * 1000 + time.attoseconds / 1_000_000_000_000_000, detail: detail)
    }
}

/// Two accounts and a room that exist for a test.
private struct TestGuests {
    private let settings: LoadedConfiguration
    private let names: [String]
    private let room: String
    private let password: String

    init(_ settings: LoadedConfiguration) throws(CommandFailure) {
        self.settings = settings
        let mark = String(UInt32.random(in: 0...UInt32.max), radix: 36)
        names = ["selftest-\(mark)-a", "selftest-\(mark)-b"]
        room = "selftest-\(mark)"
        password = "\(UInt64.random(in: 0...UInt64.max))-\(UInt64.random(in: 0...UInt64.max))"
        var request = RoomRequest(name: room)
        request.kind = "audio"
        do {
            for name in names {
                _ = try RunningServer.perform(.accountAdd(name: name, password: password), settings)
            }
            _ = try RunningServer.perform(.roomCreate(request), settings)
        } catch {
            try? remove()
            throw error
        }
    }

    func remove() throws(CommandFailure) {
        _ = try RunningServer.perform(.roomDelete(name: room), settings)
        for name in names { _ = try RunningServer.perform(.accountRemove(name: name), settings) }
    }

    /// Signs in on the doors that are open, and sends a tone from one account to the other.
    func test() async -> [AdminTest.Outcome] {
        let values = settings.values
        var outcomes: [AdminTest.Outcome] = []
        if values.line.port != 0 {
            outcomes.append(
                await AdminTest.measure("line login") {
                    try await PortProbe.line(
                        "line login", PortProbe.host(values), values.line.port,
                        sends: "#login regd \(names[0]) \(password)\r\n#whoami\r\n#quit\r\n",
                        expects: ["@status 0", "@ret #whoami \(names[0]) Home"]
                    ).run()
                })
        }
        if values.http.port != 0 {
            outcomes.append(await AdminTest.measure("media round trip") { try await roundTrip() })
        }
        return outcomes
    }

    /// The answer that `media-relay call --json` prints.
    private struct CallReport: Decodable {
        let receivedPackets: Int
        let lostPackets: Int
    }

    private func roundTrip() async throws -> String {
        let server = "\(ServerAddress(host: PortProbe.host(settings.values), port: settings.values.http.port))"
        let call = ["call", room, "--server", server, "--seconds", "2"]
        let sender = try OwnProgram(
            call + ["--send", "tone:440", "--user", names[0]], input: password)
        let receiver = try OwnProgram(
            call + ["--receive", "/dev/null", "--json", "--user", names[1]], input: password)
        let heard = await receiver.finish()
        let sent = await sender.finish()
        guard sent.status == 0 else { throw CommandFailure(refused: "the sender failed: \(sent.error)") }
        guard heard.status == 0, let report = JSON.decode(CallReport.self, from: heard.output) else {
            throw CommandFailure(refused: "the receiver failed: \(heard.error)")
        }
        // A second of 20 ms frames at the least.
        guard report.receivedPackets >= 50 else {
            throw CommandFailure(refused: "of a tone of 2 seconds \(report.receivedPackets) packets came back")
        }
        return "\(report.receivedPackets) packets received, \(report.lostPackets) lost"
    }
}
