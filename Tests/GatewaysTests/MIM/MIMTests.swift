import Testing

@testable import Gateways
@testable import Signaling

@Suite struct MIMStringTests {
    @Test func writesAndReads() {
        for text in ["", "ann", "é😀", "a\0b"] {
            var bytes: [UInt8] = []
            MIMString.write(text, to: &bytes)
            #expect(MIMString.read(bytes.span) == text)
        }
        var bytes: [UInt8] = []
        MIMString.write("aé", to: &bytes)
        #expect(bytes == [0, 0, 0, 4, 0, 0x61, 0, 0xE9])
        let null: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        #expect(MIMString.read(null.span) == "")
    }

    @Test(
        arguments: [
            [], [0, 0, 0], [0, 0, 0, 2, 0], [0, 0, 0, 2], [0, 0, 0, 1, 0x61], [0, 0, 0, 2, 0, 0x61, 0],
            [0, 0, 0, 0, 0],
            [0xFF, 0xFF, 0xFF, 0xFF, 0], [0xFF, 0xFF, 0xFF, 0xFE], [0x7F, 0xFF, 0xFF, 0xFF, 0, 0x61],
            // Halves of surrogate pairs, alone and the wrong way round.
            [0, 0, 0, 2, 0xD8, 0x3D], [0, 0, 0, 2, 0xDE, 0x00], [0, 0, 0, 4, 0xDE, 0x00, 0xD8, 0x3D],
        ] as [[UInt8]])
    func refuses(_ bytes: [UInt8]) {
        #expect(MIMString.read(bytes.span) == nil)
    }
}

@Suite struct MIMConnectionTests {
    private final class Client {
        var connection: MIMConnection
        var submitted: [Name?] = []

        init() throws {
            connection = MIMConnection(
                from: try #require(IPAddress("10.0.0.7")), welcome: "Hello.", timeout: 15_000,
                now: Timestamp(milliseconds: 0))
        }

        func send(_ bytes: [UInt8]) {
            var names: [Name?] = []
            connection.receive(bytes.span) { names.append(Self.guest($1)) }
            submitted += names
        }

        func answer(_ reply: Reply, tag: UInt64) {
            var names: [Name?] = []
            connection.reply(Signaling.Tag(tag), reply) { names.append(Self.guest($1)) }
            submitted += names
        }

        private static func guest(_ command: Command) -> Name? {
            guard case .session(.signIn(.guest(let name))) = command else { return nil }
            return name
        }
    }

