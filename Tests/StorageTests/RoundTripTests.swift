import Signaling
import Testing

@testable import Storage

@Suite struct RoundTripTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open() throws -> SQLiteStore { try SQLiteStore(folder: folder.path) }

    /// Closes the store and reads what is on the disk.
    private func reload(_ store: SQLiteStore) throws -> Snapshot {
        store.close()
        let again = try open()
        defer { again.close() }
        return try again.load()
    }

    @Test func aNewFolderIsEmptyAndHasANumber() throws {
        let store = try open()
        let snapshot = try store.load()
        #expect(snapshot.accounts.isEmpty && snapshot.rooms.isEmpty && snapshot.lastSequence == 0)
        #expect(snapshot.server != 0)
        #expect(try reload(store).server == snapshot.server)
    }

    @Test func everyColumnOfAnAccount() async throws {
        var record = try Sample.account(7, "ann")
        record.role = .admin
        record.passwordMD5 = PasswordVerifier("md5")
        record.sealedPassword = PasswordVerifier("sealed$00")
        record.lastSeen = Timestamp(milliseconds: 12_345)
        record.email = "ann@example.org"
        record.profile.realName = "Ann É"
        record.profile.gender = "f"
        record.profile.birthday = 19_800_229
        record.profile.country = "NL"
        record.profile.city = "Utrecht"
        record.profile.about = "line\nline\u{0}end"
        record.profile.avatar = "a1"
        record.profile.settings = "{\"a\":1}"
        record.profile.contactsOnly = true
        let store = try open()
        try await store.commit(.putAccount(record))
        #expect(try reload(store).accounts == [record])
    }

    @Test func anAccountIsReplacedAndSeen() async throws {
        let store = try open()
        var record = try Sample.account(1, "ann")
        try await store.commit(.putAccount(record), .setContactGroups(record.id, ["Friends"]))
        record.name = try Sample.name("anna")
        record.tokenStamp = 9
        try await store.commit(.putAccount(record), .seen(record.id, Timestamp(seconds: 77)))
        record.lastSeen = Timestamp(seconds: 77)
        let snapshot = try reload(store)
        #expect(snapshot.accounts == [record])
        // Replacing the row must not take what hangs on it.
        #expect(snapshot.contactGroups == [record.id: ["Friends"]])
    }

    @Test func everyColumnOfARoom() async throws {
        let store = try open()
        var record = try Sample.room(3, "Atelier")
        record.kind = .video
        record.owner = AccountID(1)
        record.password = PasswordVerifier("room")
        record.access = .invited
        record.topic = "clay"
        record.membersInvite = true
        record.capacity = 12
        record.limits = MediaLimits(audioBitrate: 24_000, videoBitrate: nil)
        var expected: [RoomRecord] = []
        try await store.commit(.putAccount(Sample.account(1, "ann")))
        for (index, expiry) in [RoomExpiry.empty, .never, .sticky, .seconds(90)].enumerated() {
            var room = record
            room.id = RoomID(Int64(3 + index))
            room.name = try Sample.name("Atelier \(index)")
            room.expiry = expiry
            expected.append(room)
            try await store.commit(.putRoom(room))
        }
        #expect(try reload(store).rooms == expected)
    }

    @Test func rolesInvitationsAndRestrictions() async throws {
        let store = try open()
        let room = RoomID(1)
        let network = try #require(IPNetwork("192.0.2.0/24"))
        let ban = RestrictionRecord(
            id: 4, media: nil, subject: .account(AccountID(1)), subjectName: try Sample.name("ann"), network: nil,
            room: room, by: try Sample.name("bob"), reason: "noise", since: Timestamp(seconds: 5),
            until: Timestamp(seconds: 9))
        let mute = RestrictionRecord(
            id: 5, media: [.audio, .video], subject: .guest(GuestID(1 << 61)), subjectName: nil, network: nil,
            room: nil,
            by: nil, reason: "", since: Timestamp(seconds: 5), until: nil)
        let wide = RestrictionRecord(
            id: 6, media: nil, subject: nil, subjectName: nil, network: network, room: nil, by: nil, reason: "",
            since: Timestamp(seconds: 5), until: nil)
        let invitation = InvitationRecord(
            room: room, subject: .guest(GuestID(8)), until: Timestamp(seconds: 100))
        try await store.commit(
            .putAccount(Sample.account(1, "ann")), .putRoom(Sample.room(1, "den")),
            .setRoomRole(room, AccountID(1), .roomAdmin), .putRestriction(ban), .putRestriction(mute),
            .putRestriction(wide), .putInvitation(invitation))
        var snapshot = try reload(store)
        #expect(snapshot.roomRoles.map(\.account) == [AccountID(1)] && snapshot.roomRoles.first?.role == .roomAdmin)
        #expect(snapshot.restrictions == [ban, mute, wide])
        #expect(snapshot.invitations == [invitation])

        let again = try open()
        try await again.commit(
            .setRoomRole(room, AccountID(1), .none), .removeRestriction(4),
            .removeInvitation(room, .guest(GuestID(8))))
        snapshot = try reload(again)
        #expect(snapshot.roomRoles.isEmpty && snapshot.invitations.isEmpty && snapshot.restrictions == [mute, wide])
    }

    @Test func contactsFriendsAndIgnoreLists() async throws {
        let store = try open()
        let (ann, bob) = (AccountID(1), AccountID(2))
        let contact = ContactRecord(owner: ann, contact: bob, group: "Work", position: 3, isWatched: true)
        let friend = FriendRecord(from: bob, to: ann, isAccepted: true)
        try await store.commit(
            .putAccount(Sample.account(1, "ann")), .putAccount(Sample.account(2, "bob")), .putContact(contact),
            .setContactGroups(ann, ["Work", "Friends", "Work"]), .putFriend(friend), .ignore(by: ann, bob))
        var snapshot = try reload(store)
        #expect(snapshot.contacts == [contact] && snapshot.friends == [friend] && snapshot.ignored == [ann: [bob]])
        #expect(snapshot.contactGroups == [ann: ["Work", "Friends", "Work"]])

        let again = try open()
        try await again.commit(
            .removeContact(owner: ann, contact: bob), .removeFriend(from: bob, to: ann), .unignore(by: ann, bob),
            .setContactGroups(ann, []))
        snapshot = try reload(again)
        #expect(snapshot.contacts.isEmpty && snapshot.friends.isEmpty && snapshot.ignored.isEmpty)
        #expect(snapshot.contactGroups.isEmpty)
    }

    @Test func boardsAndTheirText() async throws {
        let store = try open()
        let group = GroupRecord(
            id: 2, name: try Sample.name("garden"), owner: nil, password: PasswordVerifier("p"), openToGuests: true,
            expires: Timestamp(seconds: 50))
        let post = PostRecord(
            id: 11, group: 2, parent: 0, name: try Sample.name("roses"), author: -5, authorName: try Sample.name("g"),
            parts: 4, at: Timestamp(seconds: 6), expires: Timestamp(seconds: 60))
        var reply = post
        reply.id = 12
        reply.parent = 11
        reply.expires = nil
        let parts = ["3:a", "", "été\n", String(repeating: "x", count: 1_000)]
        try await store.commit(.putGroup(group), .addPost(post, parts: parts), .addPost(reply, parts: [""]))
        guard case .parts(let text) = try await store.ask(.post(11)) else { throw Sample.Failure() }
        #expect(text == parts)
        guard case .parts(let empty) = try await store.ask(.post(12)) else { throw Sample.Failure() }
        #expect(empty == [""])
        var snapshot = try reload(store)
        #expect(snapshot.groups == [group] && snapshot.posts == [post, reply])

        let again = try open()
        try await again.commit(.removePosts([11]))
        guard case .parts(let none) = try await again.ask(.post(11)) else { throw Sample.Failure() }
        #expect(none.isEmpty)
        try await again.commit(.removeGroup(2))
        snapshot = try reload(again)
        #expect(snapshot.groups.isEmpty && snapshot.posts.isEmpty)
    }

    @Test func theAuditLogPagesBackwards() async throws {
        let store = try open()
        let den = try Sample.name("den")
        var entries: [AuditEntry] = []
        for number in Int64(1)...5 {
            var entry = AuditEntry(
                number: number, at: Timestamp(seconds: number), actor: "control", action: "ban", target: "ann",
                reason: "r\(number)")
            if number == 3 { entry.room = den }
            if number == 2 { entry.until = Timestamp(seconds: 9) }
            entries.append(entry)
        }
        for entry in entries { try await store.commit(.audit(entry)) }
        guard case .audit(let newest) = try await store.ask(.audit(before: nil, limit: 2)) else {
            throw Sample.Failure()
        }
        #expect(newest == Array(entries[3...]))
        guard case .audit(let older) = try await store.ask(.audit(before: 4, limit: 10)) else { throw Sample.Failure() }
        #expect(older == Array(entries[..<3]))
        #expect(try reload(store).lastAudit == 5)
    }

    @Test func anAccountGoesWithWhatIsItsOwn() async throws {
        let store = try open()
        let (ann, bob) = (AccountID(1), AccountID(2))
        var room = try Sample.room(1, "den")
        room.owner = ann
        let server = try store.load().server
        try await store.commit(
            .putAccount(Sample.account(1, "ann")), .putAccount(Sample.account(2, "bob")), .putRoom(room),
            .setRoomRole(room.id, ann, .roomAdmin),
            .putContact(ContactRecord(owner: bob, contact: ann, group: "", position: 0, isWatched: false)),
            .putFriend(FriendRecord(from: ann, to: bob, isAccepted: false)), .ignore(by: bob, ann),
            .putInvitation(InvitationRecord(room: room.id, subject: .account(ann), until: Timestamp(seconds: 1))),
            .putGroup(
                GroupRecord(
                    id: 1, name: Sample.name("g"), owner: ann, password: nil, openToGuests: false,
                    expires: Timestamp(seconds: 1))),
            .addMessage(Sample.message(1, .pair(1, 2), server: server), keptFor: [ann]))
        try await store.commit(.removeAccount(ann))
        let snapshot = try reload(store)
        #expect(snapshot.accounts.map(\.id) == [bob])
        #expect(snapshot.rooms.first?.owner == nil && snapshot.rooms.count == 1)
        #expect(snapshot.groups.first?.owner == nil && snapshot.groups.count == 1)
        #expect(snapshot.roomRoles.isEmpty && snapshot.contacts.isEmpty && snapshot.friends.isEmpty)
        #expect(snapshot.ignored.isEmpty && snapshot.invitations.isEmpty && snapshot.keptMessages.isEmpty)
    }

    @Test func numbersAreNeverUsedAgain() async throws {
        let store = try open()
        let server = try store.load().server
        try await store.commit(
            .putAccount(Sample.account(41, "ann")), .putRoom(Sample.room(7, "den")),
            .putGroup(
                GroupRecord(
                    id: 5, name: Sample.name("g"), owner: nil, password: nil, openToGuests: false,
                    expires: Timestamp(seconds: 1))),
            .addPost(
                PostRecord(
                    id: 9, group: 5, parent: 0, name: Sample.name("n"), author: 1, authorName: Sample.name("a"),
                    parts: 1, at: Timestamp(seconds: 1), expires: nil), parts: ["x"]),
            .putRestriction(
                RestrictionRecord(
                    id: 3, media: nil, subject: nil, subjectName: nil, network: nil, room: nil, by: nil, reason: "",
                    since: Timestamp(seconds: 1), until: nil)),
            .addMessage(Sample.message(88, .room(RoomID(7)), server: server), keptFor: []))
        try await store.commit(
            .removeAccount(AccountID(41)), .removeRoom(RoomID(7)), .removeGroup(5), .removeRestriction(3))
        let snapshot = try reload(store)
        #expect(snapshot.accounts.isEmpty && snapshot.rooms.isEmpty && snapshot.groups.isEmpty)
        #expect(snapshot.lastAccount == 41 && snapshot.lastRoom == 7 && snapshot.lastGroup == 5)
        #expect(snapshot.lastPost == 9 && snapshot.lastRestriction == 3 && snapshot.lastSequence == 88)
    }
}
