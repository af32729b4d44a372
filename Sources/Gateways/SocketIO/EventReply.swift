import Signaling

/// Replies as the fields of an acknowledgement.
enum EventReply {
    /// Writes what a reply tells beyond that it was done.
    static func write(_ reply: Reply, to writer: inout JSONWriter) {
        switch reply {
        case .sent(let sent):
            writer.member("id", sent.id.description)
            writer.member("at", sent.at.milliseconds)
            writer.member("delivered", sent.delivered)
        case .history(let messages): list("messages", messages, &writer) { EventReply.write($0, to: &$1) }
        case .rooms(let rooms):
            list("rooms", rooms, &writer) { room, writer in writer.object { EventReply.write(room, to: &$0) } }
        case .entered(let entered): write(entered, to: &writer)
        case .members(let members): list("members", members, &writer) { EventReply.write($0, to: &$1) }
        case .contacts(let groups): list("groups", groups, &writer) { EventReply.write($0, to: &$1) }
        case .presence(let change): write(change, to: &writer)
        case .profile(let profile): write(profile, to: &writer)
        case .profiles(let profiles):
            list("users", profiles, &writer) { profile, writer in
                writer.object { EventReply.write(profile, to: &$0) }
            }
        case .names(let names): writeNames("names", names, to: &writer)
        case .call(let call): writer.member("call", call.description)
        case .mediaOpened(let opened):
            writer.member("sdp", opened.sdp)
            writer.member("session", opened.session.description)
        case .groups(let groups): list("groups", groups, &writer) { EventReply.write($0, to: &$1) }
        case .posts(let posts):
            list("messages", posts, &writer) { post, writer in writer.object { EventReply.write(post, to: &$0) } }
        case .post(let post, let parts):
            write(post, to: &writer)
            list("parts", parts, &writer) { $1.string($0) }
        case .posted(let id): writer.member("id", id)
        case .restrictions(let restrictions):
            list("restrictions", restrictions, &writer) { EventReply.write($0, to: &$1) }
        case .audit(let entries): list("entries", entries, &writer) { EventReply.write($0, to: &$1) }
        case .statistics(let statistics): write(statistics, to: &writer)
        case .done, .refused, .signedIn, .challenge, .whoAmI, .accounts, .status, .users, .document, .mediaRoom: break
        }
    }

    /// Writes a list as a member.
    static func list<Element>(
        _ name: StaticString, _ elements: [Element], _ writer: inout JSONWriter,
        _ write: (Element, inout JSONWriter) -> Void
    ) {
        writer.name(name)
        writer.array { for element in elements { write(element, &$0) } }
    }

    /// Writes names as a member.
    static func writeNames(_ member: StaticString, _ names: [Name], to writer: inout JSONWriter) {
        list(member, names, &writer) { $1.string($0.text) }
    }

    /// Writes a message as an object.
    static func write(_ message: Message, to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", message.id.description)
            $0.member("number", message.number)
            $0.member("from", message.from.text)
            switch message.place {
            case .room(let room): $0.member("room", room.text)
            case .user(_, let to): $0.member("to", to.text)
            }
            $0.member("text", message.text)
            $0.member("at", message.at.milliseconds)
            if message.wasOffline { $0.member("offline", true) }
            if let edited = message.edited { $0.member("edited", edited.milliseconds) }
        }
    }

    /// Writes a room's members.
    static func write(_ room: RoomSummary, to writer: inout JSONWriter) {
        writer.member("room", room.name.text)
        writer.member("kind", room.kind.rawValue)
        optional("owner", room.owner?.text, &writer)
        writer.member("users", room.users)
        writer.member("capacity", room.capacity)
        if let expires = room.expires { writer.member("expires", expires.milliseconds) }
        writer.member("hasPassword", room.hasPassword)
        writer.member("access", room.access.rawValue)
        writer.name("expiry")
        if case .seconds(let seconds) = room.expiry { writer.integer(seconds) } else { writer.string(room.expiry.text) }
        writer.member("topic", room.topic)
    }

    static func optional(_ name: StaticString, _ text: String?, _ writer: inout JSONWriter) {
        writer.name(name)
        if let text { writer.string(text) } else { writer.null() }
    }

    static func writeMedia(_ kinds: MediaKinds, to writer: inout JSONWriter) {
        list("media", kinds.eventTexts, &writer) { $1.string($0) }
    }

    /// Writes a presence's members.
    static func write(_ change: PresenceChange, to writer: inout JSONWriter) {
        writer.member("user", change.user.text)
        writer.member("status", change.presence.rawValue)
        if let seen = change.lastSeen { writer.member("lastSeen", seen.milliseconds) }
    }
}

