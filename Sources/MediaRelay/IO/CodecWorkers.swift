internal import Glibc
internal import Synchronization

/// The threads that do codec work, so that no packet waits behind it.
///
/// Jobs run in the order in which they come, each on whichever thread is free. A room has at most one job at a time, so that its mixer needs no lock.
final class CodecWorkers: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var next = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let semaphore: Semaphore
    private let count: Int

    /// Starts `count` threads.
    init(count: Int) {
        self.count = max(1, count)
        semaphore = Semaphore()
        for index in 0..<self.count {
            SystemThread.start(name: "codec-\(index)") { [self] in run() }
        }
    }

    /// Adds a job; it may run on another thread before this call returns.
    func submit(_ job: @escaping @Sendable () -> Void) {
        state.withLock { $0.jobs.append(job) }
        semaphore.signal()
    }

    /// Ends the threads once the jobs that are there are done.
    func stop() {
        state.withLock { $0.isStopped = true }
        for _ in 0..<count { semaphore.signal() }
    }

    private func run() {
        while true {
            semaphore.wait()
            let job: (@Sendable () -> Void)? = state.withLock { state in
                guard state.next < state.jobs.count else { return nil }
                let job = state.jobs[state.next]
                state.next += 1
                if state.next == state.jobs.count {
                    state.jobs.removeAll(keepingCapacity: true)
                    state.next = 0
                }
                return job
            }
            if let job {
                job()
            } else if state.withLock({ $0.isStopped }) {
                return
            }
        }
    }
}
