import Signaling

extension EventCommand {
    /// Presence, profiles, search, ignore lists, friends.
    static let people: [EventCommand] = [
        EventCommand("presence:set") { fields throws(Refusal) in
            guard let presence = try fields.choice("status", of: Presence.self) else {
                throw Refusal(.invalid, "\"status\" must be one of: online, away, busy, hidden.")
            }
            return .people(.setPresence(presence))
        },
        EventCommand("friend:request") { fields throws(Refusal) in .people(.requestFriend(try fields.name("user"))) },
        EventCommand("friend:accept") { fields throws(Refusal) in
            .people(.answerFriend(try fields.name("user"), accept: true))
        },
        EventCommand("friend:deny") { fields throws(Refusal) in
            .people(.answerFriend(try fields.name("user"), accept: false))
        },
        EventCommand("friend:remove") { fields throws(Refusal) in .people(.endFriendship(try fields.name("user"))) },
        EventCommand("ignore:add") { fields throws(Refusal) in .people(.ignore(try fields.name("user"))) },
        EventCommand("ignore:remove") { fields throws(Refusal) in .people(.unignore(try fields.name("user"))) },
        EventCommand("ignore:list", { _ throws(Refusal) in .people(.ignored) }) { reply, writer in
            if case .names(let names) = reply { EventReply.writeNames("users", names, to: &writer) }
        },
        EventCommand("profile:get") { fields throws(Refusal) in .people(.profile(try fields.name("user"))) },
        EventCommand("profile:set") { fields throws(Refusal) in .people(.setProfile(try profileChanges(fields))) },
        EventCommand("users:search") { fields throws(Refusal) in .people(.search(try search(fields))) },
    ]

    private static func profileChanges(_ fields: EventFields) throws(Refusal) -> ProfileChanges {
        var changes = ProfileChanges()
        changes.realName = try fields.optionalText("name")
        changes.gender = try fields.optionalText("gender")
        changes.birthday = try birthday(fields)
        changes.country = try fields.optionalText("country")
        changes.city = try fields.optionalText("city")
        changes.about = try fields.optionalText("about")
        changes.avatar = try fields.optionalText("avatar")
        // Kept as it is, whatever it is.
        changes.settings = fields.value("settings").map { String(decoding: $0.raw, as: UTF8.self) }
        if fields.has("contactsOnly") { changes.contactsOnly = try fields.flag("contactsOnly", default: false) }
        return changes
    }

    /// `YYYY-MM-DD`, or an empty text for none.
    private static func birthday(_ fields: EventFields) throws(Refusal) -> Int32? {
        guard let text = try fields.optionalText("birthday") else { return nil }
        if text.isEmpty { return 0 }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], let year = Int32(parts[0]), let month = Int32(parts[1]),
            let day = Int32(parts[2]), year > 0, (1...12).contains(month), (1...31).contains(day)
        else { throw Refusal(.invalid, "\"birthday\" must be a day as YYYY-MM-DD.") }
        return year * 10_000 + month * 100 + day
    }

    private static func search(_ fields: EventFields) throws(Refusal) -> ProfileSearch {
        var search = ProfileSearch()
        search.gender = try fields.optionalText("gender")
        search.country = try fields.optionalText("country")
        search.city = try fields.optionalText("city")
        search.onlineSince = try fields.optionalInteger("onlineSince").map { Timestamp(milliseconds: $0) }
        var (youngest, oldest) = (try fields.optionalInteger("minAge"), try fields.optionalInteger("maxAge"))
        if let ages = fields.value("age") {
            let numbers = ages.elements.compactMap(\.integer)
            guard ages.isArray, ages.elements.count == 2, numbers.count == 2 else { throw wrongAges }
            (youngest, oldest) = (numbers[0], numbers[1])
        }
        guard youngest != nil || oldest != nil else { return search }
        let (least, most) = (youngest ?? 0, oldest ?? 200)
        guard (0...200).contains(least), (least...200).contains(most) else { throw wrongAges }
        search.ages = Int(least)...Int(most)
        return search
    }

    private static let wrongAges = Refusal(.invalid, "\"age\" must be a list of two ages, the lower one first.")

    /// Contacts and their groups; each is answered with the whole list.
    static let contacts: [EventCommand] = [
        EventCommand("contacts:list") { _ throws(Refusal) in .people(.contacts) },
        EventCommand("contacts:add") { fields throws(Refusal) in
            .people(.addContact(try fields.name("user"), group: try fields.optionalText("group")))
        },
        EventCommand("contacts:remove") { fields throws(Refusal) in
            .people(.removeContact(try fields.name("user")))
        },
        EventCommand("contacts:move") { fields throws(Refusal) in
            let position = try fields.optionalInteger("position").map { Int(clamping: $0) }
            return .people(
                .moveContact(try fields.name("user"), group: try fields.text("group"), position: position))
        },
        EventCommand("contacts:watch") { fields throws(Refusal) in
            .people(.watchContact(try fields.name("user"), try fields.flag("watch", default: true)))
        },
        EventCommand("contacts:groups") { fields throws(Refusal) in .people(.contactGroup(try groupChange(fields))) },
    ]

    private static func groupChange(_ fields: EventFields) throws(Refusal) -> ContactGroupChange {
        if let name = try fields.optionalText("add") { return .add(name) }
        if let name = try fields.optionalText("rename") { return .rename(name, to: try fields.text("to")) }
        if let name = try fields.optionalText("remove") { return .remove(name) }
        if let order = fields.value("order"), order.isArray {
            return .order(order.elements.compactMap(\.string))
        }
        throw Refusal(.invalid, "Name \"add\", \"rename\" with \"to\", \"remove\", or \"order\" with a list.")
    }
}