    private static func login(_ name: String, port: UInt16 = 5000) -> [UInt8] {
        var body: [UInt8] = [UInt8(port >> 8), UInt8(port & 0xFF)]
        MIMString.write(name, to: &body)
        return [UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    @Test func logsInByteForByte() throws {
        let client = try Client()
        #expect(client.connection.output == Array("Hello.\n".utf8))
        for byte in Self.login("mimi") { client.send([byte]) }
        #expect(client.submitted.map { $0?.text } == ["mimi"])
        client.answer(.signedIn(EventHarness.signedIn("mimi")), tag: 1)
        #expect(client.connection.user?.text == "mimi")
        #expect(client.connection.entry?.port == 5000)
        client.connection.advance(to: Timestamp(milliseconds: 1_000_000))
        #expect(!client.connection.isFinished)
    }

    @Test func theSameNameGetsANumber() throws {
        let taken = Reply.refused(Refusal(.nameTaken, "Taken.", cause: .guestNameInUse))
        let client = try Client()
        client.send(Self.login("mimi"))
        client.answer(taken, tag: 1)
        client.answer(taken, tag: 2)
        #expect(client.submitted.map { $0?.text } == ["mimi", "mimi~2", "mimi~3"])
        client.answer(.signedIn(EventHarness.signedIn("mimi~3")), tag: 3)
        #expect(client.connection.user?.text == "mimi~3")
        #expect(client.connection.entry?.name == "mimi")
        let long = try Client()
        long.send(Self.login(String(repeating: "é", count: 15)))
        long.answer(taken, tag: 1)
        #expect(long.submitted.last??.text == String(repeating: "é", count: 14) + "~2")
    }

    @Test func aNameThatIsAnAccountsCloses() throws {
        let client = try Client()
        client.send(Self.login("ann"))
        client.answer(.refused(Refusal(.nameTaken, "No.", cause: .nameReserved)), tag: 1)
        #expect(client.connection.isFinished)
    }

    @Test func namesThatNeverEndAreGivenUp() throws {
        let client = try Client()
        client.send(Self.login("mimi"))
        for tag in 1...200 as ClosedRange<UInt64> where !client.connection.isFinished {
            client.answer(.refused(Refusal(.nameTaken, "Taken.", cause: .guestNameInUse)), tag: tag)
        }
        #expect(client.connection.isFinished)
        #expect(client.submitted.count == MIMConnection.mostNames)
    }

    @Test(
        arguments: [
            [0, 0], [0, 1, 0], [0, 5, 0x13, 0x88, 0, 0, 0], [0x08, 0x01], [0xFF, 0xFF],
            login("mimi", port: 0), login(""), login(String(repeating: "x", count: 31)), login("a\u{7}b"),
            [0, 6, 0x13, 0x88, 0xFF, 0xFF, 0xFF, 0xFF], [0, 8, 0x13, 0x88, 0, 0, 0, 200, 0, 0x61],
            [0, 10, 0x13, 0x88, 0, 0, 0, 2, 0, 0x61, 0, 0x62], [0, 7, 0x13, 0x88, 0, 0, 0, 1, 0x61],
            [0, 8, 0x13, 0x88, 0, 0, 0, 2, 0xD8, 0x00],
        ] as [[UInt8]])
    func aWrongBlockCloses(_ bytes: [UInt8]) throws {
        for size in [1, bytes.count] {
            let client = try Client()
            for start in stride(from: 0, to: bytes.count, by: size) {
                client.send(Array(bytes[start..<min(bytes.count, start + size)]))
            }
            #expect(client.connection.isFinished)
            #expect(client.submitted.isEmpty)
        }
    }

    @Test func aSecondLoginCloses() throws {
        let early = try Client()
        early.send(Self.login("mimi") + Self.login("mimi"))
        #expect(early.connection.isFinished)
        let late = try Client()
        late.send(Self.login("mimi"))
        late.answer(.signedIn(EventHarness.signedIn("mimi")), tag: 1)
        late.send([0])
        #expect(late.connection.isFinished)
    }

    @Test func whoDoesNotLogInIsClosed() throws {
        let client = try Client()
        client.send(Array(Self.login("mimi").dropLast()))
        client.connection.advance(to: Timestamp(milliseconds: 14_999))
        #expect(!client.connection.isFinished)
        client.connection.advance(to: Timestamp(milliseconds: 15_000))
        #expect(client.connection.isFinished)
    }
}

@Suite struct MIMTableTests {
    @Test func blocks() throws {
        let here = try #require(IPAddress("192.0.2.1"))
        let client = MIMEntry(name: "é", place: .client(try #require(IPAddress("::ffff:10.0.0.7"))), port: 258)
        var expected: [UInt8] = [0x41, 0, 0, 0, 2, 0, 0xE9, 0, 0, 0, 16]
        for byte in "10.0.0.7".utf8 { expected += [0, byte] }
        expected += [1, 2]
        #expect(client.block(isAdded: true, here: here) == [0, UInt8(expected.count)] + expected)
        #expect(client.block(isAdded: false, here: here)[2] == 0x44)
        let bridged = MIMEntry(name: "ann", place: .server, port: 4300).block(isAdded: true, here: here)
        var address: [UInt8] = []
        MIMString.write("192.0.2.1", to: &address)
        #expect(Array(bridged.dropLast(2).suffix(address.count)) == address)
    }

    @Test func sameNamesAreTwoLines() throws {
        var table = MIMTable(bridgePorts: nil)
        let (first, second) = (SessionID(slot: 1, generation: 1), SessionID(slot: 2, generation: 1))
        let (here, there) = (try #require(IPAddress("10.0.0.1")), try #require(IPAddress("10.0.0.2")))
        table.insert(MIMEntry(name: "a", place: .client(here), port: 1), for: first)
        table.insert(MIMEntry(name: "a", place: .client(there), port: 2), for: second)
        #expect(table.entries.map(\.port) == [1, 2])
        #expect(table.session(named: "a", at: there) == second)
        #expect(table.remove(first)?.port == 1)
        #expect(table.remove(first) == nil)
        #expect(table.session(named: "a", at: here) == nil)
    }

    @Test func portsAreLentAndTheOneLongestFreeGoesFirst() {
        var table = MIMTable(bridgePorts: 4300...4301)
        let (ann, bob, eve) = (EventHarness.name("ann"), EventHarness.name("bob"), EventHarness.name("eve"))
        #expect(table.lendPort(to: ann) == 4300)
        #expect(table.lendPort(to: ann) == nil)
        #expect(table.returnPort(of: ann)?.port == 4300)
        #expect(table.lendPort(to: bob) == 4301)
        #expect(table.lendPort(to: eve) == 4300)
        // Past the range nobody is listed.
        #expect(table.lendPort(to: ann) == nil)
        #expect(table.entries.map(\.name) == ["bob", "eve"])
        var none = MIMTable(bridgePorts: nil)
        #expect(none.lendPort(to: ann) == nil)
    }
}

@Suite struct MIMChatTests {
    private func read(_ pieces: [[UInt8]], isIncoming: Bool = true) -> (lines: [MIMChat.Line], isSound: Bool) {
        var chat = MIMChat(isIncoming: isIncoming)
        var lines: [MIMChat.Line] = []
        for piece in pieces {
            let isSound = chat.receive(piece.span) {
                lines.append($0)
                return true
            }
            if !isSound { return (lines, false) }
        }
        return (lines, true)
    }

    @Test func theFirstLineIsAName() {
        let bytes = Array("mimi\r\nhello\nhow are you é\n\nunfinished".utf8)
        for size in [1, 4, bytes.count] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min(bytes.count, $0 + size)])
            }
            let (lines, isSound) = read(pieces)
            #expect(isSound)
            #expect(
                lines == [.name("mimi"), .message("hello"), .message("how are you é"), .message("")])
        }
        #expect(read([Array("hello\n".utf8)], isIncoming: false).lines == [.message("hello")])
    }

    @Test func linesAreBounded() {
        let longest = [UInt8](repeating: 0x61, count: 1000)
        #expect(read([longest + [0x0A]]).isSound)
        #expect(!read([longest + [0x61]]).isSound)
        #expect(!read([[0xFF, 0x0A]]).isSound)
    }

    @Test func textsBecomeLines() {
        func lines(_ text: String) -> [String] {
            String(decoding: MIMChat.encode(text), as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false
            )
            .map(String.init)
        }
        #expect(lines("hi") == ["hi", ""])
        #expect(lines("a\nb\r\nc") == ["a", "b", "c", ""])
        let long = lines(String(repeating: "é", count: 1200))
        #expect(long.dropLast().allSatisfy { !$0.isEmpty && $0.utf8.count <= 1000 })
        #expect(long.joined() == String(repeating: "é", count: 1200))
    }
}
