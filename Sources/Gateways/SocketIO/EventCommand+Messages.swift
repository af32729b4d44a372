import Signaling

extension EventCommand {
    /// Messages, typing, histories.
    static let messages: [EventCommand] = [
        EventCommand("message:send") { fields throws(Refusal) in
            let outgoing = Outgoing(try fields.text("text"), clientID: try fields.optionalText("id"))
            if fields.has("room") { return .message(.toRoom(.named(try fields.name("room")), outgoing)) }
            guard fields.has("to") else { throw Refusal(.invalid, "Name \"to\" or \"room\".") }
            return .message(.toUsers(try fields.names("to"), outgoing))
        },
        EventCommand("message:edit") { fields throws(Refusal) in
            .message(.edit(try fields.messageID("id"), text: try fields.text("text")))
        },
        EventCommand("message:delete") { fields throws(Refusal) in
            .message(.delete(try fields.messageID("id")))
        },
        EventCommand("message:read") { fields throws(Refusal) in
            .message(.read(try fields.conversation("with"), upTo: try fields.messageID("upTo")))
        },
        EventCommand("typing") { fields throws(Refusal) in
            .message(.typing(try fields.conversation("to"), try fields.flag("typing", default: true)))
        },
        EventCommand("history") { fields throws(Refusal) in
            let limit = try fields.optionalInteger("limit") ?? 50
            guard (1...200).contains(limit) else { throw Refusal(.invalid, "\"limit\" must be from 1 to 200.") }
            let before = fields.has("before") ? try fields.messageID("before") : nil
            return .message(.history(try fields.conversation("with"), before: before, limit: Int(limit)))
        },
    ]
}
