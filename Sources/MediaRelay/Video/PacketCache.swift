/// The last packets of a video track, to be sent again to those who lost them. Its memory is reserved once: as many packets as fit, the oldest giving way.
struct PacketCache {
    private struct Entry {
        var packet: ForwardBuffer.Packet
        /// Where its bytes begin, counted from the first that was ever kept.
        var start: UInt64
    }

    private let bytes: Int
    private var store: ByteStore
    private var entries: [Entry?]
    private var end: UInt64 = 0
    /// Where the last key frame begins, and the newest packet.
    private var keyFrame: UInt64?
    private var newest: UInt64 = 0

    /// Reserves room for `packets` packets (a power of two) of `bytes` bytes in all.
    init(packets: Int = 1_024, bytes: Int = 512 << 10) {
        self.bytes = bytes
        store = ByteStore(capacity: bytes)
        entries = [Entry?](repeating: nil, count: packets)
    }

    /// Reserves room for about three seconds of a stream under a limit, within 64 and 512 KiB.
    init(for limit: FrameGate.Limit) {
        let bytes = min(max(limit.bitrate / 8 * 3, 64 << 10), 512 << 10)
        self.init(packets: bytes > 256 << 10 ? 1_024 : 512, bytes: bytes)
    }

    /// Keeps a packet whose bytes, header included, are `content`.
    mutating func keep(_ packet: ForwardBuffer.Packet, _ content: RawSpan) {
        let length = content.byteCount
        guard length <= bytes else { return }
        // A packet lies in one piece: what is left at the end of the memory stays unused.
        let rest = bytes - Int(end % UInt64(bytes))
        if rest < length { end += UInt64(rest) }
        store.copy(content, to: Int(end % UInt64(bytes)))
        entries[Int(packet.sequence % UInt64(entries.count))] = Entry(packet: packet, start: end)
        if packet.beginsKeyFrame, packet.sequence > newest || keyFrame == nil { keyFrame = packet.sequence }
        newest = max(newest, packet.sequence)
        end += UInt64(length)
    }

    /// The packet of this number and the place of its bytes in what ``read(_:_:)`` lends; nil where it is not kept any more.
    func find(_ sequence: UInt64) -> (packet: ForwardBuffer.Packet, range: Range<Int>)? {
        guard let entry = entries[Int(sequence % UInt64(entries.count))], entry.packet.sequence == sequence,
            end - entry.start <= UInt64(bytes)
        else { return nil }
        let start = Int(entry.start % UInt64(bytes))
        return (entry.packet, start..<start + entry.packet.range.count)
    }

    /// The packets from the last key frame on, all of which are kept; nil where one is missing.
    func groupOfPictures() -> ClosedRange<UInt64>? {
        guard let keyFrame, newest - keyFrame < UInt64(entries.count) else { return nil }
        for sequence in keyFrame...newest where find(sequence) == nil { return nil }
        return keyFrame...newest
    }

    /// Lends the bytes of a packet that was found.
    func read<Result>(_ range: Range<Int>, _ body: (RawSpan) -> Result) -> Result {
        store.read(range, body)
    }
}
