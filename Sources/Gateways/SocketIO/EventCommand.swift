import Signaling

/// One of the events that a client may send: how its fields become a command, and the reply an answer.
struct EventCommand: Sendable {
    /// Writes the fields of an answer beyond `ok`.
    typealias Answer = @Sendable (Reply, inout JSONWriter) -> Void

    let name: String
    let build: @Sendable (EventFields) throws(Refusal) -> Command
    let answer: Answer

    init(
        _ name: String, _ build: @escaping @Sendable (EventFields) throws(Refusal) -> Command,
        answer: @escaping Answer = { EventReply.write($0, to: &$1) }
    ) {
        self.name = name
        self.build = build
        self.answer = answer
    }

    /// All events, by their names.
    static let all: [String: EventCommand] = {
        let list = messages + people + contacts + rooms + moderation + everywhere + calls + boards + media
        return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    }()
}
