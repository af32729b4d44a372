import Signaling

extension EventCommand {
    /// Message groups and their threads. A group may be named with every event; without a name the one that was joined is meant.
    static let boards: [EventCommand] = [
        EventCommand("board:groups") { _ throws(Refusal) in .board(.groups) },
        EventCommand("board:create") { fields throws(Refusal) in
            .board(
                .createGroup(
                    try fields.name("group"), password: try fields.password(),
                    openToGuests: try fields.flag("openToGuests", default: false),
                    seconds: try fields.optionalInteger("seconds")))
        },
        EventCommand("board:delete") { fields throws(Refusal) in .board(.deleteGroup(try fields.name("group"))) },
        EventCommand("board:join") { fields throws(Refusal) in
            .board(.join(try fields.name("group"), password: try fields.password()))
        },
        EventCommand("board:leave") { _ throws(Refusal) in .board(.leave) },
        EventCommand("board:messages") { fields throws(Refusal) in
            .board(.posts(try group(fields), parent: try fields.optionalInteger("parent")))
        },
        EventCommand("board:message") { fields throws(Refusal) in
            .board(.post(try group(fields), try number("id", fields)))
        },
        EventCommand("board:post") { fields throws(Refusal) in
            .board(
                .create(
                    try group(fields),
                    NewPost(
                        name: try fields.name("name"), parent: try fields.optionalInteger("parent") ?? 0,
                        parts: try parts(fields), seconds: try fields.optionalInteger("seconds"))))
        },
        EventCommand("board:remove") { fields throws(Refusal) in
            .board(.delete(try group(fields), try number("id", fields)))
        },
    ]

    private static func group(_ fields: EventFields) throws(Refusal) -> GroupTarget {
        guard let name = try fields.optionalName("group") else { return .joined }
        return .named(name)
    }

    private static func number(_ field: StaticString, _ fields: EventFields) throws(Refusal) -> Int64 {
        if fields.value(field)?.string == nil, let number = try fields.optionalInteger(field) { return number }
        guard let number = try fields.optionalText(field).flatMap({ Int64($0) }) else {
            throw Refusal(.invalid, "\"\(field)\" must be the number of a message.")
        }
        return number
    }

    /// `parts`, or the lines of `text`.
    private static func parts(_ fields: EventFields) throws(Refusal) -> [String] {
        if let parts = fields.value("parts") {
            let texts = parts.elements.compactMap(\.string)
            guard parts.isArray, texts.count == parts.elements.count else {
                throw Refusal(.invalid, "\"parts\" must be a list of texts.")
            }
            return texts
        }
        return try fields.text("text").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
