internal import CLinux
internal import Glibc

/// Waits for descriptors to become readable, or writable where that is asked for (epoll, level-triggered), and can be woken from any thread.
///
/// `@unchecked Sendable`: `wake()` writes to an eventfd, which the kernel serialises; everything else is called by the loop's own thread.
final class EventPoll: @unchecked Sendable {
    private static let capacity = 256
    private static let wakeToken = UInt64.max

    private let descriptor: Int32
    private let wakeDescriptor: Int32
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)

    init() throws(SocketError) {
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw SocketError(call: "epoll_create1", code: errno) }
        let wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard wake >= 0 else {
            let code = errno
            Glibc.close(poll)
            throw SocketError(call: "eventfd", code: code)
        }
        descriptor = poll
        wakeDescriptor = wake
        add(wake, token: Self.wakeToken)
    }

    deinit {
        Glibc.close(descriptor)
        Glibc.close(wakeDescriptor)
        events.deallocate()
    }

    /// Watches a descriptor; `token` comes back when it is readable.
    func add(_ watched: Int32, token: UInt64) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = token
        _ = epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event)
    }

    /// Has `token` come back when a watched descriptor takes output too, or no longer.
    func watchOutput(_ watched: Int32, token: UInt64, _ isWanted: Bool) {
        var event = epoll_event()
        event.events = isWanted ? EPOLLIN.rawValue | EPOLLOUT.rawValue : EPOLLIN.rawValue
        event.data.u64 = token
        _ = epoll_ctl(descriptor, EPOLL_CTL_MOD, watched, &event)
    }

    /// Stops watching a descriptor.
    func remove(_ watched: Int32) {
        var event = epoll_event()
        _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &event)
    }

    /// Waits until something is readable, ``wake()`` is called, or `milliseconds` have gone (-1: for ever), and gives each token to `body`.
    func wait(milliseconds: Int32, _ body: (UInt64) -> Void) {
        let count = epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds)
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            let token = events[index].data.u64
            if token == Self.wakeToken {
                var value: UInt64 = 0
                _ = read(wakeDescriptor, &value, MemoryLayout<UInt64>.size)
            } else {
                body(token)
            }
        }
    }

    /// Ends the current or next ``wait(milliseconds:_:)`` early.
    func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }
}
