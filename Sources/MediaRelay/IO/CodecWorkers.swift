internal import Glibc
internal import Synchronization

/// The threads that do codec work, so that no packet waits behind it.
///
/// Jobs of one kind run in the order in which they come, each on whichever thread is free; sound before pictures, of which one may take as long as the sound of a hundred
/// rooms. A room, and a video track, has at most one job at a time, so that its codecs need no lock.
final class CodecWorkers: Sendable {
    /// Which jobs go first.
    enum Priority {
        /// Sound, which is missed at once.
        case urgent
        /// Pictures.
        case patient
    }

    private struct Queue {
        private var jobs: [@Sendable () -> Void] = []
        private var next = 0

        mutating func append(_ job: @escaping @Sendable () -> Void) {
            jobs.append(job)
        }

        mutating func take() -> (@Sendable () -> Void)? {
            guard next < jobs.count else { return nil }
            let job = jobs[next]
            next += 1
            if next == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                next = 0
            }
            return job
        }
    }

    private struct State {
        var urgent = Queue()
        var patient = Queue()
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
    func submit(_ priority: Priority, _ job: @escaping @Sendable () -> Void) {
        state.withLock { state in
            switch priority {
            case .urgent: state.urgent.append(job)
            case .patient: state.patient.append(job)
            }
        }
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
            let job: (@Sendable () -> Void)? = state.withLock { $0.urgent.take() ?? $0.patient.take() }
            if let job {
                job()
            } else if state.withLock({ $0.isStopped }) {
                return
            }
        }
    }
}
