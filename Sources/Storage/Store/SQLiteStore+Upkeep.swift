import Glibc
public import Signaling

extension SQLiteStore {
    /// Seals everything in a folder under another key, in one transaction. Without a key given, the file `sealing.key` gets a new
    /// one; where the key comes from the environment it must be given, and the environment be changed afterwards. Throws `locked`
    /// while a server has the folder.
    public static func changeKey(
        folder: String, options: StoreOptions = StoreOptions(), to key: SealingKey? = nil
    ) throws(StoreError) {
        let database = try Database(folder: folder, options: options)
        let vault = Vault(connection: database.connection, folder: folder)
        try vault.change(options.key, from: database.sealer, to: key)
    }

    /// Puts a backup in the place of a folder's database, after it was checked: that it is whole, of a version that is known, and
    /// sealed under the folder's key. What was there before stays beside it as `relay.db.replaced`. Throws `locked` while a server
    /// has the folder.
    public static func restore(
        backup: String, into folder: String, options: StoreOptions = StoreOptions()
    ) throws(StoreError) {
        try Restore(backup: backup, folder: folder, options: options).run()
    }

    /// Deletes a folder's database with all that is in it, and what a restore has left of an older one. The sealing key stays, since
    /// backups are sealed under it. Throws `locked` while a server has the folder.
    public static func erase(folder: String) throws(StoreError) {
        let lock = try FolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        let path = folder + "/" + Database.fileName
        // The log first: without it the file is whole, while a log without its file could be taken for a new file's.
        for name in [path + "-wal", path + "-shm", path] {
            for file in [name, name.replacing(path, with: path + ".replaced")]
            where unlink(file) != 0 && errno != ENOENT {
                throw StoreError(errno: errno, "\(file) cannot be deleted")
            }
        }
        try FileWriting.synchronizeFolder(of: path)
    }

    /// Whether a folder was ever one of ours, if only an empty one; a path that was mistyped was not.
    public static func exists(in folder: String) -> Bool {
        access(folder + "/lock", F_OK) == 0
    }

    /// Whether some process has a folder at this moment. Makes nothing.
    public static func isInUse(folder: String) -> Bool {
        let descriptor = open(folder + "/lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
