/// Puts the packets of a Theora stream together from RTP payloads, given in the order of their sequence numbers.
///
/// Whole packets are handed out where they lie; parts are gathered in a buffer that is used again and again. A packet of which
/// a part is missing is dropped.
public struct TheoraDepacketizer: Sendable {
    /// The most bytes that a packet of Theora may have.
    public let maximumLength: Int
    /// Packets given up because of a missing part or their length.
    public private(set) var dropped: UInt64 = 0
    private var buffer: [UInt8] = []
    private var assembling: TheoraPayloadHeader?
    private var expected: SequenceNumber?

    /// A depacketizer that drops packets over `maximumLength` bytes.
    public init(maximumLength: Int = 2 << 20) {
        self.maximumLength = maximumLength
    }

    /// Whether a packet of pictures can be decoded without any before it. An empty one repeats the picture before.
    @inline(__always)
    public static func isKeyFrame(_ data: borrowing RawSpan) -> Bool {
        data.byteCount > 0 && data.byte(at: 0) & 0xc0 == 0
    }

    /// Takes the payload of the packet with `header`, where `packet` is the packet's bytes, and calls `body` with each
    /// packet of Theora that is whole. The header given there says its kind and which configuration it is of.
    public mutating func receive(
        _ header: RTPHeader, _ packet: borrowing RawSpan, _ body: (TheoraPayloadHeader, RawSpan) -> Void
    ) throws(RTPError) {
        let follows = expected == nil || expected == header.sequenceNumber
        expected = header.sequenceNumber.advanced(by: 1)
        if !follows { abandon() }
        guard !header.payload.isEmpty else { return }
        let payload = packet.extracting(header.payload)
        do throws(RTPError) {
            let head = try TheoraPayloadHeader(parsing: payload)
            if head.fragment == .whole {
                abandon()
                try handOut(head, payload, body)
            } else {
                try gather(head, payload, body)
            }
        } catch {
            abandon()
            throw error
        }
    }

    private func handOut(
        _ head: TheoraPayloadHeader, _ payload: RawSpan, _ body: (TheoraPayloadHeader, RawSpan) -> Void
    ) throws(RTPError) {
        var offset = TheoraPayloadHeader.length
        for _ in 0..<head.count {
            let data = try Self.data(payload, &offset)
            body(head, payload.extracting(data))
        }
    }

    private mutating func gather(
        _ head: TheoraPayloadHeader, _ payload: RawSpan, _ body: (TheoraPayloadHeader, RawSpan) -> Void
    ) throws(RTPError) {
        guard payload.byteCount >= TheoraPayloadHeader.length + 2 else { throw .truncated }
        // A part reaches to the end of its payload, whatever its length says: GStreamer does not count the heading of packed headers.
        let data = TheoraPayloadHeader.length + 2..<payload.byteCount
        if head.fragment == .start {
            abandon()
            assembling = head
        }
        guard let first = assembling else { return }
        guard first.kind == head.kind, first.identifier == head.identifier,
            buffer.count + data.count <= maximumLength
        else {
            abandon()
            return
        }
        payload.extracting(data).withUnsafeBytes { buffer.append(contentsOf: $0) }
        guard head.fragment == .end else { return }
        body(first, buffer.span.bytes)
        reset()
    }

    /// The place of the data behind a length of two bytes, past which `offset` moves.
    private static func data(_ payload: RawSpan, _ offset: inout Int) throws(RTPError) -> Range<Int> {
        guard payload.byteCount - offset >= 2 else { throw .truncated }
        let start = offset + 2
        let end = start + Int(payload.uint16(at: offset))
        guard end <= payload.byteCount else { throw .truncated }
        offset = end
        return start..<end
    }

    private mutating func abandon() {
        if assembling != nil { dropped += 1 }
        reset()
    }

    private mutating func reset() {
        assembling = nil
        buffer.removeAll(keepingCapacity: true)
    }
}
