import FoundationEssentials
import Glibc
import Signaling
import Testing

@testable import Storage

@Suite struct OpeningTests {
    let folder: TemporaryFolder
    var file: String { folder.path + "/relay.db" }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func refusal(_ path: String? = nil) -> StoreError? {
        do throws(StoreError) {
            _ = try SQLiteStore(folder: path ?? folder.path)
            return nil
        } catch {
            return error
        }
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test func foldersAreMadeForTheirOwnerAlone() throws {
        let deep = folder.path + "/a/b/"
        let store = try SQLiteStore(folder: deep)
        #expect(mode(deep) == 0o700 && mode(folder.path + "/a") == 0o700)
        for name in ["relay.db", "relay.db-wal", "relay.db-shm", "sealing.key", "lock"] {
            #expect(mode(deep + name) == 0o600, "\(name)")
        }
        store.close()
    }

    @Test func aSecondServerIsRefused() throws {
        let store = try SQLiteStore(folder: folder.path)
        let error = try #require(refusal())
        #expect(error.kind == .locked && error.message.contains(folder.path))
        store.close()
        #expect(refusal() == nil)
    }

    @Test func aFileInPlaceOfTheFolder() throws {
        let path = folder.path + "/file"
        try Data("x".utf8).write(to: URL(filePath: path))
        #expect(refusal(path)?.kind == .cannotOpen)
        #expect(refusal(path + "/below")?.kind == .cannotOpen)
    }

    /// As somebody who may not write there. The kernel keeps the user for files by thread, so that no other test sees it; only the
    /// superuser may change it, others are bound by the modes as they are.
    private func asNobody<Value>(_ body: () throws -> Value) throws -> Value {
        guard geteuid() == 0 else { return try body() }
        // Swift's Glibc does not show the call.
        let symbol = try #require(dlsym(nil, "setfsuid"))
        let setUser = unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> Int32).self)
        _ = setUser(65_534)
        defer { _ = setUser(0) }
        return try body()
    }

    @Test func aReadOnlyFolder() throws {
        let store = try SQLiteStore(folder: folder.path)
        store.close()
        for path in [folder.path, folder.path + "/new"] {
            chmod(folder.path, 0o555)
            defer { chmod(folder.path, 0o700) }
            let error = try #require(asNobody { refusal(path) })
            #expect(error.kind == .readOnly && error.message.contains(path))
        }
        #expect(refusal() == nil)
    }

    @Test func aFileThatIsNoDatabase() throws {
        let text = String(repeating: "this is not a database. ", count: 400)
        try Data(text.utf8).write(to: URL(filePath: file))
        let error = try #require(refusal())
        #expect(error.kind == .corrupt && error.message.contains(file))
        // It is left as it was.
        #expect(try Data(contentsOf: URL(filePath: file)) == Data(text.utf8))
    }

    @Test func aDamagedFile() async throws {
        let store = try SQLiteStore(folder: folder.path)
        for number in Int64(1)...100 { try await store.commit(.putAccount(Sample.account(number, "user\(number)"))) }
        store.close()
        var data = try Data(contentsOf: URL(filePath: file))
        // Everything but the first page, which holds the header.
        for index in 4096..<data.count { data[index] = 0xA5 }
        try data.write(to: URL(filePath: file))
        let error = #expect(throws: StoreError.self) {
            let damaged = try SQLiteStore(folder: folder.path)
            defer { damaged.close() }
            _ = try damaged.load()
        }
        #expect(error?.kind == .corrupt)
        #expect(error?.message.contains(file) ?? false)
    }

    @Test func anotherProgramsDatabase() throws {
        let other = try Connection(path: file, access: .readWrite)
        try other.execute("CREATE TABLE recipes (name TEXT)")
        #expect(refusal()?.kind == .corrupt)
        #expect(try other.number("SELECT count(*) FROM sqlite_schema") == 1)
    }

    @Test func aNewerVersionsFile() throws {
        let store = try SQLiteStore(folder: folder.path)
        store.close()
        let newer = try Connection(path: file, access: .readWrite)
        try newer.execute("PRAGMA user_version = \(Schema.steps.count + 1)")
        let error = try #require(refusal())
        #expect(error.kind == .tooNew && error.message.contains(file))
    }
}
