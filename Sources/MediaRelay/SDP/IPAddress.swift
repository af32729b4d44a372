/// An IPv4 or IPv6 address.
public struct IPAddress: Hashable, Sendable {
    /// The address family.
    public enum Family: Hashable, Sendable {
        /// IPv4.
        case v4
        /// IPv6.
        case v6
    }

    /// Whether it is an IPv4 or an IPv6 address.
    public let family: Family
    /// The upper 64 bits of an IPv6 address; 0 in an IPv4 address.
    public let high: UInt64
    /// The lower 64 bits of an IPv6 address; the 32 bits of an IPv4 address.
    public let low: UInt64

    /// The IPv4 address of 32 bits, the first octet in the highest byte.
    public init(v4 bits: UInt32) {
        family = .v4
        high = 0
        low = UInt64(bits)
    }

    /// The IPv6 address of 128 bits.
    public init(v6 high: UInt64, _ low: UInt64) {
        family = .v6
        self.high = high
        self.low = low
    }

    /// 0.0.0.0.
    public static let anyV4 = IPAddress(v4: 0)
    /// 127.0.0.1.
    public static let loopbackV4 = IPAddress(v4: 0x7f00_0001)

    /// Whether this is 0.0.0.0 or ::, which stand for no address in particular.
    public var isUnspecified: Bool { unmapped.high == 0 && unmapped.low == 0 }

    /// Whether this is in 127.0.0.0/8 or is ::1.
    public var isLoopback: Bool {
        let address = unmapped
        return address.family == .v4 ? address.low >> 24 == 127 : address.high == 0 && address.low == 1
    }

    /// Whether this is in 224.0.0.0/4 or ff00::/8, or is the IPv4 broadcast address.
    public var isMulticast: Bool {
        let address = unmapped
        return address.family == .v4
            ? address.low >> 28 == 0xe || address.low == 0xffff_ffff : address.high >> 56 == 0xff
    }

    /// The IPv4 address that an IPv4-mapped IPv6 address (::ffff:0:0/96) stands for; else the address itself.
    public var unmapped: IPAddress {
        guard family == .v6, high == 0, low >> 32 == 0xffff else { return self }
        return IPAddress(v4: UInt32(truncatingIfNeeded: low))
    }
}

extension IPAddress: LosslessStringConvertible {
    /// Reads a dotted quad or the forms of RFC 4291, 2.2, without a zone; nil for anything else, host names included.
    public init?(_ text: String) {
        self.init(Substring(text))
    }

    /// Reads an address from part of a text.
    public init?(_ text: Substring) {
        guard text.utf8.count <= 45 else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let (high, low) = Self.parseV6(text) else { return nil }
            self.init(v6: high, low)
        } else {
            guard let bits = Self.parseV4(text) else { return nil }
            self.init(v4: bits)
        }
    }

    /// A dotted quad, or the text form that RFC 5952 recommends.
    public var description: String {
        switch family {
        case .v4:
            return Self.dotted(UInt32(truncatingIfNeeded: low))
        case .v6:
            if high == 0, low >> 32 == 0xffff { return "::ffff:" + Self.dotted(UInt32(truncatingIfNeeded: low)) }
            return Self.hexadecimal(groups)
        }
    }

    private var groups: [UInt16] {
        (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> UInt64(48 - 16 * ($0 % 4))) }
    }

    private static func dotted(_ bits: UInt32) -> String {
        "\(bits >> 24).\(bits >> 16 & 0xff).\(bits >> 8 & 0xff).\(bits & 0xff)"
    }

    private static func hexadecimal(_ groups: [UInt16]) -> String {
        // The longest run of two or more zero groups becomes "::", the first one of equal length.
        var best = 0..<0
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        func joined(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !best.isEmpty else { return joined(groups[...]) }
        return joined(groups[..<best.lowerBound]) + "::" + joined(groups[best.upperBound...])
    }

    private static func parseV4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            // A leading zero would be octal to some readers.
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ 48...57 ~= $0 }), let octet = UInt8(part),
                part.utf8.count == 1 || part.first != "0"
            else { return nil }
            bits = bits << 8 | UInt32(octet)
        }
        return bits
    }

    private static func parseV6(_ text: Substring) -> (UInt64, UInt64)? {
        var head: [UInt16] = []
        var tail: [UInt16] = []
        var hasGap = false
        var rest = text
        if rest.hasPrefix("::") {
            hasGap = true
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            let group = rest[..<end]
            var values: [UInt16] = []
            if end == rest.endIndex, group.contains(".") {
                guard let bits = parseV4(group) else { return nil }
                values = [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
            } else {
                guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
                    let value = UInt16(group, radix: 16)
                else { return nil }
                values = [value]
            }
            if hasGap { tail += values } else { head += values }
            guard end < rest.endIndex else { break }
            rest = rest[rest.index(after: end)...]
            if rest.first == ":" {
                guard !hasGap else { return nil }
                hasGap = true
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        let count = head.count + tail.count
        guard hasGap ? count < 8 : count == 8 else { return nil }
        let groups = head + [UInt16](repeating: 0, count: 8 - count) + tail
        let high = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return (high, low)
    }
}
