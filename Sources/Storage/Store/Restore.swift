import CSQLite
import Glibc
import Signaling

/// Brings a backup back into a data folder.
struct Restore {
    let backup: String
    let folder: String
    let options: StoreOptions

    private var path: String { folder + "/" + Database.fileName }
    private var draft: String { path + ".restore" }

    func run() throws(StoreError) {
        guard access(backup, R_OK) == 0 else { throw StoreError(errno: errno, "\(backup) cannot be read") }
        try Database.makeFolder(folder)
        let lock = try FolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        do {
            try makeDraft()
            try putInPlace()
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// A copy of the backup in the folder, checked.
    private func makeDraft() throws(StoreError) {
        let source = try Connection(path: backup, access: .readOnly)
        try source.execute("BEGIN")
        guard try source.number("PRAGMA application_id") == Schema.applicationID else {
            throw StoreError(.corrupt, "\(backup) is not a backup of media-relay")
        }
        unlink(draft)
        try Backup.copy(source, to: draft)
        let copy = try Connection(path: draft, access: .readWrite)
        var check = try copy.query("PRAGMA quick_check(1)")
        guard try check.next(), check.text() == "ok" else {
            throw StoreError(.corrupt, "\(backup) is damaged")
        }
        _ = consume check
        try Schema.migrate(copy)
        _ = try Vault(connection: copy, folder: folder).open(options.key)
    }

    /// The old file keeps a second name; then the new one takes the first, at once.
    private func putInPlace() throws(StoreError) {
        try settleLog()
        let replaced = path + ".replaced"
        unlink(replaced)
        if link(path, replaced) != 0, errno != ENOENT {
            throw StoreError(errno: errno, "\(replaced) cannot be written")
        }
        try FileWriting.move(draft, to: path)
    }

    /// The old file's write-ahead log must not be taken for the new file's. It goes into the old file; where that is damaged, it is
    /// put aside.
    private func settleLog() throws(StoreError) {
        guard access(path, F_OK) == 0 else { return }
        if let old = try? Connection(path: path, access: .readWrite) {
            try? old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        }
        for suffix in ["-wal", "-shm"] where rename(path + suffix, path + ".replaced" + suffix) != 0 && errno != ENOENT
        {
            throw StoreError(errno: errno, "\(path)\(suffix) cannot be moved")
        }
    }
}
