import Signaling

/// Stores batches as the settings say: before they are acknowledged, or within an interval after.
///
/// With an interval, what is acknowledged and not yet on the disk is kept here too, so that a commit which fails is tried again
/// until it succeeds; meanwhile nothing new is acknowledged.
struct Journal {
    /// The most batches that wait for the interval's end.
    private static let mostWaiting = 10_000

    let database: Database
    private var transactions: Transactions
    private let sync: StoreOptions.Sync
    /// Acknowledged, and not on the disk.
    private var waiting: [Batch] = []
    /// Why `waiting` could not be stored; the open transaction does not hold it then.
    private var failure: StoreError?
    /// When the interval ends, in milliseconds of the monotonic clock; nil where nothing waits.
    private(set) var deadline: Int64?

    init(_ database: Database, sync: StoreOptions.Sync) {
        self.database = database
        transactions = Transactions(database)
        self.sync = sync
    }

    /// Stores batches; what came of each.
    mutating func store(_ batches: [Batch]) -> [StoreError?] {
        guard sync != .commit else { return transactions.store(batches) }
        retry()
        return batches.map { add($0) }
    }

    /// Tries again what could not be stored, if there is any.
    mutating func retry() {
        if failure != nil { try? flush() }
    }

    /// Brings to the disk what was acknowledged.
    mutating func flush() throws(StoreError) {
        deadline = nil
        if failure == nil {
            do {
                try transactions.commit()
                waiting = []
                return
            } catch {
                transactions.rollBack()
                failure = error
            }
        }
        // One by one and in order, up to the first that cannot be stored.
        while let batch = waiting.first {
            if let error = transactions.store([batch])[0] {
                failure = error
                deadline = nextDeadline
                throw error
            }
            waiting.removeFirst()
        }
        failure = nil
    }

    /// Runs something in a transaction of its own, after everything before it is stored.
    mutating func alone<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        try flush()
        return try transactions.alone(body)
    }

    private var nextDeadline: Int64? {
        guard case .interval(let milliseconds) = sync else { return nil }
        return WorkerThread.now() + Int64(min(max(1, milliseconds), 86_400_000))
    }

    private mutating func add(_ batch: Batch) -> StoreError? {
        if let failure { return failure }
        if waiting.count >= Self.mostWaiting {
            do { try flush() } catch { return error }
        }
        do {
            if let error = try transactions.add(batch) { return error }
        } catch {
            transactions.rollBack()
            failure = waiting.isEmpty ? nil : error
            return error
        }
        waiting.append(batch)
        deadline = deadline ?? nextDeadline
        return nil
    }
}
