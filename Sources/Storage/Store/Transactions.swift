import Signaling

/// Puts batches into transactions, many into one, so that one synchronization of the disk serves them all.
struct Transactions {
    private let database: Database
    private var writer: BatchWriter

    init(_ database: Database) {
        self.database = database
        writer = BatchWriter(database)
    }

    /// Stores batches in their order, each whole or not at all. One that fails does not take the others with it.
    mutating func store(_ batches: [Batch]) -> [StoreError?] {
        guard batches.count > 1 else { return batches.map { alone($0) } }
        var errors = [StoreError?](repeating: nil, count: batches.count)
        do {
            try begin()
            for (index, batch) in batches.enumerated() { errors[index] = try within(batch) }
            try commit()
        } catch {
            // The transaction is lost, and with it those that were well: each has a try of its own.
            rollBack()
            for (index, batch) in batches.enumerated() where errors[index] == nil { errors[index] = alone(batch) }
        }
        return errors
    }

    /// Writes a batch into the open transaction, or begins one; what the batch's own error is. Throws where the transaction is
    /// lost.
    mutating func add(_ batch: Batch) throws(StoreError) -> StoreError? {
        if !database.connection.isInTransaction { try begin() }
        return try within(batch)
    }

    /// Ends the open transaction, if there is one.
    func commit() throws(StoreError) {
        guard database.connection.isInTransaction else { return }
        try database.connection.run("COMMIT")
    }

    /// Undoes the open transaction, if there is one.
    func rollBack() {
        guard database.connection.isInTransaction else { return }
        try? database.connection.run("ROLLBACK")
    }

    /// Runs something in a transaction of its own.
    func alone<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        try begin()
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    private mutating func alone(_ batch: Batch) -> StoreError? {
        do {
            try begin()
            try writer.write(batch)
            try commit()
            return nil
        } catch {
            rollBack()
            return error
        }
    }

    private mutating func within(_ batch: Batch) throws(StoreError) -> StoreError? {
        try database.connection.run("SAVEPOINT batch")
        do {
            try writer.write(batch)
        } catch {
            // A full disk ends the whole transaction, a wrong row only the statement.
            guard database.connection.isInTransaction else { throw error }
            try database.connection.run("ROLLBACK TO batch")
            try database.connection.run("RELEASE batch")
            return error
        }
        try database.connection.run("RELEASE batch")
        return nil
    }

    private func begin() throws(StoreError) {
        try database.connection.run("BEGIN IMMEDIATE")
    }
}
