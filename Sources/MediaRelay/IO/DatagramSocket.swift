internal import CLinux
internal import Glibc

/// Why a socket could not be opened.
struct SocketError: Error, CustomStringConvertible {
    /// The system call.
    let call: String
    /// Its error number.
    let code: Int32

    var isAddressInUse: Bool { code == EADDRINUSE }

    var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// A bound, non-blocking UDP socket.
///
/// Owns its descriptor. Errors of a single datagram (a bad address, a refused port) are that datagram's alone: the socket stays open.
struct DatagramSocket: ~Copyable {
    let descriptor: Int32
    /// Whether it is an IPv4 socket (and takes IPv4 addresses only).
    let isIPv4: Bool
    /// The port that it is bound to.
    let port: UInt16

    /// Bytes that the kernel may hold for the socket: a key frame burst of several senders.
    private static let receiveBuffer: Int32 = 4 << 20
    private static let sendBuffer: Int32 = 4 << 20

    /// Binds to `address`; a port of 0 lets the kernel choose.
    init(binding address: SocketAddress) throws(SocketError) {
        let opened = try Self.open(address)
        descriptor = opened
        isIPv4 = address.isIPv4
        port = SocketAddress(ofLocalEnd: opened)?.port ?? 0
    }

    private static func open(_ address: SocketAddress) throws(SocketError) -> Int32 {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let opened = socket(address.isIPv4 ? AF_INET : AF_INET6, type, 0)
        guard opened >= 0 else { throw SocketError(call: "socket", code: errno) }
        // Beyond the system's limit only with privileges; else as much as there is.
        set(opened, SO_RCVBUFFORCE, or: SO_RCVBUF, to: receiveBuffer)
        set(opened, SO_SNDBUFFORCE, or: SO_SNDBUF, to: sendBuffer)
        if !address.isIPv4 {
            var only: Int32 = 1
            _ = setsockopt(
                opened, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, socklen_t(MemoryLayout<Int32>.size))
        }
        _ = clinux_report_errors(opened, address.isIPv4 ? 1 : 0)
        guard address.withSockaddr({ bind(opened, $0, $1) }) == 0 else {
            let code = errno
            Glibc.close(opened)
            throw SocketError(call: "bind", code: code)
        }
        return opened
    }

    private static func set(_ descriptor: Int32, _ option: Int32, or other: Int32, to value: Int32) {
        var value = value
        let length = socklen_t(MemoryLayout<Int32>.size)
        if setsockopt(descriptor, SOL_SOCKET, option, &value, length) != 0 {
            _ = setsockopt(descriptor, SOL_SOCKET, other, &value, length)
        }
    }

    /// The address of this machine from which packets to `remote` would leave; nothing is sent.
    static func localAddress(towards remote: SocketAddress) -> IPAddress? {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let probe = socket(remote.isIPv4 ? AF_INET : AF_INET6, type, 0)
        guard probe >= 0 else { return nil }
        defer { Glibc.close(probe) }
        guard remote.withSockaddr({ connect(probe, $0, $1) }) == 0 else { return nil }
        return SocketAddress(ofLocalEnd: probe)?.address
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Takes the ICMP errors that have come in; whether one said that nobody listens where something was sent to.
    func takeRefusals() -> Bool {
        clinux_take_refusals(descriptor) > 0
    }

    /// Sends one buffer as datagrams of `segment` bytes each (the last may be shorter), in one call where the kernel can (UDP_SEGMENT).
    ///
    /// Errors are dropped like datagrams: a full buffer or an unreachable receiver is the receiver's loss alone.
    func send(_ bytes: UnsafeRawBufferPointer, segment: Int, to address: SocketAddress) {
        guard isIPv4 == address.isIPv4, let base = bytes.baseAddress, bytes.count > 0, segment > 0 else { return }
        if bytes.count <= segment {
            sendOne(base, bytes.count, to: address)
            return
        }
        let sent = address.withSockaddr { pointer, length in
            clinux_send_segments(descriptor, base, bytes.count, UInt16(clamping: segment), pointer, length)
        }
        guard sent < 0 else { return }
        // An error that came in for an earlier datagram is told here and gone; or there is no segmentation offload on this path.
        var start = 0
        while start < bytes.count {
            let length = min(segment, bytes.count - start)
            sendOne(base + start, length, to: address)
            start += length
        }
    }

    private func sendOne(_ bytes: UnsafeRawPointer, _ length: Int, to address: SocketAddress) {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = address.withSockaddr { sendto(descriptor, bytes, length, flags, $0, $1) }
        guard sent < 0, errno == ECONNREFUSED else { return }
        // Told of an earlier datagram; this one was not tried yet.
        _ = address.withSockaddr { sendto(descriptor, bytes, length, flags, $0, $1) }
    }
}
