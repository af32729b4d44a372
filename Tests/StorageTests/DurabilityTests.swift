import FoundationEssentials
import Glibc
import Signaling
import Synchronization
import Testing

@testable import Storage

@Suite struct DurabilityTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// What a killed server leaves behind: the files as they are at this moment.
    private func wreck() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in ["relay.db", "relay.db-wal", "sealing.key"] {
            try FileManager.default.copyItem(atPath: folder.path + "/" + name, toPath: copy.path + "/" + name)
        }
        return copy
    }

    /// A batch that no table takes: a friendship of accounts that are not there.
    private var impossible: Mutation {
        .putFriend(FriendRecord(from: AccountID(500), to: AccountID(501), isAccepted: false))
    }

    @Test func whatIsAcknowledgedOutlivesAKill() async throws {
        let store = try SQLiteStore(folder: folder.path)
        for number in Int64(1)...20 { try await store.commit(.putAccount(Sample.account(number, "user\(number)"))) }
        let copy = try wreck()
        let revived = try SQLiteStore(folder: copy.path)
        #expect(try revived.load().accounts.count == 20)
        revived.close()
        store.close()
    }

    @Test func withAnIntervalTheDiskFollows() async throws {
        var options = StoreOptions()
        options.sync = .interval(milliseconds: 3_600_000)
        let store = try SQLiteStore(folder: folder.path, options: options)
        try await store.commit(.putAccount(Sample.account(1, "ann")))
        // Acknowledged and visible here; the hour has not passed, so that a kill loses it.
        #expect(try store.load().accounts.count == 1)
        let early = try wreck()
        let revived = try SQLiteStore(folder: early.path)
        #expect(try revived.load().accounts.isEmpty)
        revived.close()
        // A copy holds what was acknowledged before it.
        _ = try await store.ask(.backup(path: folder.path + "/copy.db"))
        let late = try wreck()
        let again = try SQLiteStore(folder: late.path)
        #expect(try again.load().accounts.count == 1)
        again.close()
        try await store.commit(.putAccount(Sample.account(2, "bob")))
        await #expect(throws: StoreError.self) { try await store.commit(impossible) }
        store.close()
        let last = try SQLiteStore(folder: folder.path)
        #expect(try last.load().accounts.count == 2)
    }

    @Test func theIntervalEndsByItself() async throws {
        var options = StoreOptions()
        options.sync = .interval(milliseconds: 1)
        let store = try SQLiteStore(folder: folder.path, options: options)
        try await store.commit(.putAccount(Sample.account(1, "ann")))
        // Another connection sees only what is committed.
        let reader = try Connection(path: folder.path + "/relay.db", access: .readOnly)
        var count: Int64?
        while count != 1 { count = try reader.number("SELECT count(*) FROM accounts") }
        store.close()
    }

    @Test func aBatchIsStoredWholeOrNotAtAll() async throws {
        let store = try SQLiteStore(folder: folder.path)
        await #expect(throws: StoreError.self) {
            try await store.commit(.putAccount(Sample.account(1, "ann")), impossible)
        }
        #expect(try store.load().accounts.isEmpty && store.load().lastAccount == 0)
        try await store.commit(.putAccount(Sample.account(1, "ann")))
        #expect(try store.load().accounts.count == 1)
    }

    @Test func aBatchThatFailsTakesNoOtherWithIt() throws {
        let database = try Database(folder: folder.path, options: StoreOptions())
        var transactions = Transactions(database)
        let errors = try transactions.store([
            Batch([.putAccount(Sample.account(1, "ann"))]), Batch([.putAccount(Sample.account(2, "bob")), impossible]),
            Batch([.putAccount(Sample.account(3, "cid"))]), Batch([.putAccount(Sample.account(4, "ann"))]),
        ])
        #expect(errors.map { $0 == nil } == [true, false, true, false])
        #expect(!database.connection.isInTransaction)
        let snapshot = try database.load()
        #expect(snapshot.accounts.map(\.id.number) == [1, 3])
        #expect(snapshot.lastAccount == 3)
    }

    @Test func batchesAreStoredInTheirOrderAndQueriesSeeThem() async throws {
        let store = try SQLiteStore(folder: folder.path)
        let order = Mutex<[Int64]>([])
        var record = try Sample.account(1, "ann")
        for stamp in Int64(1)...200 {
            record.tokenStamp = stamp
            store.commit(Batch([.putAccount(record)])) { result in
                if case .success = result { order.withLock { $0.append(stamp) } }
            }
        }
        #expect(try store.load().accounts.map(\.tokenStamp) == [200])
        #expect(order.withLock { $0 } == Array(1...200))
    }

    /// Fills the file up to a number of pages, as a full disk would.
    private func limit(_ store: SQLiteStore, spare: Int64) throws {
        try store.run { (worker) throws(StoreError) in
            guard let connection = worker.database?.connection else { return }
            let pages = try connection.number("PRAGMA page_count") ?? 0
            try connection.execute("PRAGMA max_page_count = \(pages + spare)")
        }
    }

    @Test(arguments: [StoreOptions.Sync.commit, .interval(milliseconds: 3_600_000)])
    func aFullDiskFailsWhatDoesNotFit(sync: StoreOptions.Sync) async throws {
        var options = StoreOptions()
        options.sync = sync
        let store = try SQLiteStore(folder: folder.path, options: options)
        try await store.commit(.putRoom(Sample.room(1, "den")))
        let server = try store.load().server
        try limit(store, spare: 2)
        let long = try Sample.message(
            1, .room(RoomID(1)), server: server, text: String(repeating: "x", count: 200_000))
        let error = await #expect(throws: StoreError.self) { try await store.commit(.addMessage(long, keptFor: [])) }
        #expect(error?.kind == .diskFull)
        #expect(error?.message.contains(folder.path) ?? false)
        // What fits is stored, then and later, and nothing of the other is there.
        try await store.commit(.putRoom(Sample.room(2, "attic")))
        try limit(store, spare: 1_000)
        try await store.commit(.putRoom(Sample.room(3, "shed")))
        store.close()
        let again = try SQLiteStore(folder: folder.path)
        let snapshot = try again.load()
        #expect(snapshot.rooms.map(\.id.number) == [1, 2, 3])
        #expect(snapshot.roomHistory.isEmpty && snapshot.lastSequence == 0)
        again.close()
        let file = try Connection(path: folder.path + "/relay.db", access: .readOnly)
        var rows = try file.query("PRAGMA integrity_check")
        #expect(try rows.next())
        let check = rows.text()
        #expect(check == "ok")
    }

    @Test func afterCloseEverythingFails() async throws {
        let store = try SQLiteStore(folder: folder.path)
        store.close()
        store.close()
        await #expect(throws: StoreError.self) { try await store.commit(.putRoom(Sample.room(1, "den"))) }
        await #expect(throws: StoreError.self) { try await store.ask(.audit(before: nil, limit: 1)) }
        #expect(throws: StoreError.self) { try store.load() }
    }

    @Test func whatWaitsIsStoredBeforeClose() throws {
        let store = try SQLiteStore(folder: folder.path)
        for number in Int64(1)...50 { store.commit(Batch([.putRoom(try Sample.room(number, "r\(number)"))])) { _ in } }
        store.close()
        let again = try SQLiteStore(folder: folder.path)
        #expect(try again.load().rooms.count == 50)
    }
}
