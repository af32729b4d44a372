internal import CLinux
internal import Glibc

/// A thread of the operating system, for the loops that must not share one with anything else.
enum SystemThread {
    private final class Entry {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a detached thread that runs `body` and ends with it.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let entry = Unmanaged.passRetained(Entry(name: name, body: body))
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                let entry = Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue()
                clinux_name_thread(String(entry.name.prefix(15)))
                entry.body()
                return nil
            }, entry.toOpaque())
        pthread_attr_destroy(&attributes)
        precondition(result == 0, "the system gives no more threads")
    }
}

/// A counting semaphore of the operating system.
///
/// `@unchecked Sendable`: sem_post and sem_wait are made to be called from several threads; the memory is this object's alone.
final class Semaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() {
        sem_post(semaphore)
    }

    func wait() {
        while sem_wait(semaphore) != 0 {}
    }
}
