/// An IPv4 or IPv6 address. IPv4 is kept as its mapped form (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2), so that an
/// address is the same however the socket showed it.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address's first eight bytes, the first byte highest.
    public let high: UInt64
    /// The address's last eight bytes.
    public let low: UInt64

    /// An IPv6 address by its two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address, the first byte highest.
    public init(v4: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(v4))
    }

    /// Whether it is an IPv4 address.
    public var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Dotted decimal or RFC 4291 text; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count <= 45 else { return nil }
        if let v4 = IPAddress.parseV4(text) {
            self.init(v4: v4)
        } else if let groups = IPAddress.parseV6(text) {
            self.init(
                high: groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) },
                low: groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) })
        } else {
            return nil
        }
    }

    /// Dotted decimal for IPv4; RFC 5952 for IPv6: lower case, no leading zeros, the first of the longest runs of at least two
    /// zeros shortened to `::`.
    public var description: String {
        if isV4 {
            return (0..<4).map { String(low >> (24 - 8 * UInt64($0)) & 0xFF) }.joined(separator: ".")
        }
        let groups = [high, low].flatMap { half in (0..<4).map { half >> (48 - 16 * UInt64($0)) & 0xFFFF } }
        func text(_ part: some Collection<UInt64>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        let run = IPAddress.longestZeros(groups)
        guard run.count >= 2 else { return text(groups) }
        return text(groups[..<run.lowerBound]) + "::" + text(groups[run.upperBound...])
    }

    private static func longestZeros(_ groups: [UInt64]) -> Range<Int> {
        var longest = 0..<0
        var start: Int?
        for index in 0...groups.count {
            if index < groups.count, groups[index] == 0 {
                start = start ?? index
            } else if let first = start {
                if index - first > longest.count { longest = first..<index }
                start = nil
            }
        }
        return longest
    }

    private static func parseV4(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard part.utf8.allSatisfy({ (48...57).contains($0) }), part.utf8.count <= 3, let byte = UInt8(part),
                part.utf8.count == 1 || part.utf8.first != 48
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
        return value
    }

    private static func parseV6(_ text: String) -> [UInt16]? {
        let halves = split(text)
        guard let first = halves.first, halves.count <= 2, let front = groups(first),
            halves.count == 1 || !first.contains(".")
        else { return nil }
        guard halves.count == 2 else { return front.count == 8 ? front : nil }
        guard let back = groups(halves[1]), front.count + back.count <= 7 else { return nil }
        return front + [UInt16](repeating: 0, count: 8 - front.count - back.count) + back
    }

    /// The text before and after `::`.
    private static func split(_ text: String) -> [Substring] {
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == ":", next < text.endIndex, text[next] == ":" {
                return [text[..<index], text[text.index(after: next)...]]
            }
            index = next
        }
        return [text[...]]
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains("."), let v4 = parseV4(String(part)) {
                groups += [UInt16(v4 >> 16), UInt16(v4 & 0xFFFF)]
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal),
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}

/// An IP address or network in CIDR notation.
public struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The first address of the network.
    public let address: IPAddress
    /// How many of the 128 bits (IPv4 counted in its mapped form) are the network's.
    public let prefix: Int

    /// `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`; nil for anything else. Bits beyond the prefix are cleared.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = IPAddress(String(first)) else { return nil }
        var prefix = 128
        if parts.count == 2 {
            let most = address.isV4 ? 32 : 128
            guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let bits = Int(parts[1]), bits <= most else {
                return nil
            }
            prefix = bits + 128 - most
        }
        self.init(address: address, prefix: prefix)
    }

    /// The network of an address, by the number of its 128 bits that count.
    public init(address: IPAddress, prefix: Int) {
        let mask = IPNetwork.mask(prefix)
        self.address = IPAddress(high: address.high & mask.high, low: address.low & mask.low)
        self.prefix = prefix
    }

    /// Whether the address lies in the network.
    public func contains(_ other: IPAddress) -> Bool {
        let mask = IPNetwork.mask(prefix)
        return other.high & mask.high == address.high && other.low & mask.low == address.low
    }

    /// CIDR notation.
    public var description: String {
        "\(address)/\(address.isV4 && prefix >= 96 ? prefix - 96 : prefix)"
    }

    private static func mask(_ prefix: Int) -> (high: UInt64, low: UInt64) {
        // Shifts beyond the width give 0 in Swift, which is what is wanted at both ends.
        (high: UInt64.max << UInt64(max(0, 64 - prefix)), low: UInt64.max << UInt64(min(64, 128 - prefix)))
    }
}
