import FoundationEssentials
import Glibc
import Signaling
import Testing

@testable import Storage

@Suite struct SealingTests {
    let folder: TemporaryFolder
    private let words = ["ann@example.org", "a-private-word", "a-board-word", "an-edited-word"]

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Stores something in every sealed column.
    private func fill(_ store: SQLiteStore) async throws {
        var ann = try Sample.account(1, "ann")
        ann.email = words[0]
        ann.sealedPassword = store.sealer.sealPassword(Array("pass word".utf8))
        let server = try store.load().server
        let group = GroupRecord(
            id: 1, name: try Sample.name("g"), owner: nil, password: nil, openToGuests: true,
            expires: Timestamp(seconds: 1))
        let post = PostRecord(
            id: 1, group: 1, parent: 0, name: try Sample.name("n"), author: 1, authorName: try Sample.name("ann"),
            parts: 1, at: Timestamp(seconds: 1), expires: nil)
        try await store.commit(
            .putAccount(ann), .putAccount(Sample.account(2, "bob")), .putGroup(group), .addPost(post, parts: [words[2]])
        )
        for sequence in UInt64(1)...700 {
            let text = words[1] + " \(sequence)"
            store.commit(
                Batch([.addMessage(try Sample.message(sequence, .pair(1, 2), server: server, text: text), keptFor: [])])
            ) { _ in }
        }
        try await store.commit(
            .editMessage(MessageID(sequence: 1, server: server), text: words[3], at: Timestamp(seconds: 1)))
    }

    /// Checks that everything that `fill` stored opens.
    private func check(_ store: SQLiteStore) async throws {
        let account = try #require(try store.load().accounts.first)
        #expect(account.email == words[0])
        let sealed = try #require(account.sealedPassword)
        #expect(store.sealer.openPassword(sealed) == Array("pass word".utf8))
        guard case .parts(let parts) = try await store.ask(.post(1)) else { throw Sample.Failure() }
        #expect(parts == [words[2]])
        let texts = try await store.messages(.messages(.pair(1, 2), newest: 700, before: nil, limit: 1_000)).map(\.text)
        #expect(texts.count == 700 && texts.first == words[3] && texts.last == words[1] + " 700")
    }

    /// Every byte of the folder's files.
    private func disk() throws -> [UInt8] {
        var all: [UInt8] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name != "sealing.key" {
            all += try Data(contentsOf: URL(filePath: folder.path + "/" + name))
        }
        return all
    }

    private func holds(_ bytes: [UInt8], _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        return bytes.indices.contains { index in
            bytes[index] == wanted[0] && bytes[index...].starts(with: wanted)
        }
    }

