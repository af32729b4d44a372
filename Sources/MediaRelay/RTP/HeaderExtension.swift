/// One element of a header extension in the layouts of RFC 8285.
public struct HeaderExtensionElement: Equatable, Sendable {
    /// The local identifier that `a=extmap` bound to a meaning: 1 to 14 (one-byte layout) or 1 to 255 (two-byte layout).
    public var identifier: UInt8
    /// Where the element's data stands in the packet.
    public var range: Range<Int>
}

/// Walks over the elements of a packet's header extension (RFC 8285), both layouts; any other profile has none.
///
/// A broken element ends the walk, since what follows it cannot be trusted.
public struct HeaderExtensionIterator: Sendable {
    private var offset: Int
    private let end: Int
    private let hasTwoByteHeaders: Bool

    /// Begins at the first element of the packet whose header was parsed.
    @inline(__always)
    public init(_ header: RTPHeader) {
        offset = header.extensionRange.lowerBound
        switch header.extensionProfile {
        case 0xBEDE:
            hasTwoByteHeaders = false
            end = header.extensionRange.upperBound
        case .some(let profile) where profile & 0xfff0 == 0x1000:
            hasTwoByteHeaders = true
            end = header.extensionRange.upperBound
        default:
            hasTwoByteHeaders = false
            end = offset
        }
    }

    /// The next element, or nil at the end.
    @inline(__always)
    public mutating func next(in packet: borrowing RawSpan) -> HeaderExtensionElement? {
        while offset < end {
            let first = packet.byte(at: offset)
            // A zero byte is padding in both layouts.
            if first == 0 {
                offset += 1
                continue
            }
            let identifier: UInt8
            let start: Int
            let length: Int
            if hasTwoByteHeaders {
                guard offset + 1 < end else { break }
                identifier = first
                start = offset + 2
                length = Int(packet.byte(at: offset + 1))
            } else {
                identifier = first >> 4
                // Fifteen is reserved: processing stops there. Zero with a length is malformed.
                guard identifier != 15, identifier != 0 else { break }
                start = offset + 1
                length = Int(first & 0x0f) + 1
            }
            guard start + length <= end else { break }
            offset = start + length
            return HeaderExtensionElement(identifier: identifier, range: start..<start + length)
        }
        offset = end
        return nil
    }
}

extension RTPHeader {
    /// Where the data of the extension element with `identifier` stands in `packet`; nil when it is not there.
    @inline(__always)
    public func extensionElement(_ identifier: UInt8, in packet: borrowing RawSpan) -> Range<Int>? {
        var elements = HeaderExtensionIterator(self)
        while let element = elements.next(in: packet) {
            if element.identifier == identifier { return element.range }
        }
        return nil
    }
}
