internal import CLinux
internal import Glibc

/// The TCP side of one section: a port of its own, and the first connection to it that comes from the endpoint's host. Packets are framed (RFC 4571).
///
/// Nothing blocks. What a slow reader does not take is dropped in whole packets; a packet of which the kernel has taken a part is always finished.
final class StreamTransport {
    /// Bytes that the kernel may hold for the connection, and that wait behind it: little, since media that is late is of no use.
    private static let kernelBuffer: Int32 = 64 << 10
    private static let mostPending = 128 << 10
    /// Bytes read in one call.
    private static let readBytes = 16 << 10
    private static let longestPacket = 2_048

    /// Listens until the connection is there; -1 from then on.
    private(set) var listener: Int32
    /// -1 before there is one and after its end.
    private(set) var connection: Int32 = -1
    /// The port that is listened on.
    let port: UInt16
    /// Where the connection came from.
    private(set) var peer: SocketAddress?

    private let host: SocketAddress
    private var framing = StreamFraming(maximumLength: longestPacket)
    private var input = [UInt8](repeating: 0, count: readBytes)
    private var packet = ByteStore(capacity: longestPacket)
    /// Frames on their way out, and the place of the first byte that the kernel has not taken.
    private var pending: [UInt8] = []
    private var pendingStart = 0

    /// Whether the kernel is to be asked when it takes more.
    var hasPending: Bool { pendingStart < pending.count }

    /// Listens at `address`, for a connection from `host`.
    init(binding address: SocketAddress, host: SocketAddress) throws(SocketError) {
        listener = try Self.listen(address)
        port = SocketAddress(ofLocalEnd: listener)?.port ?? 0
        self.host = host
    }

    deinit {
        closeListener()
        closeConnection()
    }

    private static func listen(_ address: SocketAddress) throws(SocketError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let opened = socket(address.isIPv4 ? AF_INET : AF_INET6, type, 0)
        guard opened >= 0 else { throw SocketError(call: "socket", code: errno) }
        set(opened, SOL_SOCKET, SO_REUSEADDR, 1)
        if !address.isIPv4 { set(opened, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        guard address.withSockaddr({ bind(opened, $0, $1) }) == 0, Glibc.listen(opened, 4) == 0 else {
            let code = errno
            Glibc.close(opened)
            throw SocketError(call: "bind", code: code)
        }
        return opened
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: - The connection

    /// Takes the connections that wait: the first from the host is the one, all others are closed. True where it has come.
    func accept() -> Bool {
        while listener >= 0 {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(listener, $0, &length) }
            }
            guard accepted >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return false
            }
            let source = withUnsafeBytes(of: &storage) { bytes in
                bytes.baseAddress.flatMap { SocketAddress($0, length: length) }
            }
            guard let source, source.isSameHost(as: host) else {
                Glibc.close(accepted)
                continue
            }
            adopt(accepted, source)
            return true
        }
        return false
    }

    private func adopt(_ accepted: Int32, _ source: SocketAddress) {
        let flags = fcntl(accepted, F_GETFL)
        _ = fcntl(accepted, F_SETFL, flags | O_NONBLOCK)
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        Self.set(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        Self.set(accepted, SOL_SOCKET, SO_SNDBUF, Self.kernelBuffer)
        // An endpoint whose machine is gone is noticed although nothing more can be written.
        Self.set(accepted, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 15_000)
        connection = accepted
        peer = source
    }

    /// Stops listening.
    func closeListener() {
        if listener >= 0 { Glibc.close(listener) }
        listener = -1
    }

    /// Ends the connection.
    func closeConnection() {
        if connection >= 0 { Glibc.close(connection) }
        connection = -1
        pending.removeAll()
        pendingStart = 0
    }

    // MARK: - Packets

    /// Reads what is there, up to `reads` calls, and gives each whole packet to `body`. False where the connection has ended.
    func receive(reads: Int, _ body: (inout MutableRawSpan, SocketAddress) -> Void) -> Bool {
        guard connection >= 0, let peer else { return true }
        for _ in 0..<reads {
            let count = input.withUnsafeMutableBytes { read(connection, $0.baseAddress, $0.count) }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            if count == 0 { return false }
            // Taken out of the object, so that it can be lent while the framing is changed.
            let bytes = input
            framing.receive(bytes.span.bytes.extracting(0..<count)) { frame in
                packet.copy(frame, to: 0)
                packet.write(0..<frame.byteCount) { body(&$0, peer) }
            }
            if count < Self.readBytes { break }
        }
        return true
    }

    /// Frames and sends packets of `segment` bytes each (the last may be shorter). False where not all of them found room.
    func send(_ bytes: RawSpan, segment: Int) -> Bool {
        guard connection >= 0, segment > 0 else { return false }
        var isComplete = true
        var start = 0
        let isIdle = !hasPending
        while start < bytes.byteCount {
            let length = min(segment, bytes.byteCount - start)
            if pending.count - pendingStart + length + StreamFraming.headingLength <= Self.mostPending {
                pending.append(UInt8(truncatingIfNeeded: length >> 8))
                pending.append(UInt8(truncatingIfNeeded: length))
                bytes.extracting(start..<start + length).withUnsafeBytes { pending.append(contentsOf: $0) }
            } else {
                isComplete = false
            }
            start += length
        }
        if isIdle { flush() }
        return isComplete
    }

    /// Gives the kernel what it takes of the frames that wait.
    func flush() {
        guard connection >= 0, hasPending else { return }
        let sent = pending.withUnsafeBytes { bytes in
            Glibc.send(
                connection, bytes.baseAddress.map { $0 + pendingStart }, bytes.count - pendingStart,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        // An error of the connection is told by the next read.
        if sent > 0 { pendingStart += sent }
        if pendingStart == pending.count {
            pending.removeAll(keepingCapacity: true)
            pendingStart = 0
        } else if pendingStart > Self.mostPending / 2 {
            pending.removeSubrange(0..<pendingStart)
            pendingStart = 0
        }
    }
}
