/// The packets of one video track that arrived together, as they will be sent: header and payload, one after the other, and the runs of them that one call can send.
struct ForwardBuffer {
    /// One packet.
    struct Packet {
        var range: Range<Int>
        var sequence: UInt64
        var timestamp: UInt32
        var marker: Bool
        var beginsKeyFrame: Bool
    }

    /// The kernel takes at most so many segments and bytes in one call.
    private static let mostSegments = 64
    private static let mostBytes = 60_000

    private(set) var packets: [Packet] = []
    private(set) var bytes = ByteStore(capacity: 64 * 1_600)
    private var end = 0

    /// Whether nothing waits.
    var isEmpty: Bool { packets.isEmpty }

    /// The index of the first packet that begins a key frame.
    var firstKeyFrame: Int? { packets.firstIndex(where: \.beginsKeyFrame) }

    /// Adds a packet: a plain header, to be filled in for each receiver, and the payload.
    ///
    /// - Parameter theora: the number of the configuration that its data belongs to, where it is Theora's.
    mutating func append(
        _ header: RTPHeader, sequence: UInt64, payload: RawSpan, beginsKeyFrame: Bool, theora: UInt32? = nil
    ) {
        let length = RTPHeader.fixedLength + payload.byteCount
        if end + length > bytes.capacity { bytes.grow(to: max(end + length, bytes.capacity * 2)) }
        bytes.copy(payload, to: end + RTPHeader.fixedLength)
        if let theora {
            bytes.write(end + RTPHeader.fixedLength..<end + length) { $0.store(uint24: theora, at: 0) }
        }
        packets.append(
            Packet(
                range: end..<end + length, sequence: sequence, timestamp: header.timestamp, marker: header.marker,
                beginsKeyFrame: beginsKeyFrame))
        end += length
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

    /// Forgets the packets and keeps the memory.
    mutating func removeAll() {
        packets.removeAll(keepingCapacity: true)
        end = 0
    }
}
