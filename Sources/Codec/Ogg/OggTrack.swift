/// One logical stream of a file: its headers, and packets that wait for the time of their page.
struct OggTrack {
    enum Outcome {
        case nothing
        /// Packets can be taken.
        case ready
        /// Packets can be taken; their granule position contradicts what they hold.
        case readyWithBadTime
        case badHeader
        case badPacket
    }

    private struct Entry {
        var range: Range<Int>
        var start: Int64
        var duration: Int64
        var isKeyFrame: Bool
        var followsGap: Bool
    }

    let id: Int
    private(set) var headers: [[UInt8]] = []

    private var mapping: OggMapping?
    private var comment: VorbisComment?
    private var isUnknown = false
    private var isAnnounced = false
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    private var taken = 0
    /// Entries before this one have their times.
    private var timed = 0
    /// Where the next packet begins, if nothing is missing in between.
    private var position: Int64?
    private var gapPending = false

    private static let maximumWaitingBytes = 16 << 20
    private static let maximumHeaderBytes = 1 << 20

    init(id: Int) {
        self.id = id
    }

    /// Takes a packet in.
    mutating func take(_ packet: RawSpan, _ info: OggPacket) -> Outcome {
        guard !isUnknown else { return .nothing }
        guard let mapping else { return takeFirst(packet, info) }
        if mapping.isHeader(packet, index: info.index), entries.isEmpty, position == nil {
            return takeHeader(packet, info, mapping)
        }
        if mapping.needsAllHeaders, headers.count < mapping.headerCount {
            isUnknown = true
            return .badHeader
        }
        if info.followsGap { gapPending = true }
        guard let duration = mapping.duration(packet) else {
            // What cannot be a packet still ends a page: those before it get their times.
            if info.granulePosition != nil { timeWithoutGranule() }
            gapPending = true
            return .badPacket
        }
        if taken == entries.count { clear() }
        let start = bytes.count
        packet.withUnsafeBytes { bytes.append(contentsOf: $0) }
        entries.append(
            Entry(
                range: start..<bytes.count, start: 0, duration: duration, isKeyFrame: mapping.isKeyFrame(packet),
                followsGap: gapPending))
        gapPending = false
        if let granule = info.granulePosition {
            return time(endingAt: mapping.end(at: granule), isLast: info.isLastOfStream, mapping)
                ? .ready : .readyWithBadTime
        }
        if bytes.count > Self.maximumWaitingBytes || entries.count > 4096 {
            timeWithoutGranule()
            return .ready
        }
        return .nothing
    }

    private mutating func takeFirst(_ packet: RawSpan, _ info: OggPacket) -> Outcome {
        guard !info.followsGap, let found = OggMapping(firstPacket: packet) else {
            isUnknown = true
            return .nothing
        }
        mapping = found
        keepHeader(packet)
        return .nothing
    }

    private mutating func takeHeader(_ packet: RawSpan, _ info: OggPacket, _ mapping: OggMapping) -> Outcome {
        let size = headers.reduce(0) { $0 + $1.count }
        guard size + packet.byteCount <= Self.maximumHeaderBytes, headers.count < 32 else {
            isUnknown = true
            return .badHeader
        }
        keepHeader(packet)
        if comment == nil { comment = mapping.comment(packet, index: info.index) }
        return .nothing
    }

    /// The track, once, when its headers are complete or it is known to be of no use.
    mutating func announcement() -> MediaTrack? {
        guard !isAnnounced else { return nil }
        if isUnknown {
            isAnnounced = true
            return MediaTrack(id: id, format: .unknown)
        }
        guard let mapping, headers.count >= mapping.headerCount || !entries.isEmpty else { return nil }
        isAnnounced = true
        return MediaTrack(id: id, format: mapping.format, comment: comment, headers: headers)
    }

    private mutating func keepHeader(_ packet: RawSpan) {
        headers.append(packet.withUnsafeBytes { Array($0) })
    }

    /// Gives the waiting packets their times; false where the end lies before what they hold.
    private mutating func time(endingAt end: Int64, isLast: Bool, _ mapping: OggMapping) -> Bool {
        let total = entries.reduce(0) { $0 + $1.duration }
        let hasGap = entries.contains { $0.followsGap }
        let expected = hasGap ? nil : position ?? (isLast ? mapping.firstStart : nil)
        var isSound = true
        var start = end - total
        if let expected, end < expected + total {
            // The end is trimmed in the last page; anywhere else the times are wrong.
            start = expected
            isSound = isLast && end >= expected
        }
        let bound = isLast && isSound ? end : Int64.max
        for index in entries.indices {
            entries[index].start = start
            let next = start + entries[index].duration
            entries[index].duration = max(0, min(next, bound) - start)
            start = next
        }
        position = max(end, min(start, bound))
        timed = entries.count
        return isSound
    }

    /// Gives the waiting packets times that follow those before.
    mutating func timeWithoutGranule() {
        guard let mapping else { return }
        var start = position ?? mapping.firstStart
        for index in timed..<entries.count {
            entries[index].start = start
            start += entries[index].duration
        }
        position = start
        timed = entries.count
    }

    /// The next packet that has its time.
    mutating func takePacket(into packet: inout [UInt8]) -> MediaPacket? {
        guard taken < timed else {
            if taken == entries.count { clear() }
            return nil
        }
        let entry = entries[taken]
        taken += 1
        packet.removeAll(keepingCapacity: true)
        packet.append(contentsOf: bytes[entry.range])
        return MediaPacket(
            track: id, start: entry.start, duration: entry.duration, isKeyFrame: entry.isKeyFrame,
            followsGap: entry.followsGap)
    }

    private mutating func clear() {
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        taken = 0
        timed = 0
    }
}
