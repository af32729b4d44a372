import CSQLite
import Signaling
import Testing

@testable import Storage

/// What happens where the commit itself fails, as it does when the log cannot be written.
@Suite struct CommitFailureTests {
    let folder: TemporaryFolder
    let database: Database
    /// How many of the next commits fail.
    let failures = Failures()

    /// Counts down from within the library's hook; each test has one database on one thread.
    final class Failures: @unchecked Sendable {
        var left = 0
    }

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(folder: folder.path, options: StoreOptions())
        sqlite3_commit_hook(
            database.connection.handle,
            { context in
                guard let context else { return 0 }
                let failures = Unmanaged<Failures>.fromOpaque(context).takeUnretainedValue()
                guard failures.left > 0 else { return 0 }
                failures.left -= 1
                return 1
            }, Unmanaged.passUnretained(failures).toOpaque())
    }

    private func batch(_ number: Int64) throws -> Batch {
        Batch([.putRoom(try Sample.room(number, "room \(number)"))])
    }

    private func rooms() throws -> [Int64] { try database.load().rooms.map(\.id.number) }

    @Test func eachBatchHasATryOfItsOwn() throws {
        var transactions = Transactions(database)
        failures.left = 1
        #expect(try transactions.store([batch(1), batch(2), batch(3)]) == [nil, nil, nil])
        #expect(try rooms() == [1, 2, 3])
        // The common one and that of the first batch fail.
        failures.left = 2
        let errors = try transactions.store([batch(4), batch(5)])
        #expect(errors[0] != nil && errors[1] == nil)
        #expect(try rooms() == [1, 2, 3, 5])
        #expect(!database.connection.isInTransaction)
    }

    @Test func theConnectionStaysUsable() throws {
        var transactions = Transactions(database)
        failures.left = 1
        #expect(try transactions.store([batch(1)])[0] != nil)
        #expect(try rooms().isEmpty)
        #expect(try transactions.store([batch(1)]) == [nil])
        #expect(try rooms() == [1])
    }

    @Test func withAnIntervalWhatIsAcknowledgedIsTriedAgain() throws {
        var journal = Journal(database, sync: .interval(milliseconds: 3_600_000))
        #expect(try journal.store([batch(1), batch(2)]) == [nil, nil])
        failures.left = .max
        #expect(throws: StoreError.self) { try journal.flush() }
        #expect(try rooms().isEmpty)
        #expect(journal.deadline != nil)
        // Nothing new is acknowledged meanwhile.
        #expect(try journal.store([batch(3)])[0] != nil)
        failures.left = 0
        #expect(try journal.store([batch(4)]) == [nil])
        #expect(try rooms() == [1, 2, 4])
        try journal.flush()
        #expect(!database.connection.isInTransaction && journal.deadline == nil)
        #expect(try rooms() == [1, 2, 4])
    }

    @Test func aKeyChangeThatFailsKeepsTheOldKey() throws {
        let vault = Vault(connection: database.connection, folder: folder.path)
        failures.left = 1
        #expect(throws: StoreError.self) { try vault.change(.automatic, from: database.sealer, to: nil) }
        let sealed = try #require(database.sealer.seal([1], .check, 1))
        #expect(try vault.open(.automatic).open(sealed, .check, 1) == [1])
        #expect(try vault.keyFile.readNext() == nil)
    }
}
