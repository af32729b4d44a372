import Glibc

/// An IP address and a UDP or TCP port, as a plain value; an IPv4 address in IPv6 clothing is kept as IPv4.
public struct SocketAddress: Hashable, Sendable {
    /// The sixteen bytes of an IPv6 address, high half first; IPv4 is kept as `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2).
    private var high: UInt64
    private var low: UInt64
    /// The interface that a link-local IPv6 address belongs to, or 0.
    private var scope: UInt32
    /// The port.
    public var port: UInt16

    private static let mappedPrefix: UInt64 = 0x0000_FFFF_0000_0000

    init(high: UInt64, low: UInt64, scope: UInt32 = 0, port: UInt16) {
        self.high = high
        self.low = low
        self.scope = scope
        self.port = port
    }

    /// Joins an address and a port.
    public init(_ address: IPAddress, port: UInt16) {
        let low = address.family == .v4 ? Self.mappedPrefix | address.low : address.low
        self.init(high: address.high, low: low, port: port)
    }

    /// Takes an address and port as SDP gives them.
    init(_ address: TransportAddress) {
        self.init(address.address, port: address.port)
    }

    /// The address without the port.
    public var address: IPAddress {
        isIPv4 ? IPAddress(v4: UInt32(truncatingIfNeeded: low)) : IPAddress(v6: high, low)
    }

    init(_ address: in6_addr, scope: UInt32, port: UInt16) {
        var address = address
        let halves = withUnsafeBytes(of: &address) { bytes in
            (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(
            high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1), scope: scope, port: port)
    }

    /// Whether the address is an IPv4 one.
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Whether the address is all zeros: of any interface, of nobody in particular.
    public var isUnspecified: Bool {
        isIPv4 ? low & 0xFFFF_FFFF == 0 : high == 0 && low == 0
    }

    /// Whether packets may be sent there at all: neither unspecified, multicast, broadcast nor without a port.
    public var isUnicast: Bool {
        guard port != 0, !isUnspecified else { return false }
        if isIPv4 {
            let first = (low >> 24) & 0xFF
            return first != 0 && first < 224
        }
        return high >> 56 != 0xFF
    }

    /// Whether both are the same host, whatever the ports.
    public func isSameHost(as other: SocketAddress) -> Bool {
        high == other.high && low == other.low
    }

    /// The same host with another port.
    public func with(port: UInt16) -> SocketAddress {
        var copy = self
        copy.port = port
        return copy
    }

    private var networkAddress: in6_addr {
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return address
    }

    /// The address as the kernel takes it, in the family of the socket that it is used with.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        if isIPv4 {
            var address = ipv4
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var address = ipv6
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    /// The address for an IPv4 socket.
    var ipv4: sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(truncatingIfNeeded: low).bigEndian
        return address
    }

    /// The address for an IPv6 socket.
    var ipv6: sockaddr_in6 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_addr = networkAddress
        address.sin6_scope_id = scope
        return address
    }

    /// Reads the address that the kernel wrote; nil for another family.
    init?(_ storage: UnsafeRawPointer, length: socklen_t) {
        guard length >= socklen_t(MemoryLayout<sockaddr_in>.size) else { return nil }
        switch Int32(storage.load(as: sa_family_t.self)) {
        case AF_INET:
            let address = storage.load(as: sockaddr_in.self)
            self.init(
                high: 0, low: Self.mappedPrefix | UInt64(UInt32(bigEndian: address.sin_addr.s_addr)),
                port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            guard length >= socklen_t(MemoryLayout<sockaddr_in6>.size) else { return nil }
            let address = storage.load(as: sockaddr_in6.self)
            self.init(
                address.sin6_addr, scope: address.sin6_scope_id, port: UInt16(bigEndian: address.sin6_port))
        default:
            return nil
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// The address as `host:port` or `[host]:port`.
    public var description: String {
        isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
