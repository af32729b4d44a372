import Signaling
import Testing

@testable import Storage

@Suite struct RoundTripTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open() throws -> SQLiteStore { try SQLiteStore(folder: folder.path, options: StoreOptions()) }

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
}
