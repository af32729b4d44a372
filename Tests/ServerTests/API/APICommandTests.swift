import NIOHTTP1
import Signaling
import Testing

@testable import Server

@Suite struct APICommandTests {
    /// A body that every command takes.
    private static let body = """
        {"user": "ann", "room": "den", "media": ["audio"], "text": "t", "to": "ann", "seconds": 60, "topic": "t"}
        """

    private func arguments(_ command: APICommand, body: String = Self.body) -> APICommand.Arguments {
        let hasRoom = command.path.contains("{room}")
        // A room keeps its name.
        let text = command.method == .PATCH ? #"{"topic": "t"}"# : body
        return APICommand.Arguments(parameters: hasRoom ? ["room": "den"] : [:], query: [:], body: Array(text.utf8))
    }

    @Test(arguments: APICommand.all) func everyCommandNamesTheActThatTheDomainAsksFor(_ command: APICommand) throws {
        #expect(!command.acts.isEmpty)
        #expect(command.acts.contains(try command.build(arguments(command)).act), "\(command.method) \(command.path)")
    }

    @Test func aRoomsKindDecidesTheAct() throws {
        let command = try #require(APICommand.all.first { $0.method == .POST && $0.path == "/api/v1/rooms" })
        for (kind, act) in [("text", Act.createTextRoom), ("audio", .createAudioRoom), ("video", .createVideoRoom)] {
            let body = #"{"room": "den", "kind": "\#(kind)"}"#
            #expect(try command.build(arguments(command, body: body)).act == act)
            #expect(command.acts.contains(act))
        }
    }

    @Test func noTwoCommandsHaveOneAddress() {
        #expect(Set(APICommand.all.map { "\($0.method) \($0.path)" }).count == APICommand.all.count)
    }

    @Test(arguments: [
        ("/api/v1/rooms/{room}/kick", "{}", "user is missing."),
        ("/api/v1/rooms/{room}/kick", "[]", "The body is not a JSON object with fields of the right types."),
        ("/api/v1/rooms/{room}/kick", #"{"user": 7}"#, "The body is not a JSON object with fields of the right types."),
        ("/api/v1/rooms/{room}/kick", #"{"user": ""}"#, "user has 1 to 30 bytes and no control character."),
        ("/api/v1/rooms/{room}/mute", #"{"user": "ann"}"#, "media is a list of text, audio and video."),
        ("/api/v1/admin/mute", #"{"user": "ann", "media": ["smell"]}"#, "media is a list of text, audio and video."),
        ("/api/v1/admin/ban", #"{"network": "300.1.1.1"}"#, "network is an address or a network, as in 192.0.2.0/24."),
        ("/api/v1/admin/ban", #"{"network": "192.0.2.1", "user": "ann"}"#, "Give either user or network."),
        (
            "/api/v1/rooms", #"{"room": "den", "expiry": "soon"}"#,
            "expiry is empty, never, sticky or a number of seconds."
        ),
        ("/api/v1/rooms", #"{"room": "den", "kind": "smell"}"#, "kind is text, audio or video."),
        ("/api/v1/messages", #"{"to": "ann"}"#, "text is missing."),
        ("/api/v1/admin/announce", "{}", "text is missing."),
    ])
    func bodiesThatCannotBeUnderstood(_ path: String, _ body: String, _ complaint: String) throws {
        let command = try #require(APICommand.all.first { $0.method == .POST && $0.path == path })
        let problem = #expect(throws: Problem.self) { try command.build(arguments(command, body: body)) }
        #expect(problem?.detail == complaint)
        #expect(problem?.status == .unprocessableEntity)
    }
}