// What is only ever a part of an answer.
extension EventReply {
    private static func write(_ entered: Entered, to writer: inout JSONWriter) {
        writer.member("room", entered.room.text)
        writer.member("kind", entered.kind.rawValue)
        writer.member("topic", entered.topic)
        list("members", entered.members, &writer) { EventReply.write($0, to: &$1) }
        list("history", entered.history, &writer) { EventReply.write($0, to: &$1) }
        writer.name("media")
        writer.object {
            if let bitrate = entered.limits.audioBitrate { $0.member("audioBitrate", bitrate) }
            if let bitrate = entered.limits.videoBitrate { $0.member("videoBitrate", bitrate) }
        }
    }

    private static func write(_ member: Member, to writer: inout JSONWriter) {
        writer.object {
            optional("user", member.name?.text, &$0)
            $0.member("role", member.role.text)
            $0.member("roomRole", member.roomRole.text)
            writeMedia(member.media, to: &$0)
        }
    }

    private static func write(_ group: ContactGroup, to writer: inout JSONWriter) {
        writer.object {
            $0.member("name", group.name)
            list("contacts", group.contacts, &$0) { contact, writer in
                writer.object {
                    $0.member("user", contact.name.text)
                    $0.member("status", contact.presence.rawValue)
                    if let seen = contact.lastSeen { $0.member("lastSeen", seen.milliseconds) }
                    $0.member("watched", contact.isWatched)
                    $0.member("friend", contact.isFriend)
                }
            }
        }
    }

    private static func write(_ shown: PublicProfile, to writer: inout JSONWriter) {
        let profile = shown.profile
        writer.member("user", shown.name.text)
        writer.member("name", profile.realName)
        writer.member("gender", profile.gender)
        writer.member("birthday", day(profile.birthday))
        writer.member("country", profile.country)
        writer.member("city", profile.city)
        writer.member("about", profile.about)
        writer.member("avatar", profile.avatar)
        if !profile.settings.isEmpty {
            writer.name("settings")
            writer.raw(profile.settings.utf8)
        }
        writer.member("contactsOnly", profile.contactsOnly)
        writer.member("status", shown.presence.rawValue)
        if let seen = shown.lastSeen { writer.member("lastSeen", seen.milliseconds) }
    }

    private static func day(_ birthday: Int32) -> String {
        guard birthday > 0 else { return "" }
        func digits(_ number: Int32, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(digits(birthday / 10_000, 4))-\(digits(birthday / 100 % 100, 2))-\(digits(birthday % 100, 2))"
    }

    private static func write(_ group: GroupSummary, to writer: inout JSONWriter) {
        writer.object {
            $0.member("group", group.name.text)
            $0.member("number", group.number)
            optional("owner", group.owner?.text, &$0)
            $0.member("messages", group.messages)
            $0.member("users", group.users)
            if let expires = group.expires { $0.member("expires", expires.milliseconds) }
            $0.member("hasPassword", group.hasPassword)
            $0.member("openToGuests", group.openToGuests)
        }
    }

    private static func write(_ post: PostSummary, to writer: inout JSONWriter) {
        writer.member("name", post.name.text)
        writer.member("author", post.author.text)
        writer.member("id", post.id)
        writer.member("parent", post.parent)
        writer.member("replies", post.replies)
        writer.member("at", post.at.milliseconds)
        if let expires = post.expires { writer.member("expires", expires.milliseconds) }
    }

    private static func write(_ restriction: RestrictionSummary, to writer: inout JSONWriter) {
        writer.object {
            $0.member("kind", restriction.media == nil ? "ban" : "mute")
            if let media = restriction.media { writeMedia(media, to: &$0) }
            if let user = restriction.user { $0.member("user", user.text) }
            if let network = restriction.network { $0.member("network", network.description) }
            optional("room", restriction.room?.text, &$0)
            optional("by", restriction.by?.text, &$0)
            $0.member("reason", restriction.reason)
            if let until = restriction.until { $0.member("until", until.milliseconds) }
        }
    }

    private static func write(_ entry: AuditEntry, to writer: inout JSONWriter) {
        writer.object {
            $0.member("number", entry.number)
            $0.member("at", entry.at.milliseconds)
            $0.member("actor", entry.actor)
            $0.member("action", entry.action)
            $0.member("target", entry.target)
            optional("room", entry.room?.text, &$0)
            $0.member("reason", entry.reason)
            if let until = entry.until { $0.member("until", until.milliseconds) }
        }
    }

    private static func write(_ statistics: Statistics, to writer: inout JSONWriter) {
        writer.member("sessions", statistics.sessions)
        writer.member("users", statistics.users)
        writer.member("guests", statistics.guests)
        writer.member("accounts", statistics.accounts)
        writer.member("rooms", statistics.rooms)
        writer.member("mediaSessions", statistics.mediaSessions)
        writer.member("messages", statistics.messages)
    }
}
