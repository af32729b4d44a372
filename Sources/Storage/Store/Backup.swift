import CSQLite
import Glibc
import Signaling

/// Copies of a database through the library's backup interface.
enum Backup {
    /// Copies what a connection's transaction sees into a new file of mode 0600, which gets its name when it is whole and on the
    /// disk.
    static func copy(_ source: Connection, to path: String) throws(StoreError) {
        guard access(path, F_OK) != 0 else { throw StoreError(.cannotOpen, "\(path) exists already") }
        let draft = path + ".draft"
        unlink(draft)
        let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreError(errno: errno, "\(draft) cannot be written") }
        close(descriptor)
        do {
            try copyPages(source, to: draft)
            try FileWriting.move(draft, to: path)
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func copyPages(_ source: Connection, to path: String) throws(StoreError) {
        let target = try Connection(path: path, access: .readWrite)
        guard let backup = sqlite3_backup_init(target.handle, "main", source.handle, "main") else {
            throw StoreError(sqlite: sqlite3_errcode(target.handle), target.handle, path)
        }
        let code = sqlite3_backup_step(backup, -1)
        sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE else { throw StoreError(sqlite: code, target.handle, path) }
        // The copy says of itself that it has a write-ahead log; as one file it needs none.
        try target.execute("PRAGMA journal_mode = DELETE")
        guard try target.number("PRAGMA application_id") == Schema.applicationID else {
            throw StoreError(.failed, "\(path) is not a whole copy")
        }
    }
}
