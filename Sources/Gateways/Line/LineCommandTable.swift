import Signaling

/// The commands of the protocol, found by their first word.
struct LineCommandTable: Sendable {
    /// The table in use.
    static let standard = LineCommandTable(
        messageCommands + sessionCommands + accountCommands + roomCommands + statusCommands + boardCommands
            + personalCommands)

    /// The rows. Those used most stand first, since they are looked through in order.
    let rows: [LineCommand]
    private let keys: [UInt64]

    /// A table of rows whose names are all different.
    init(_ rows: [LineCommand]) {
        self.rows = rows
        keys = rows.map { row in
            let name = UnsafeBufferPointer(start: row.name.utf8Start, count: row.name.utf8CodeUnitCount)
            return name.withSpan(Self.key)
        }
    }

    /// The row of a name.
    func index(of name: Span<UInt8>) -> Int? {
        let key = Self.key(name)
        for index in keys.indices where keys[index] == key && Self.isEqual(name, rows[index].name) { return index }
        return nil
    }

    /// Most of the name in one number, so that rows are told apart by one comparison.
    private static func key(_ name: Span<UInt8>) -> UInt64 {
        var key = UInt64(truncatingIfNeeded: name.count)
        for index in 1..<max(1, min(name.count, 9)) { key = key &* 131 &+ UInt64(name[index]) }
        return key
    }

    private static func isEqual(_ name: Span<UInt8>, _ text: StaticString) -> Bool {
        guard name.count == text.utf8CodeUnitCount else { return false }
        // A static string is memory of the program itself: its pointer is always valid.
        for index in name.indices where name[index] != text.utf8Start[index] { return false }
        return true
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result { body(span) }
}

extension LineCommandTable {
    private static let messageCommands = [
        LineCommand("#broadcast", 1...1, .speakText) { words throws(LineStatus) in
            .message(.toRoom(.current, Outgoing(try words.text(1))))
        },
        LineCommand("#sendto", 2...2, .privateMessage) { words throws(LineStatus) in
            let user = try words.name(1)
            return .message(.toMember(user, Outgoing(try words.text(2))))
        },
        LineCommand("#peer2peer", 3...3, .privateMessage) { words throws(LineStatus) in
            let user = try words.name(1)
            guard let number = try words.number(2), let port = UInt16(exactly: number), port > 0,
                let address = IPAddress(try words.text(3))
            else { throw .unknownError }
            return .message(.peerToPeer(user, port: port, address: address))
        },
    ]

    private static let sessionCommands = [
        LineCommand("#login", 2...3, .connect, beforeLogin: true, kind: .login),
        LineCommand(
            "#challenge", 0...0, .connect, beforeLogin: true, answer: .ret(LineReplies.challenge), isAwaited: true
        ) { _ in .session(.challenge) },
        LineCommand("#whoami", 0...0, .look, answer: .ret(LineReplies.whoAmI)) { _ in .session(.whoAmI) },
        LineCommand("#quit", 0...0, .connect, beforeLogin: true, kind: .quit),
    ]

    private static let accountCommands = [
        LineCommand("#createlogin", 4...4, .register) { words throws(LineStatus) in
            let name = try words.name(1)
            let password = try words.secret(2)
            let realName = try words.text(3)
            return .account(
                .create(NewAccount(name: name, password: password, realName: realName, email: try words.text(4))))
        },
        LineCommand("#changepass", 2...2, .ownAccount) { words throws(LineStatus) in
            let new = try words.secret(1)
            return .account(.changePassword(old: try words.secret(2), new: new))
        },
        LineCommand("#rmlogin", 0...0, .ownAccount, endsLogin: true, isAwaited: true) { _ in .account(.removeOwn) },
    ]

