import CLinux
import Glibc

/// Waits for sockets to become ready (epoll, level-triggered), and can be woken from any thread.
///
/// `@unchecked Sendable`: `wake()` writes to an eventfd, which the kernel serialises; everything else is called by the loop's own
/// thread.
final class SocketPoll: @unchecked Sendable {
    /// What a socket is ready for.
    struct Readiness {
        fileprivate let events: UInt32

        /// There is something to read, the end or an error included.
        var canRead: Bool { events & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
        /// What waits can be written.
        var canWrite: Bool { events & EPOLLOUT.rawValue != 0 }
        /// The connection is gone in both directions.
        var isBroken: Bool { events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
    }

    private static let capacity = 512
    private static let wakeToken = UInt64.max

    private let descriptor: Int32
    private let wakeDescriptor: Int32
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)

    /// Throws the number of the system's error.
    init() throws(Errno) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard descriptor >= 0, wakeDescriptor >= 0 else { throw Errno(number: errno) }
        watch(wakeDescriptor, token: Self.wakeToken)
    }

    deinit {
        close(descriptor)
        close(wakeDescriptor)
        events.deallocate()
    }

    /// Watches a descriptor; `token` comes back when it is ready.
    func watch(_ watched: Int32, token: UInt64) {
        change(EPOLL_CTL_ADD, watched, token, EPOLLIN.rawValue)
    }

    /// Watches a descriptor for something else from now on.
    func change(_ watched: Int32, token: UInt64, reads: Bool, writes: Bool) {
        change(EPOLL_CTL_MOD, watched, token, (reads ? EPOLLIN.rawValue : 0) | (writes ? EPOLLOUT.rawValue : 0))
    }

    private func change(_ operation: Int32, _ watched: Int32, _ token: UInt64, _ wanted: UInt32) {
        var event = epoll_event()
        event.events = wanted
        event.data.u64 = token
        _ = epoll_ctl(descriptor, operation, watched, &event)
    }

    /// Waits until something is ready, ``wake()`` is called, or `milliseconds` have gone (-1: for ever), and gives what is ready to
    /// `body`.
    func wait(milliseconds: Int32, _ body: (UInt64, Readiness) -> Void) {
        let count = epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds)
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            let token = events[index].data.u64
            if token == Self.wakeToken {
                var value: UInt64 = 0
                _ = read(wakeDescriptor, &value, MemoryLayout<UInt64>.size)
            } else {
                body(token, Readiness(events: events[index].events))
            }
        }
    }

    /// Ends the current or next ``wait(milliseconds:_:)`` early.
    func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }
}

/// An error of the operating system.
struct Errno: Error, CustomStringConvertible {
    let number: Int32

    var description: String { String(cString: strerror(number)) }
}
