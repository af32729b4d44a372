internal import CLinux
internal import Glibc

extension SocketAddress {
    /// The address that a socket is bound to; nil where there is none.
    init?(ofLocalEnd descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard named == 0 else { return nil }
        let address = withUnsafeBytes(of: &storage) { bytes in
            bytes.baseAddress.flatMap { SocketAddress($0, length: length) }
        }
        guard let address else { return nil }
        self = address
    }
}
