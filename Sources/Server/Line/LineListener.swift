import CLinux
import Glibc
import NIOCore
import Signaling

/// A socket that listens on the line port of one address, on the hub's thread.
final class LineListener {
    /// Connections accepted in one turn at most, so that a rush of them does not keep the others waiting.
    private static let batch = 64

    private let descriptor: Int32
    private let door: LinePlainDoor
    private var token: UInt64 = 0
    /// Kept so that, when the process has no more descriptors, one can be given up to accept and turn away.
    private var spare: Int32

    /// Begins to accept on a socket that listens. The table of sockets keeps the listener.
    static func start(_ descriptor: Int32, _ door: LinePlainDoor) {
        _ = LineListener(descriptor, door)
    }

    private init(_ descriptor: Int32, _ door: LinePlainDoor) {
        self.descriptor = descriptor
        self.door = door
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
        token = door.loop.sockets.add(descriptor) { _ in .listener(self) }
    }

    /// Binds to an address; throws the system's error. May be called on any thread.
    static func listen(_ address: String, port: Int, onlyV6: Bool) throws -> Int32 {
        let address = try SocketAddress(ipAddress: address, port: port)
        let isV6 = address.protocol == .inet6
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(isV6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { throw Errno(number: errno) }
        set(descriptor, SOL_SOCKET, SO_REUSEADDR)
        if onlyV6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        guard address.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0,
            Glibc.listen(descriptor, 1024) == 0
        else {
            let number = errno
            Glibc.close(descriptor)
            throw Errno(number: number)
        }
        return descriptor
    }

    /// Takes the connections that wait.
    func accept() {
        for _ in 0..<Self.batch {
            var peer = clinux_peer()
            let accepted = clinux_accept(descriptor, &peer)
            guard accepted >= 0 else {
                if errno == EMFILE || errno == ENFILE { turnOneAway() }
                return
            }
            Self.set(accepted, Int32(IPPROTO_TCP), TCP_NODELAY)
            Self.set(accepted, SOL_SOCKET, SO_KEEPALIVE)
            _ = LineSocket(accepted, IPAddress(high: peer.high, low: peer.low), port: peer.port, door)
        }
    }

    /// Without descriptors a connection can neither be served nor left waiting, which would keep the loop busy.
    private func turnOneAway() {
        Glibc.close(spare)
        var peer = clinux_peer()
        let accepted = clinux_accept(descriptor, &peer)
        if accepted >= 0 { Glibc.close(accepted) }
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    /// Closes a socket that has not begun to accept.
    static func close(_ descriptor: Int32) {
        Glibc.close(descriptor)
    }

    func close() {
        if spare >= 0 { Glibc.close(spare) }
        spare = -1
        door.loop.sockets.close(descriptor, token)
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32) {
        var one: Int32 = 1
        _ = setsockopt(descriptor, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
    }
}
