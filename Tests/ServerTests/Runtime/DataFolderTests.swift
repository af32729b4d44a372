import Glibc
import Testing

@testable import Server

@Suite struct DataFolderTests {
    @Test func aSecretIsMadeOnceAndKeptFromOthers() throws {
        let folder = try TemporaryFolder()
        let data = DataFolder(path: folder.path)
        let made = try data.secret("some.key", size: 32)
        #expect(made.count == 32)
        #expect(Set(made).count > 1)
        #expect(try data.secret("some.key", size: 32) == made)
        #expect(try data.secret("other.key", size: 32) != made)
        var status = stat()
        #expect(stat(folder.path + "/some.key", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func aSecretThatOthersMayReadIsNotUsed() throws {
        let folder = try TemporaryFolder()
        let data = DataFolder(path: folder.path)
        _ = try data.secret("some.key", size: 32)
        #expect(chmod(folder.path + "/some.key", 0o644) == 0)
        #expect(throws: DataFolder.Failure.self) { try data.secret("some.key", size: 32) }
    }

    @Test func aSecretOfAnotherSizeIsNotUsed() throws {
        let folder = try TemporaryFolder()
        let data = DataFolder(path: folder.path)
        _ = try data.secret("some.key", size: 16)
        #expect(throws: DataFolder.Failure.self) { try data.secret("some.key", size: 32) }
    }

    @Test func aFolderThatIsNotThereIsTold() {
        #expect(throws: DataFolder.Failure.self) { try DataFolder(path: "/nowhere").secret("some.key", size: 32) }
    }
}