    @Test func nothingOfASealedTextIsOnTheDisk() async throws {
        let store = try SQLiteStore(folder: folder.path)
        try await fill(store)
        let disk = try disk()
        for word in words + ["pass word"] { #expect(!holds(disk, word), "\(word)") }
        // The search finds what is not sealed.
        #expect(holds(disk, "bob"))
        store.close()
        let again = try SQLiteStore(folder: folder.path)
        try await check(again)
    }

    @Test func aBackupIsSealedToo() async throws {
        let store = try SQLiteStore(folder: folder.path)
        try await fill(store)
        _ = try await store.ask(.backup(path: folder.path + "/copy"))
        let copy = Array(try Data(contentsOf: URL(filePath: folder.path + "/copy")))
        #expect(holds(copy, "bob"))
        for word in words { #expect(!holds(copy, word)) }
    }

    @Test func withoutItsKeyAFolderIsRefused() async throws {
        let store = try SQLiteStore(folder: folder.path)
        try await fill(store)
        store.close()
        var other = StoreOptions()
        other.key = .key(.random())
        var error = #expect(throws: StoreError.self) { try SQLiteStore(folder: folder.path, options: other) }
        #expect(error?.kind == .wrongKey)

        let key = folder.path + "/sealing.key"
        let text = try Data(contentsOf: URL(filePath: key))
        unlink(key)
        error = #expect(throws: StoreError.self) { try SQLiteStore(folder: folder.path) }
        #expect(error?.kind == .wrongKey)
        #expect(error?.message.contains("sealing.key") ?? false)
        // No new key was made in its place.
        #expect(access(key, F_OK) != 0)

        try text.write(to: URL(filePath: key))
        chmod(key, 0o644)
        error = #expect(throws: StoreError.self) { try SQLiteStore(folder: folder.path) }
        #expect(error?.kind == .wrongKey)
        chmod(key, 0o600)
        let again = try SQLiteStore(folder: folder.path)
        try await check(again)
    }

    @Test func aGivenKeyNeedsNoFile() async throws {
        var options = StoreOptions()
        options.key = .key(.random())
        let store = try SQLiteStore(folder: folder.path, options: options)
        try await fill(store)
        store.close()
        #expect(access(folder.path + "/sealing.key", F_OK) != 0)
        let again = try SQLiteStore(folder: folder.path, options: options)
        try await check(again)
    }

    @Test func everythingMovesToAnotherKey() async throws {
        let store = try SQLiteStore(folder: folder.path)
        try await fill(store)
        let key = URL(filePath: folder.path + "/sealing.key")
        let first = try Data(contentsOf: key)
        let locked = #expect(throws: StoreError.self) { try SQLiteStore.changeKey(folder: folder.path) }
        #expect(locked?.kind == .locked)
        store.close()

        try SQLiteStore.changeKey(folder: folder.path)
        let second = try Data(contentsOf: key)
        #expect(first != second)
        var again = try SQLiteStore(folder: folder.path)
        try await check(again)
        again.close()

        // The old key opens nothing any more.
        try first.write(to: key)
        let error = #expect(throws: StoreError.self) { try SQLiteStore(folder: folder.path) }
        #expect(error?.kind == .wrongKey)
        try second.write(to: key)

        let given = SealingKey.random()
        try SQLiteStore.changeKey(folder: folder.path, to: given)
        var options = StoreOptions()
        options.key = .key(given)
        again = try SQLiteStore(folder: folder.path, options: options)
        try await check(again)
        again.close()
        // Where the key is not in the file, nobody would know a key made here.
        #expect(throws: StoreError.self) { try SQLiteStore.changeKey(folder: folder.path, options: options) }
    }

    @Test func aKeyChangeMayEndAnywhere() async throws {
        var store = try SQLiteStore(folder: folder.path)
        try await fill(store)
        store.close()
        let keyFile = KeyFile(folder: folder.path)

        // Before the texts were sealed again: the next key is forgotten.
        try keyFile.writeNext(.random())
        store = try SQLiteStore(folder: folder.path)
        try await check(store)
        store.close()
        #expect(try keyFile.readNext() == nil)

        // After it, before the file had the new key.
        let old = try Data(contentsOf: URL(filePath: keyFile.path))
        try SQLiteStore.changeKey(folder: folder.path)
        rename(keyFile.path, keyFile.nextPath)
        try old.write(to: URL(filePath: keyFile.path))
        chmod(keyFile.path, 0o600)
        store = try SQLiteStore(folder: folder.path)
        try await check(store)
        store.close()
        #expect(try keyFile.readNext() == nil)
    }

    @Test func aSealedTextOpensInItsPlaceOnly() throws {
        let sealer = try #require(Sealer(key: .random(), id: 3))
        let plain = Array("text".utf8)
        let sealed = try #require(sealer.seal(plain, .message, 7))
        #expect(sealer.open(sealed, .message, 7) == plain)
        #expect(sealer.open(sealed, .message, 8) == nil)
        #expect(sealer.open(sealed, .post, 7) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(sealer.open(changed, .message, 7) == nil, "byte \(index)")
        }
        for count in 0..<sealed.count { #expect(sealer.open(Array(sealed.prefix(count)), .message, 7) == nil) }
        #expect(sealer.seal(plain, .message, 7) != sealed)
        #expect(try #require(sealer.seal([], .email, 1)).count == 29)
        #expect(sealer.open(try #require(sealer.seal([], .email, 1)), .email, 1) == [])
    }

    @Test func noNonceIsUsedTwice() throws {
        let sealer = try #require(Sealer(key: .random(), id: 1))
        let nonces = try (0..<500).map { _ in Array(try #require(sealer.seal([], .check, 0))[1..<13]) }
        #expect(Set(nonces).count == 500)
    }

    @Test func threadsShareASealer() async throws {
        let sealer = try #require(Sealer(key: .random(), id: 1))
        let wrong = await withTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                group.addTask {
                    (0..<500).count { index in
                        let plain = Array("\(task) \(index)".utf8)
                        let sealed = sealer.seal(plain, .message, Int64(index))
                        return sealed.flatMap { sealer.open($0, .message, Int64(index)) } != plain
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}
