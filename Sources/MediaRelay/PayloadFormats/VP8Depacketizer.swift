/// Puts VP8 frames together from RTP payloads (RFC 7741, 4.5), given in the order of their sequence numbers.
///
/// A frame of which a packet is missing is dropped. The frame's bytes live in one buffer that is used again and again, so
/// that nothing is allocated once it has grown to the largest frame.
public struct VP8Depacketizer: Sendable {
    /// What came of a payload.
    public enum Result: Equatable, Sendable {
        /// The frame goes on, or the payload belongs to none that can be completed.
        case incomplete
        /// The frame is complete and stands in `frame`.
        case complete(isKeyFrame: Bool)
    }

    /// The most bytes that a frame may have.
    public let maximumFrame: Int
    /// The bytes of the frame that was completed last, until the next payload is given.
    public private(set) var frame: [UInt8] = []
    /// Frames given up because of a missing packet or their size.
    public private(set) var droppedFrames: UInt64 = 0
    /// The descriptor of the first packet of the frame that stands in `frame`.
    public private(set) var descriptor = VP8Descriptor()
    private var timestamp: UInt32 = 0
    private var expected: SequenceNumber?
    private var isAssembling = false
    private var isFinished = false

    /// A depacketizer that drops frames over `maximumFrame` bytes.
    public init(maximumFrame: Int = 2 << 20) {
        self.maximumFrame = maximumFrame
    }

    /// Takes the payload of the packet with `header`, where `packet` is the packet's bytes.
    public mutating func receive(_ header: RTPHeader, _ packet: borrowing RawSpan) throws(RTPError) -> Result {
        let follows = expected == nil || expected == header.sequenceNumber
        expected = header.sequenceNumber.advanced(by: 1)
        if isFinished { reset() }
        if isAssembling, !follows || header.timestamp != timestamp { abandon() }
        // Packets that are only padding keep the sequence going.
        guard !header.payload.isEmpty else { return .incomplete }
        let payload = packet.extracting(header.payload)
        let descriptor: VP8Descriptor
        do throws(RTPError) {
            descriptor = try VP8Descriptor(parsing: payload)
        } catch {
            if isAssembling { abandon() }
            throw error
        }
        if isAssembling, descriptor.startsFrame { abandon() }
        if !isAssembling {
            guard descriptor.startsFrame else { return .incomplete }
            isAssembling = true
            timestamp = header.timestamp
            self.descriptor = descriptor
        }
        let data = payload.extracting(descriptor.length..<payload.byteCount)
        guard frame.count + data.byteCount <= maximumFrame else {
            abandon()
            return .incomplete
        }
        data.withUnsafeBytes { frame.append(contentsOf: $0) }
        guard header.marker else { return .incomplete }
        isFinished = true
        isAssembling = false
        return .complete(isKeyFrame: frame.first.map { $0 & 1 == 0 } ?? false)
    }

    private mutating func abandon() {
        droppedFrames += 1
        reset()
    }

    private mutating func reset() {
        isAssembling = false
        isFinished = false
        frame.removeAll(keepingCapacity: true)
    }
}
