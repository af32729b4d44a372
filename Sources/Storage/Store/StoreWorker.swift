import Signaling

/// The thread that a database belongs to, and the queue before it.
///
/// Unchecked: `journal`, and the database in it, are touched only by the thread once it runs; the queue is a monitor's.
final class StoreWorker: @unchecked Sendable {
    /// What the thread is asked to do.
    enum Work: Sendable {
        case commit(Batch, @Sendable (Result<Void, StoreError>) -> Void)
        case query(StoreQuery, @Sendable (Result<StoreAnswer, StoreError>) -> Void)
        case task(@Sendable (StoreWorker) -> Void)
    }

    private struct Queue: Sendable {
        var work: [Work] = []
        var isClosed = false
        var hasEnded = false
    }

    /// Messages of rooms that are gone, deleted at a time while nothing else is to do.
    private static let sweepSize = 500

    /// The open database and what is on its way into it; nil once the thread has ended.
    private var journal: Journal?
    private var mayHaveUnlinked = true
    private let queue = Monitor(Queue())
    let readers: ReaderThreads

    init(_ database: Database, sync: StoreOptions.Sync) throws(StoreError) {
        journal = Journal(database, sync: sync)
        readers = ReaderThreads(path: database.connection.path, sealer: database.sealer, server: database.server)
        guard WorkerThread.start({ self.run() }) else {
            throw StoreError(.failed, "\(database.folder) cannot be used: the system has no thread left")
        }
    }

    /// Puts work into the queue; false where it is closed.
    func enqueue(_ work: Work) -> Bool {
        queue.change { queue in
            guard !queue.isClosed else { return false }
            queue.work.append(work)
            return true
        }
    }

    /// Lets the thread end when everything in the queue is done.
    func end() {
        queue.change { $0.isClosed = true }
    }

    /// Ends the thread and waits for it.
    func close() {
        end()
        queue.wait { $0.hasEnded ? () : nil }
        readers.waitUntilIdle()
    }

    /// The open database; for a task of the thread.
    var database: Database? { journal?.database }

    /// A transaction of its own, after everything before it; for a task of the thread.
    func alone<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value? {
        try journal?.alone(body)
    }

    private func run() {
        while let work = take() {
            perform(work)
            if let deadline = journal?.deadline, WorkerThread.now() >= deadline { try? journal?.flush() }
        }
        try? journal?.flush()
        // The file is closed and the folder free before anybody hears of it.
        journal = nil
        queue.change { $0.hasEnded = true }
    }

    /// What is in the queue, all of it; empty when there is something else to do; nil at the end.
    private func take() -> [Work]? {
        // Nil waits on; the inner nil is the end.
        let body: @Sendable (inout Queue) -> [Work]?? = { queue in
            if queue.work.isEmpty { return queue.isClosed ? .some(nil) : nil }
            defer { queue.work = [] }
            return queue.work
        }
        let deadline = journal?.deadline
        if mayHaveUnlinked, deadline == nil {
            if let work = queue.wait(until: 0, body) { return work }
            sweep()
            return []
        }
        guard let deadline else { return queue.wait(body) }
        return queue.wait(until: deadline, body) ?? []
    }

    private func perform(_ work: [Work]) {
        var batches: [Batch] = []
        var completions: [@Sendable (Result<Void, StoreError>) -> Void] = []
        for item in work {
            if case .commit(let batch, let completion) = item {
                batches.append(batch)
                completions.append(completion)
                continue
            }
            store(&batches, &completions)
            switch item {
            case .query(let query, let completion): answer(query, completion)
            case .task(let body): body(self)
            case .commit: break
            }
        }
        store(&batches, &completions)
    }

    private func store(
        _ batches: inout [Batch], _ completions: inout [@Sendable (Result<Void, StoreError>) -> Void]
    ) {
        guard !batches.isEmpty, let errors = journal?.store(batches) else { return }
        if batches.contains(where: { $0.mutations.contains { if case .removeRoom = $0 { true } else { false } } }) {
            mayHaveUnlinked = true
        }
        for (completion, error) in zip(completions, errors) {
            completion(error.map { .failure($0) } ?? .success(()))
        }
        batches.removeAll(keepingCapacity: true)
        completions.removeAll(keepingCapacity: true)
    }

    private func answer(
        _ query: StoreQuery, _ completion: @escaping @Sendable (Result<StoreAnswer, StoreError>) -> Void
    ) {
        journal?.retry()
        guard let database else { return }
        do throws(StoreError) {
            switch query {
            case .messages(let key, let newest, let before, let limit):
                completion(
                    .success(
                        .messages(
                            try database.messages.messages(key, newest: newest, before: before, limit: limit))))
            case .message(let id):
                completion(.success(.messages(try database.messages.message(id).map { [$0] } ?? [])))
            case .kept(let account, let limit):
                completion(.success(.messages(try database.messages.kept(account, limit: limit))))
            case .post(let id):
                completion(.success(.parts(try database.boards.parts(id))))
            case .audit(let number, let limit):
                completion(.success(.audit(try database.moderation.audit(before: number, limit: limit))))
            case .export(let account):
                try journal?.flush()
                readers.export(account, completion)
            case .backup(let path):
                try journal?.flush()
                readers.backup(to: path, completion)
            }
        } catch {
            completion(.failure(error))
        }
    }

    private func sweep() {
        guard let database else { return }
        mayHaveUnlinked =
            (try? alone { () throws(StoreError) in
                try database.messages.sweep(limit: Self.sweepSize)
            }) ?? false
    }
}
