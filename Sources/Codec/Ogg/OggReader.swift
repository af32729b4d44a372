internal import COgg

/// Takes an Ogg physical stream (RFC 3533) apart into the packets of its logical streams.
///
/// Bytes are fed in as they arrive; memory stays bounded whatever they are. Damage is reported and read over. Chained
/// and multiplexed streams are followed.
public struct OggReader: ~Copyable {
    /// What the bytes fed so far hold.
    public enum Event: Sendable, Equatable {
        /// A logical stream begins; its first packet follows.
        case streamBegan(serial: UInt32)
        /// A packet is whole; its bytes are in ``OggReader/packet`` until the next call.
        case packet(OggPacket)
        /// Something is missing or broken.
        case damage(OggDamage)
        /// The stream's last page has been read.
        case streamEnded(serial: UInt32)
    }

    /// Limits on what untrusted bytes may make the reader keep.
    public struct Limits: Sendable {
        /// Longest packet in bytes; longer ones are dropped and reported.
        public var packetSize = 4 << 20
        /// Logical streams open at a time; pages of further ones are dropped and reported.
        public var streams = 32

        /// The defaults: packets of 4 MiB, 32 streams.
        public init() {}
    }

    /// The bytes of the packet last returned.
    public private(set) var packet: [UInt8] = []

    /// The granule positions that are believed; beyond them sums would overflow.
    private static let positions = 0..<(Int64(1) << 61)

    private let sync: UnsafeMutablePointer<ogg_sync_state>
    private let limits: Limits
    private var streams: [UInt32: OggLogicalStream] = [:]
    private var page = OggPage()
    private var pending: [Event] = []
    private var isFinished = false
    private var skippedBytes = 0
    private var skippedBadChecksum = false

    /// A reader at the start of a file.
    public init(limits: Limits = Limits()) {
        sync = .allocate(capacity: 1)
        ogg_sync_init(sync)
        self.limits = limits
    }

    deinit {
        ogg_sync_clear(sync)
        sync.deallocate()
    }

