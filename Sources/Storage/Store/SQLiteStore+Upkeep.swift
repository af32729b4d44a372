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
}
