internal import CLinux
internal import Glibc

/// Memory for receiving datagrams in batches (recvmmsg), reserved once for each media loop.
///
/// The kernel writes through the addresses prepared here, so they are raw and owned until the end.
final class ReceiveBatch {
    /// Datagrams received by one call at most.
    static let capacity = 64
    /// Bytes of a datagram that are kept; anything longer is cut and dropped.
    static let datagramBytes = 2_048

    private let buffers = UnsafeMutableRawPointer.allocate(byteCount: capacity * datagramBytes, alignment: 64)
    private let names = UnsafeMutablePointer<sockaddr_storage>.allocate(capacity: capacity)
    private let vectors = UnsafeMutablePointer<iovec>.allocate(capacity: capacity)
    private let messages = UnsafeMutablePointer<clinux_message>.allocate(capacity: capacity)

    /// Datagrams of the last ``receive(from:)``.
    private(set) var count = 0

    /// Reserves the memory.
    init() {
        names.initialize(repeating: sockaddr_storage(), count: Self.capacity)
        for index in 0..<Self.capacity {
            vectors[index] = iovec(
                iov_base: buffers + index * Self.datagramBytes, iov_len: Self.datagramBytes)
            var header = msghdr()
            header.msg_name = UnsafeMutableRawPointer(names + index)
            header.msg_iov = vectors + index
            header.msg_iovlen = 1
            messages[index] = clinux_message(header: header, length: 0)
        }
    }

    deinit {
        messages.deallocate()
        vectors.deallocate()
        names.deallocate()
        buffers.deallocate()
    }

    /// Receives what is there, up to ``capacity`` datagrams, and returns how many came.
    func receive(from descriptor: Int32) -> Int {
        for index in 0..<Self.capacity {
            messages[index].header.msg_namelen = socklen_t(MemoryLayout<sockaddr_storage>.size)
        }
        let received = clinux_receive_messages(descriptor, messages, UInt32(Self.capacity))
        count = max(0, Int(received))
        return count
    }

    /// The sender of a datagram, or nil where the family is unknown or the datagram was cut.
    func source(_ index: Int) -> SocketAddress? {
        let header = messages[index].header
        guard header.msg_flags & Int32(MSG_TRUNC) == 0 else { return nil }
        return SocketAddress(UnsafeRawPointer(names + index), length: header.msg_namelen)
    }

    /// The bytes of a datagram, until the next ``receive(from:)``.
    func bytes(_ index: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            start: buffers + index * Self.datagramBytes, count: Int(messages[index].length))
    }
}
