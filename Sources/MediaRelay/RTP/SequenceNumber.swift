/// An RTP sequence number: 16 bits that wrap around, compared by serial number arithmetic (RFC 1982).
public struct SequenceNumber: Hashable, Sendable {
    /// The number as it stands in the packet.
    public var rawValue: UInt16

    /// A sequence number with the value of the packet's field.
    @inline(__always)
    public init(_ rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The number `count` packets later (earlier, when negative), modulo 65,536.
    @inline(__always)
    public func advanced(by count: Int) -> SequenceNumber {
        SequenceNumber(rawValue &+ UInt16(truncatingIfNeeded: count))
    }

    /// How many packets this number is after `other`: -32,768 to 32,767, negative when it is before.
    @inline(__always)
    public func distance(from other: SequenceNumber) -> Int {
        Int(Int16(bitPattern: rawValue &- other.rawValue))
    }

    /// Whether this number comes after `other` on the shorter way around the circle.
    @inline(__always)
    public func isAfter(_ other: SequenceNumber) -> Bool {
        distance(from: other) > 0
    }
}

extension SequenceNumber: ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// A sequence number written as a literal.
    public init(integerLiteral value: UInt16) {
        self.init(value)
    }

    /// The number in decimal.
    public var description: String { String(rawValue) }
}