    private static let roomCommands = [
        LineCommand("#listrooms", 0...0, .look, answer: .ret(LineReplies.rooms)) { _ in .room(.list) },
        LineCommand("#listusers", 0...0, .look, answer: .ret(LineReplies.members)) { _ in .room(.members(.current)) },
        LineCommand("#createroom", 1...3, .createTextRoom) { words throws(LineStatus) in
            var room = NewRoom(name: try words.name(1))
            room.password = words.password(2)
            room.access = try words.isAnonymous(3, default: true) ? .anyone : .registered
            return .room(.create(room))
        },
        LineCommand("#rmroom", 1...2, .deleteRoom) { words throws(LineStatus) in
            .room(.delete(try words.name(1), password: words.password(2)))
        },
        LineCommand("#changeroom", 1...3, .enterRoom) { words throws(LineStatus) in
            let name = try words.name(1)
            _ = try words.isAnonymous(3, default: true)
            return .room(.enter(name, password: words.password(2)))
        },
    ]

    private static let statusCommands = [
        LineCommand("#archstatus", 0...0, .look, answer: .ret(LineReplies.number(\.rooms))) { _ in .server(.status) },
        LineCommand("#roomstatus", 0...0, .look, answer: .ret(LineReplies.number(\.movements))) { _ in .server(.status)
        },
        LineCommand("#userstatus", 0...0, .look, answer: .ret(LineReplies.number(\.ownRoom))) { _ in .server(.status) },
        LineCommand("#groupstatus", 0...0, .look, answer: .ret(LineReplies.number(\.groups))) { _ in .server(.status) },
        LineCommand("#messagestatus", 0...0, .look, answer: .ret(LineReplies.messageStatus)) { _ in .server(.status) },
    ]

    private static let boardCommands = [
        LineCommand("#listgroups", 0...0, .look, answer: .ret(LineReplies.groups)) { _ in .board(.groups) },
        LineCommand("#creategroup", 1...4, .createGroup) { words throws(LineStatus) in
            let name = try words.name(1)
            let isOpen = try words.isAnonymous(3, default: false)
            let seconds = try words.seconds(4)
            return .board(.createGroup(name, password: words.password(2), openToGuests: isOpen, seconds: seconds))
        },
        LineCommand("#joingroup", 1...2, .look, build: joinGroup),
        LineCommand("#changegroup", 1...2, .look, build: joinGroup),
        LineCommand("#leavegroup", 0...0, .look) { _ in .board(.leave) },
        LineCommand("#listmessages", 0...1, .look, answer: .ret(LineReplies.posts)) { words throws(LineStatus) in
            .board(.posts(.joined, parent: try words.number(1)))
        },
        LineCommand("#getmessage", 1...1, .look, answer: .ret(LineReplies.post)) { words throws(LineStatus) in
            guard let id = try words.number(1) else { throw .unknownError }
            return .board(.post(.joined, id))
        },
        LineCommand("#postmessage", 1...4, .post, kind: .post),
    ]

    private static let personalCommands = [
        LineCommand("#ignore", 1...1, .look) { words throws(LineStatus) in .people(.ignore(try words.name(1))) },
        LineCommand("#unignore", 1...1, .look) { words throws(LineStatus) in .people(.unignore(try words.name(1))) },
        LineCommand("#listignored", 0...0, .look, answer: .ret(LineReplies.names)) { _ in .people(.ignored) },
        LineCommand("#typing", 1...1, .privateMessage) { words throws(LineStatus) in
            .message(.typing(.user(try words.name(1)), true))
        },
        LineCommand("#history", 0...1, .look, answer: .ret(LineReplies.history)) { words throws(LineStatus) in
            let limit = try words.number(1) ?? defaultHistory
            return .message(.history(.room(.current), before: nil, limit: Int(min(limit, mostHistory))))
        },
    ]

    /// How many messages `#history` gives without a number, and at most.
    private static let defaultHistory: Int64 = 50
    private static let mostHistory: Int64 = 200

    private static let joinGroup: @Sendable (borrowing LineWords) throws(LineStatus) -> Command = {
        words throws(LineStatus) in
        .board(.join(try words.name(1), password: words.password(2)))
    }
}
