import Signaling

/// The documents that answer a client's.
enum XMLAnswer: Hashable, Sendable {
    case logout, message, statusGet, statusSet, statusList
    case friendAdd, friendDelete, friendAccept, friendDeny, friends

    /// What a reply of the domain comes to. A refusal is 0; where the protocol has another word for "no", that.
    func result(of reply: Reply) -> XMLResult {
        switch (self, reply) {
        case (.statusGet, .presence(let change)): .number(XMLStatusCode.code(of: change.presence))
        case (.statusGet, _): .number(-1)
        case (.friends, .contacts(let groups)): .friends(groups.flatMap(\.contacts).filter(\.isFriend))
        case (.friends, _): .nothing
        case (.message, .sent(let sent)): .number(sent.delivered ? 1 : -1)
        case (_, .refused): .number(0)
        default: .number(1)
        }
    }

    /// Writes the document.
    func write(_ result: XMLResult, to writer: inout XMLWriter) {
        switch self {
        case .logout: Self.write("<LOGOUT", nil, result, to: &writer)
        case .message: Self.write("<MESSAGE", nil, result, to: &writer)
        case .statusGet: Self.write("<STATUS", "get", result, to: &writer)
        case .statusSet: Self.write("<STATUS", "set", result, to: &writer)
        case .statusList: Self.writeStatuses(result, to: &writer)
        case .friendAdd: Self.write("<FRIEND", "add", result, to: &writer)
        case .friendDelete: Self.write("<FRIEND", "delete", result, to: &writer)
        case .friendAccept: Self.write("<FRIEND", "accept", result, to: &writer)
        case .friendDeny: Self.write("<FRIEND", "deny", result, to: &writer)
        case .friends: Self.writeFriends(result, to: &writer)
        }
    }

    private static func write(
        _ opening: StaticString, _ type: StaticString?, _ result: XMLResult, to writer: inout XMLWriter
    ) {
        writer.literal(opening)
        if let type { writer.attribute("type", "\(type)") }
        if case .number(let number) = result { writer.attribute("result", number) }
        writer.literal("/>")
    }

    private static func writeStatuses(_ result: XMLResult, to writer: inout XMLWriter) {
        writer.literal("<STATUSLIST>")
        if result != .nothing {
            for (code, status) in XMLStatusCode.all.enumerated() {
                writer.literal("<STATUS")
                writer.attribute("id", code)
                writer.literal(">")
                writer.literal(status.name)
                writer.literal("</STATUS>")
            }
        }
        writer.literal("</STATUSLIST>")
    }

    private static func writeFriends(_ result: XMLResult, to writer: inout XMLWriter) {
        writer.literal("<FRIENDS>")
        if case .friends(let friends) = result {
            for friend in friends {
                writer.literal("<USER")
                writer.attribute("status", XMLStatusCode.code(of: friend.presence))
                writer.literal(">")
                writer.text(friend.name.text)
                writer.literal("</USER>")
            }
        }
        writer.literal("</FRIENDS>")
    }
}

/// What an answer says.
enum XMLResult: Hashable, Sendable {
    /// A number.
    case number(Int)
    /// The owner's friends.
    case friends([Contact])
    /// An empty list.
    case nothing
}
