import CSQLite
import Glibc
import Signaling

/// Long readings, each on a thread and a connection of its own, so that nothing waits for them. They see what was committed before
/// they began, and nothing later.
final class ReaderThreads: Sendable {
    /// The most readings at once.
    private static let most = 2

    private let path: String
    private let sealer: Sealer
    private let server: UInt64
    private let running = Monitor(0)

    init(path: String, sealer: Sealer, server: UInt64) {
        self.path = path
        self.sealer = sealer
        self.server = server
    }

    /// All that is kept of an account, as JSON.
    func export(_ account: AccountID, _ completion: @escaping @Sendable (Result<StoreAnswer, StoreError>) -> Void) {
        start(completion) { [self] (connection) throws(StoreError) in
            let export = AccountExport(connection: connection, sealer: sealer, server: server)
            return .document(try export.document(account))
        }
    }

    /// A consistent copy into a new file.
    func backup(
        to target: String, _ completion: @escaping @Sendable (Result<StoreAnswer, StoreError>) -> Void
    ) {
        start(completion) { (connection) throws(StoreError) in
            try Backup.copy(connection, to: target)
            return .done
        }
    }

    /// Waits until every reading has ended.
    func waitUntilIdle() {
        running.wait { $0 == 0 ? () : nil }
    }

    private func start(
        _ completion: @escaping @Sendable (Result<StoreAnswer, StoreError>) -> Void,
        _ body: @escaping @Sendable (Connection) throws(StoreError) -> StoreAnswer
    ) {
        let isFree = running.change { running in
            guard running < Self.most else { return false }
            running += 1
            return true
        }
        guard isFree else {
            return completion(.failure(StoreError(.failed, "\(path): too many exports and backups at once")))
        }
        let hasStarted = WorkerThread.start { [self] in
            let result: Result<StoreAnswer, StoreError>
            do throws(StoreError) {
                let connection = try Connection(path: path, access: .readOnly)
                sqlite3_busy_timeout(connection.handle, 1000)
                try connection.execute("BEGIN")
                result = .success(try body(connection))
            } catch {
                result = .failure(error)
            }
            completion(result)
            running.change { $0 -= 1 }
        }
        if !hasStarted {
            running.change { $0 -= 1 }
            completion(.failure(StoreError(.failed, "\(path): the system has no thread left")))
        }
    }
}
