import COpenSSL
public import Signaling

/// Threads that hash passwords, so that nothing else waits for it. Jobs run in their order; what does not fit into the queue is
/// refused at once.
public final class HashPool: Sendable {
    private struct Job: Sendable {
        let work: HashJob
        let completion: @Sendable (HashResult) -> Void
    }

    private struct State: Sendable {
        var jobs: [Job] = []
        var isClosed = false
        var threads = 0
    }

    private let state: Monitor<State>
    private let sealer: Sealer?
    private let capacity: Int

    /// A pool of so many threads, with at most so many jobs waiting for one. Each thread needs 32 MiB while it hashes. The
    /// sealer, `SQLiteStore.sealer`, keeps passwords for signing in by challenge; without it such jobs are `unavailable`.
    public init(threads: Int, capacity: Int, sealer: Sealer? = nil) {
        self.capacity = capacity
        self.sealer = sealer
        let state = Monitor(State())
        self.state = state
        for _ in 0..<max(1, threads) {
            let hasStarted = WorkerThread.start { HashPool.work(state, sealer) }
            if hasStarted { state.change { $0.threads += 1 } }
        }
    }

    deinit {
        close()
    }

    /// Runs a job. The completion is called exactly once: on a thread of the pool, or, where the job is refused, before this
    /// returns.
    public func run(_ job: HashJob, completion: @escaping @Sendable (HashResult) -> Void) {
        let isTaken = state.change { state in
            guard !state.isClosed, state.threads > 0, state.jobs.count < capacity else { return false }
            state.jobs.append(Job(work: job, completion: completion))
            return true
        }
        if !isTaken { completion(.unavailable) }
    }

    /// Ends the pool: jobs that wait are `unavailable`, those that run are finished by their threads.
    public func close() {
        let waiting = state.change { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in waiting { job.completion(.unavailable) }
    }

    private static func work(_ state: Monitor<State>, _ sealer: Sealer?) {
        while true {
            // The inner nil ends the thread; the outer one waits on.
            let next: Job?? = state.wait { state in
                if state.isClosed { return .some(nil) }
                return state.jobs.isEmpty ? nil : .some(state.jobs.removeFirst())
            }
            guard let job = next ?? nil else { return }
            job.completion(perform(job.work, sealer))
        }
    }

    private static func perform(_ job: HashJob, _ sealer: Sealer?) -> HashResult {
        switch job {
        case .make(let secret, let withMD5, let sealed):
            return make(secret, withMD5: withMD5, sealer: sealer, sealed: sealed)
        case .verify(let secret, let verifier):
            return PasswordHash.verify(secret, verifier).map { .verified($0) } ?? .unavailable
        case .change(let old, let verifier, let new, let sealed):
            guard let isRight = PasswordHash.verify(old, verifier) else { return .unavailable }
            return isRight ? make(new, withMD5: true, sealer: sealer, sealed: sealed) : .verified(false)
        case .respond(let challenge, let response, let verifier):
            guard let sealer else { return .unavailable }
            return .verified(isRight(response, to: challenge, verifier, sealer))
        }
    }

    private static func make(_ secret: Secret, withMD5: Bool, sealer: Sealer?, sealed: Bool) -> HashResult {
        guard let verifier = PasswordHash.make(secret) else { return .unavailable }
        var md5: PasswordVerifier?
        if withMD5 {
            guard let digest = MessageDigest5.hexadecimal(secret.bytes), let made = PasswordHash.make(Secret(digest))
            else { return .unavailable }
            md5 = made
        }
        var kept: PasswordVerifier?
        if sealed {
            guard let made = sealer?.sealPassword(secret.bytes) else { return .unavailable }
            kept = made
        }
        return .made(verifier, md5: md5, sealed: kept)
    }

    private static func isRight(
        _ response: String, to challenge: String, _ verifier: PasswordVerifier?, _ sealer: Sealer
    ) -> Bool {
        // Where there is no password, the same work is done for nothing.
        if verifier == nil { sealer.openDecoy() }
        let password = verifier.flatMap { sealer.openPassword($0) }
        guard let digest = MessageDigest5.hexadecimal(Array(challenge.utf8) + (password ?? [])) else { return false }
        let given = Array(response.lowercased().utf8)
        let expected = Array(digest.utf8)
        return given.count == expected.count && CRYPTO_memcmp(given, expected, expected.count) == 0 && password != nil
    }
}
