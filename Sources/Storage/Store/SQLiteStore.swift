public import Signaling

/// The domain's state in a data folder, on SQLite. One process holds a folder at a time.
public final class SQLiteStore: Store {
    /// Seals passwords under the folder's key, for the pool that hashes them.
    public let sealer: Sealer

    private let worker: StoreWorker
    private let folder: String

    /// Opens a data folder, and makes it where it is missing. Throws `locked` where another process holds it, `tooNew` where a
    /// newer version wrote it, `wrongKey` where the key is missing or another, `corrupt`, `readOnly`, `diskFull` or `cannotOpen`
    /// where the folder or the file in it cannot be used.
    public init(folder: String, options: StoreOptions = StoreOptions()) throws(StoreError) {
        let path = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        let database = try Database(folder: path, options: options)
        self.folder = path
        sealer = database.sealer
        worker = try StoreWorker(database, sync: options.sync)
    }

    deinit {
        // Without waiting: the last reference may go in a completion, on the thread itself.
        worker.end()
    }

    /// Everything that the domain keeps in memory. Called once, before the first commit.
    public func load() throws(StoreError) -> Snapshot {
        try run { (worker) throws(StoreError) in
            guard let database = worker.database else { throw StoreError(.failed, "the store is closed") }
            return try database.load()
        }
    }

    /// Stores a batch in one transaction; see `Store`. Batches that wait while the disk is busy go into the next transaction
    /// together. After `close` it fails.
    public func commit(_ batch: Batch, completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        if !worker.enqueue(.commit(batch, completion)) { completion(.failure(closed)) }
    }

    /// Reads what is not kept in memory; see `Store`. A history is walked over at most 10,000 messages. Exports and backups run
    /// beside everything else. After `close` it fails.
    public func query(_ query: StoreQuery, completion: @escaping @Sendable (Result<StoreAnswer, StoreError>) -> Void) {
        if !worker.enqueue(.query(query, completion)) { completion(.failure(closed)) }
    }

    /// Stores what waits, ends the thread, closes the file and lets go of the folder. Not to be called in a completion, which it
    /// would wait for.
    public func close() {
        worker.close()
    }

    private var closed: StoreError { StoreError(.failed, "the store of \(folder) is closed") }

    /// Runs something on the store's thread and waits for it.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (StoreWorker) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let result = Monitor<Result<Value, StoreError>?>(nil)
        let isTaken = worker.enqueue(
            .task { worker in
                let value: Result<Value, StoreError>
                do throws(StoreError) { value = .success(try body(worker)) } catch { value = .failure(error) }
                result.change { $0 = value }
            })
        guard isTaken else { throw closed }
        return try result.wait { $0 }.get()
    }
}
