import Signaling

/// Finds the key that a file's texts are sealed under.
struct Vault {
    private static let check = Array("media-relay".utf8)

    let connection: Connection
    let keyFile: KeyFile

    init(connection: Connection, folder: String) {
        self.connection = connection
        keyFile = KeyFile(folder: folder)
    }

    /// The sealer under the key of a source. The key of a new file is made where there is none.
    func open(_ source: StoreOptions.KeySource) throws(StoreError) -> Sealer {
        if case .key(let key) = source { return try sealer(key, "the key") }
        if let key = try KeyFile.fromEnvironment() { return try sealer(key, KeyFile.variable) }
        if let next = try keyFile.readNext() {
            // The keys were being changed: the texts are under one or the other.
            if let sealer = try matching(next) {
                try keyFile.adoptNext()
                return sealer
            }
            keyFile.discardNext()
        }
        if let key = try keyFile.read() { return try sealer(key, keyFile.path) }
        guard try stored() == nil else {
            throw StoreError(
                .wrongKey,
                "\(connection.path) is sealed, and its key is missing: \(keyFile.path) or \(KeyFile.variable)")
        }
        let key = SealingKey.random()
        try keyFile.write(key)
        return try sealer(key, keyFile.path)
    }

    /// Seals everything under another key: a given one, or, where the key is in the file, a new one. The file holds the old key or
    /// the new one whenever the program ends, whichever the texts are under.
    func change(_ source: StoreOptions.KeySource, from old: Sealer, to key: SealingKey?) throws(StoreError) {
        var isInFile = false
        if case .automatic = source { isInFile = try KeyFile.fromEnvironment() == nil }
        guard key != nil || isInFile else {
            throw StoreError(.wrongKey, "a new key must be given where the key is not in the file \(keyFile.path)")
        }
        let key = key ?? SealingKey.random()
        guard let new = Sealer(key: key, id: old.id % 255 + 1) else { throw noCipher() }
        if isInFile { try keyFile.writeNext(key) }
        do {
            try connection.execute("BEGIN IMMEDIATE")
            try KeyChange(connection: connection, old: old, new: new).run()
            try keepCheck(new)
            try connection.execute("COMMIT")
        } catch {
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            // Where a commit failed, the next start finds out which key holds: the next one stays until then.
            throw error
        }
        if isInFile { try keyFile.adoptNext() }
        // What was sealed under the old key stays in no log.
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// Keeps what tells whether a key is the right one.
    private func keepCheck(_ sealer: Sealer) throws(StoreError) {
        guard let check = sealer.seal(Self.check, .check, 0) else { throw noCipher() }
        try connection.run("INSERT OR REPLACE INTO meta VALUES ('key', ?)") { $0.blob(check) }
    }

    private func sealer(_ key: SealingKey, _ place: String) throws(StoreError) -> Sealer {
        if let sealer = try matching(key) { return sealer }
        guard try stored() == nil else {
            throw StoreError(.wrongKey, "\(connection.path) is sealed under another key than that of \(place)")
        }
        guard let sealer = Sealer(key: key, id: 1) else { throw noCipher() }
        try keepCheck(sealer)
        return sealer
    }

    /// The sealer under a key, where the file is sealed under it.
    private func matching(_ key: SealingKey) throws(StoreError) -> Sealer? {
        guard let check = try stored(), let id = check.first else { return nil }
        guard let sealer = Sealer(key: key, id: id) else { throw noCipher() }
        return sealer.open(check, .check, 0) == Self.check ? sealer : nil
    }

    private func stored() throws(StoreError) -> [UInt8]? {
        var rows = try connection.query("SELECT value FROM meta WHERE name = 'key'")
        return try rows.next() ? rows.blob() : nil
    }

    private func noCipher() -> StoreError { StoreError(.failed, "OpenSSL has no AES-256-GCM") }
}
