import FoundationEssentials
import Glibc
import Signaling
import Testing

@testable import Storage

@Suite struct BackupTests {
    let folder: TemporaryFolder
    var copy: String { folder.path + "/copy.db" }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func export(_ store: SQLiteStore, _ account: Int64) async throws -> String {
        guard case .document(let text) = try await store.ask(.export(AccountID(account))) else {
            throw Sample.Failure()
        }
        return text
    }

    @Test func aBackupIsTheStateOfOneMoment() async throws {
        let store = try SQLiteStore(folder: folder.path)
        // Each batch makes an account and a room of the same number; the copy is made while they come.
        for number in Int64(1)...300 {
            store.commit(
                Batch([
                    .putAccount(try Sample.account(number, "a\(number)")),
                    .putRoom(try Sample.room(number, "r\(number)")),
                ])
            ) { _ in }
            if number == 100 {
                store.query(.backup(path: copy)) { _ in }
            }
        }
        store.close()
        let other = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: folder.path + "/sealing.key", toPath: other.path + "/sealing.key")
        try SQLiteStore.restore(backup: copy, into: other.path)
        let restored = try SQLiteStore(folder: other.path)
        let snapshot = try restored.load()
        #expect(snapshot.accounts.count >= 100)
        #expect(snapshot.accounts.map(\.id.number) == snapshot.rooms.map(\.id.number))
        var status = stat()
        #expect(stat(copy, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func aBackupReplacesNothing() async throws {
        let store = try SQLiteStore(folder: folder.path)
        _ = try await store.ask(.backup(path: copy))
        let error = await #expect(throws: StoreError.self) { try await store.ask(.backup(path: copy)) }
        #expect(error?.kind == .cannotOpen)
        let missing = folder.path + "/none/copy.db"
        let other = await #expect(throws: StoreError.self) { try await store.ask(.backup(path: missing)) }
        #expect(other?.message.contains(missing) ?? false)
    }

    @Test func aRestoredFolderIsThatOfTheBackup() async throws {
        var store = try SQLiteStore(folder: folder.path)
        try await store.commit(.putRoom(Sample.room(1, "before")))
        _ = try await store.ask(.backup(path: copy))
        try await store.commit(.putRoom(Sample.room(2, "after")))
        let locked = #expect(throws: StoreError.self) { try SQLiteStore.restore(backup: copy, into: folder.path) }
        #expect(locked?.kind == .locked)
        // A server that was killed left its log behind, which must not get into the restored file.
        let killed = try TemporaryFolder()
        for name in ["relay.db", "relay.db-wal", "sealing.key"] {
            try FileManager.default.copyItem(atPath: folder.path + "/" + name, toPath: killed.path + "/" + name)
        }
        store.close()
        for path in [folder.path, killed.path] {
            try SQLiteStore.restore(backup: copy, into: path)
            store = try SQLiteStore(folder: path)
            #expect(try store.load().rooms.map(\.name.text) == ["before"])
            store.close()
            let replaced = try Connection(path: path + "/relay.db.replaced", access: .readOnly)
            #expect(try replaced.number("SELECT count(*) FROM rooms") == 2)
        }
    }

    @Test func whatIsNoBackupIsNotRestored() async throws {
        let store = try SQLiteStore(folder: folder.path)
        try await store.commit(.putRoom(Sample.room(1, "den")))
        _ = try await store.ask(.backup(path: copy))
        store.close()
        let text = folder.path + "/text"
        try Data(String(repeating: "text", count: 2_000).utf8).write(to: URL(filePath: text))
        var data = try Data(contentsOf: URL(filePath: copy))
        for index in 4096..<data.count { data[index] = 0xA5 }
        let damaged = folder.path + "/damaged"
        try data.write(to: URL(filePath: damaged))
        for path in [text, damaged] {
            let error = #expect(throws: StoreError.self) { try SQLiteStore.restore(backup: path, into: folder.path) }
            #expect(error?.kind == .corrupt)
        }
        #expect(throws: StoreError.self) {
            try SQLiteStore.restore(backup: folder.path + "/none", into: folder.path)
        }
        // Of another folder, whose key is another.
        let other = try TemporaryFolder()
        let stranger = try SQLiteStore(folder: other.path)
        stranger.close()
        let error = #expect(throws: StoreError.self) { try SQLiteStore.restore(backup: copy, into: other.path) }
        #expect(error?.kind == .wrongKey)
        let again = try SQLiteStore(folder: folder.path)
        #expect(try again.load().rooms.count == 1)
        #expect(access(folder.path + "/relay.db.restore", F_OK) != 0)
    }

    @Test func anExportHoldsWhatIsKeptOfAPerson() async throws {
        let store = try SQLiteStore(folder: folder.path)
        let server = try store.load().server
        var ann = try Sample.account(1, "ann")
        ann.email = "ann@example.org"
        ann.password = PasswordVerifier("the-verifier")
        ann.profile.about = "quote \" back \\ line\n\u{1}"
        let group = GroupRecord(
            id: 1, name: try Sample.name("garden"), owner: ann.id, password: nil, openToGuests: true,
            expires: Timestamp(seconds: 1))
        let post = PostRecord(
            id: 1, group: 1, parent: 0, name: try Sample.name("roses"), author: 1, authorName: ann.name, parts: 2,
            at: Timestamp(seconds: 1), expires: nil)
        try await store.commit(
            .putAccount(ann), .putAccount(Sample.account(2, "bob")), .putRoom(Sample.room(1, "den")),
            .setRoomRole(RoomID(1), ann.id, .roomAdmin), .putGroup(group), .addPost(post, parts: ["petal", "thorn"]),
            .putContact(ContactRecord(owner: ann.id, contact: AccountID(2), group: "F", position: 0, isWatched: true)),
            .putFriend(FriendRecord(from: AccountID(2), to: ann.id, isAccepted: true)),
            .ignore(by: ann.id, AccountID(2)),
            .addMessage(Sample.message(1, .pair(1, 2), server: server, text: "to bob"), keptFor: []),
            .addMessage(Sample.message(2, .room(RoomID(1)), server: server, text: "to all"), keptFor: []),
            .audit(
                AuditEntry(
                    number: 1, at: Timestamp(seconds: 1), actor: "control", action: "mute", target: "ann", reason: "why"
                )))
        let text = try await export(store, 1)
        let strings = try JSONStrings.parse(text)
        for expected in [
            "ann@example.org", "quote \" back \\ line\n\u{1}", "garden", "petal", "thorn", "den", "roomAdmin", "bob",
            "to bob",
            "to all", "why",
        ] {
            #expect(strings.contains(expected), "\(expected)")
        }
        #expect(!text.contains("the-verifier"))
        #expect(try await export(store, 99) == "{}")
    }
}
