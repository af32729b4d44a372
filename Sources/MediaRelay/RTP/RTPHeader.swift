/// The header of an RTP packet (RFC 3550, 5.1), with the places of what follows it.
///
/// A value of offsets and numbers: reading one allocates nothing, and the payload is what
/// `packet.extracting(header.payload)` gives.
public struct RTPHeader: Equatable, Sendable {
    /// The length of the part that every packet has, in bytes.
    public static let fixedLength = 12

    /// The marker bit; its meaning belongs to the payload format (last packet of a frame, start of a talk spurt).
    public var marker: Bool
    /// The payload type, 0 to 127.
    public var payloadType: UInt8
    /// The packet's number in its stream.
    public var sequenceNumber: SequenceNumber
    /// The sampling instant, in units of the payload's clock rate.
    public var timestamp: UInt32
    /// The synchronization source.
    public var ssrc: UInt32
    /// The number of contributing sources that stand between the fixed header and the extension, 0 to 15.
    public private(set) var contributingSourceCount: Int = 0
    /// The 16 bits that say how the extension is laid out (0xBEDE: one-byte elements); nil without an extension.
    public private(set) var extensionProfile: UInt16?
    /// The bytes of the extension's body, without its four bytes of heading; empty without an extension.
    public private(set) var extensionRange: Range<Int> = 0..<0
    /// The bytes of the payload, padding excluded.
    public private(set) var payload: Range<Int> = 0..<0
    /// The number of padding bytes after the payload, their count byte included.
    public private(set) var paddingLength: Int = 0

    /// The length of the whole header in bytes: where the payload begins.
    public var length: Int { payload.lowerBound }

    /// The header of a packet to be written: without contributing sources, extension and padding.
    public init(
        payloadType: UInt8, sequenceNumber: SequenceNumber, timestamp: UInt32, ssrc: UInt32, marker: Bool = false
    ) {
        self.marker = marker
        self.payloadType = payloadType & 0x7f
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        payload = Self.fixedLength..<Self.fixedLength
    }

    /// The header of a packet of which only the payload is at hand: it stands at `payload` of the bytes given along.
    init(sequenceNumber: SequenceNumber, timestamp: UInt32, marker: Bool, payload: Range<Int>) {
        self.init(payloadType: 0, sequenceNumber: sequenceNumber, timestamp: timestamp, ssrc: 0, marker: marker)
        self.payload = payload
    }

    /// Leaves out the first bytes of the payload, which are a heading of their own; at most all of them.
    mutating func skipPayload(_ bytes: Int) {
        payload = min(payload.lowerBound + bytes, payload.upperBound)..<payload.upperBound
    }

    /// Reads and validates the header of `packet`, a whole datagram (RFC 3550, A.1).
    ///
    /// With `encrypted` the padding is not looked at, because SRTP encrypts it; `payload` then reaches to the end.
    @inline(__always)
    public init(parsing packet: borrowing RawSpan, encrypted: Bool = false) throws(RTPError) {
        let size = packet.byteCount
        guard size >= Self.fixedLength else { throw .truncated }
        let first = packet.byte(at: 0)
        guard first >> 6 == 2 else { throw .unsupportedVersion(first >> 6) }
        let second = packet.byte(at: 1)
        marker = second & 0x80 != 0
        payloadType = second & 0x7f
        sequenceNumber = SequenceNumber(packet.uint16(at: 2))
        timestamp = packet.uint32(at: 4)
        ssrc = packet.uint32(at: 8)
        contributingSourceCount = Int(first & 0x0f)

        var start = Self.fixedLength + 4 * contributingSourceCount
        if first & 0x10 != 0 {
            guard size >= start + 4 else { throw .truncated }
            extensionProfile = packet.uint16(at: start)
            let end = start + 4 + 4 * Int(packet.uint16(at: start + 2))
            guard size >= end else { throw .truncated }
            extensionRange = start + 4..<end
            start = end
        }
        guard size >= start else { throw .truncated }
        var end = size
        if first & 0x20 != 0, !encrypted {
            paddingLength = Int(packet.byte(at: size - 1))
            guard paddingLength > 0, paddingLength <= size - start else { throw .invalidPadding }
            end -= paddingLength
        }
        payload = start..<end
    }

    /// The contributing source at `index`, which is less than `contributingSourceCount`, of the packet that this header
    /// was read from.
    @inline(__always)
    public func contributingSource(at index: Int, in packet: borrowing RawSpan) -> UInt32 {
        precondition(index >= 0 && index < contributingSourceCount, "no such contributing source")
        return packet.uint32(at: Self.fixedLength + 4 * index)
    }
}
