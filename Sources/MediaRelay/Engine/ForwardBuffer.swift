/// The packets of one video track that arrived together, as they will be sent: header and payload, one after the other, and the runs of them that one call can send.
struct ForwardBuffer {
    /// One packet.
    struct Packet {
        var range: Range<Int>
        var sequence: UInt64
        var timestamp: UInt32
        var marker: Bool
        var beginsKeyFrame: Bool
        /// Its place among frames and layers, where it is VP8.
        var descriptor = VP8Descriptor()
    }

    /// The kernel takes at most so many segments and bytes in one call.
    private static let mostSegments = 64
    private static let mostBytes = 60_000

    private(set) var packets: [Packet] = []
    private(set) var bytes: ByteStore
    private var end = 0

    /// Reserves room for `capacity` bytes.
    init(capacity: Int = 64 * 1_600) {
        bytes = ByteStore(capacity: capacity)
    }

    /// Whether nothing waits.
    var isEmpty: Bool { packets.isEmpty }

    /// Bytes that are kept.
    var byteCount: Int { end }

    /// The index of the first packet that begins a key frame.
    var firstKeyFrame: Int? { packets.firstIndex(where: \.beginsKeyFrame) }

    /// Adds a packet: room for a plain header, to be filled in for each receiver, and the payload. Its range is set here.
    mutating func append(_ packet: Packet, payload: RawSpan) {
        let length = RTPHeader.fixedLength + payload.byteCount
        if end + length > bytes.capacity { bytes.grow(to: max(end + length, bytes.capacity * 2)) }
        bytes.copy(payload, to: end + RTPHeader.fixedLength)
        var packet = packet
        packet.range = end..<end + length
        packets.append(packet)
        end += length
    }

    /// Adds a packet under the numbers that `shift` gives it.
    mutating func append(_ packet: Packet, shift: PacketMap.Shift, payload: RawSpan) {
        var packet = packet
        packet.sequence &-= shift.sequence
        append(packet, payload: payload)
        guard let pictureID = packet.descriptor.pictureID, shift.pictureID != 0, let range = packets.last?.range else {
            return
        }
        let moved = (pictureID &- shift.pictureID) & (packet.descriptor.hasLongPictureID ? 0x7FFF : 0x7F)
        let index = (packet.descriptor.baseLayerIndex ?? 0) &- shift.baseLayerIndex
        bytes.write(range) { bytes in
            packet.descriptor.rewrite(
                pictureID: moved, baseLayerIndex: index, in: &bytes, payloadAt: RTPHeader.fixedLength)
        }
        packets[packets.count - 1].descriptor.pictureID = moved
        if packet.descriptor.baseLayerIndex != nil { packets[packets.count - 1].descriptor.baseLayerIndex = index }
    }

    /// The end of the run that begins with packet `first`: equal sizes, but that the last may be shorter.
    func endOfRun(from first: Int) -> Int {
        let size = packets[first].range.count
        var last = first + 1
        var total = size
        while last < packets.count, last - first < Self.mostSegments {
            let next = packets[last].range.count
            guard next <= size, total + next <= Self.mostBytes else { break }
            total += next
            last += 1
            if next < size { break }
        }
        return last
    }

    /// Forgets the first packets and moves the others to the front.
    mutating func removeFirst(_ count: Int) {
        guard count < packets.count else {
            removeAll()
            return
        }
        let start = packets[count].range.lowerBound
        bytes.move(start..<end, to: 0)
        packets.removeFirst(count)
        for index in packets.indices {
            packets[index].range = packets[index].range.lowerBound - start..<packets[index].range.upperBound - start
        }
        end -= start
    }

    /// Forgets the packets and keeps the memory.
    mutating func removeAll() {
        packets.removeAll(keepingCapacity: true)
        end = 0
    }
}