    /// Adds bytes. Call ``next()`` until it returns nil before feeding more: what is not consumed is kept.
    public mutating func feed(_ bytes: RawSpan) throws(CodecError) {
        let count = bytes.byteCount
        guard count > 0 else { return }
        guard let room = ogg_sync_buffer(sync, count) else { throw .outOfMemory }
        bytes.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(start: room, count: count).copyMemory(from: source)
        }
        ogg_sync_wrote(sync, count)
    }

    /// Says that no more bytes will come, so that a page that was cut off is reported.
    public mutating func finish() {
        isFinished = true
    }

    /// The next event, nil when more bytes are needed (after ``finish()``: at the end).
    public mutating func next() -> Event? {
        while true {
            if let event = pending.popLast() { return event }
            if page.hasMore {
                if let event = nextPacket() { return event }
                continue
            }
            guard readPage() else {
                if !pending.isEmpty { continue }
                return nil
            }
        }
    }

    // MARK: - Pages

    /// Reads pages until one is there; false when bytes run out.
    private mutating func readPage() -> Bool {
        var raw = ogg_page()
        while true {
            let startsWithCapture = startsWithCapturePattern
            let length = ogg_sync_pageseek(sync, &raw)
            if length < 0 {
                skippedBytes -= length
                skippedBadChecksum = skippedBadChecksum || startsWithCapture
                continue
            }
            guard length > 0 else {
                if isFinished { reportEnd() }
                return false
            }
            reportSkipped()
            page.load(raw)
            beginPage()
            return true
        }
    }

    private var startsWithCapturePattern: Bool {
        let unread = Int(sync.pointee.fill - sync.pointee.returned)
        guard unread >= 4, let data = sync.pointee.data else { return false }
        let start = UnsafeRawPointer(data + Int(sync.pointee.returned))
        return start.loadUnaligned(as: UInt32.self) == UInt32(littleEndian: 0x5367_674F)
    }

    private mutating func reportSkipped() {
        guard skippedBytes > 0 else { return }
        pending.append(.damage(.skippedBytes(skippedBytes, badChecksum: skippedBadChecksum)))
        skippedBytes = 0
        skippedBadChecksum = false
    }

    private mutating func reportEnd() {
        let rest = Int(sync.pointee.fill - sync.pointee.returned)
        if rest > 0 {
            skippedBytes += rest
            ogg_sync_reset(sync)
        }
        reportSkipped()
        let open = streams.keys.sorted()
        if !open.isEmpty {
            pending.insert(contentsOf: open.map { .damage(.truncated(serial: $0)) }, at: 0)
            streams.removeAll()
        }
    }

    /// Looks at the new page's place in its stream. Events are put in reverse, since `pending` is taken from the end.
    private mutating func beginPage() {
        var events: [Event] = []
        var stream: OggLogicalStream
        if let known = streams[page.serial], !page.isFirst {
            stream = known
            let expected = stream.nextSequence
            if page.sequence == expected &- 1 {
                events.append(.damage(.repeatedPage(serial: page.serial)))
                page.skipAll()
            } else if page.sequence != expected {
                let missing = page.sequence &- expected
                events.append(.damage(.missingPages(serial: page.serial, count: Int(min(missing, 1 << 20)))))
                stream.partial.removeAll(keepingCapacity: true)
                stream.isInPacket = false
                stream.isAfterGap = true
            }
        } else {
            if streams[page.serial] == nil, streams.count >= limits.streams {
                events.append(.damage(.tooManyStreams))
                page.skipAll()
                pending.append(contentsOf: events.reversed())
                return
            }
            stream = OggLogicalStream()
            stream.isAfterGap = !page.isFirst
            events.append(.streamBegan(serial: page.serial))
            if !page.isFirst { events.append(.damage(.missingPages(serial: page.serial, count: 1))) }
        }
        stream.nextSequence = page.sequence &+ 1
        if page.isContinued, !stream.isInPacket {
            if !stream.isAfterGap { events.append(.damage(.brokenPacket(serial: page.serial))) }
            page.skipToNextPacket()
        } else if !page.isContinued, stream.isInPacket {
            events.append(.damage(.brokenPacket(serial: page.serial)))
            stream.partial.removeAll(keepingCapacity: true)
            stream.isInPacket = false
        }
        streams[page.serial] = stream
        pending.append(contentsOf: events.reversed())
        if !page.hasMore { endPage() }
    }

    private mutating func endPage() {
        guard page.isLast else { return }
        streams[page.serial] = nil
        pending.insert(.streamEnded(serial: page.serial), at: 0)
    }

    // MARK: - Packets

    /// Takes the next packet from the page, nil where the rest of the page belongs to one that goes on.
    private mutating func nextPacket() -> Event? {
        let serial = page.serial
        guard var stream = streams.removeValue(forKey: serial) else {
            page.skipAll()
            return nil
        }
        let part = page.takePart()
        let size = stream.partial.count + part.range.count
        var event: Event?
        if size > limits.packetSize {
            if !stream.isOversized { event = .damage(.oversizedPacket(serial: serial)) }
            stream.isOversized = true
            stream.partial.removeAll(keepingCapacity: false)
        } else if !stream.isOversized {
            stream.partial.append(contentsOf: page.bytes[part.range])
        }
        stream.isInPacket = !part.endsPacket
        if part.endsPacket {
            if !stream.isOversized {
                swap(&packet, &stream.partial)
                event = .packet(
                    OggPacket(
                        serial: serial, index: stream.packetCount,
                        granulePosition: part.isLastEnd && Self.positions.contains(page.granulePosition)
                            ? page.granulePosition : nil,
                        isLastOfStream: part.isLastEnd && page.isLast, followsGap: stream.isAfterGap))
                stream.isAfterGap = false
            } else {
                stream.isAfterGap = true
            }
            stream.partial.removeAll(keepingCapacity: true)
            stream.packetCount += 1
            stream.isOversized = false
        }
        streams[serial] = stream
        if !page.hasMore { endPage() }
        return event
    }
}

/// What is known of one logical stream.
private struct OggLogicalStream {
    var nextSequence: UInt32 = 0
    var partial: [UInt8] = []
    var isInPacket = false
    var isAfterGap = false
    var isOversized = false
    var packetCount = 0
}
