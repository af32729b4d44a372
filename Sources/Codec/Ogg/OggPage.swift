internal import COgg

/// A copy of the page being read, and how far its segments have been taken.
struct OggPage {
    /// The body of the page.
    private(set) var bytes: [UInt8] = []
    private(set) var serial: UInt32 = 0
    private(set) var sequence: UInt32 = 0
    private(set) var granulePosition: Int64 = -1
    private(set) var isFirst = false
    private(set) var isLast = false
    private(set) var isContinued = false

    private var segments: [UInt8] = []
    private var nextSegment = 0
    private var offset = 0
    private var lastEnd = -1

    /// A stretch of the body that belongs to one packet.
    struct Part {
        var range: Range<Int>
        /// Whether the packet ends here, not on a later page.
        var endsPacket: Bool
        /// Whether it is the last packet that ends on this page: the one the granule position is for.
        var isLastEnd: Bool
    }

    var hasMore: Bool { nextSegment < segments.count }

    /// Copies a page that libogg has found, its checksum being right.
    mutating func load(_ raw: ogg_page) {
        var page = raw
        serial = UInt32(bitPattern: ogg_page_serialno(&page))
        sequence = UInt32(truncatingIfNeeded: ogg_page_pageno(&page))
        granulePosition = ogg_page_granulepos(&page)
        isFirst = ogg_page_bos(&page) != 0
        isLast = ogg_page_eos(&page) != 0
        isContinued = ogg_page_continued(&page) != 0
        bytes.removeAll(keepingCapacity: true)
        segments.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: UnsafeBufferPointer(start: raw.body, count: raw.body_len))
        if raw.header_len > 27, let header = raw.header {
            segments.append(contentsOf: UnsafeBufferPointer(start: header + 27, count: raw.header_len - 27))
        }
        nextSegment = 0
        offset = 0
        lastEnd = segments.lastIndex { $0 < 255 } ?? -1
    }

    mutating func takePart() -> Part {
        let start = offset
        var endsPacket = false
        var index = nextSegment
        while index < segments.count, !endsPacket {
            offset += Int(segments[index])
            endsPacket = segments[index] < 255
            index += 1
        }
        nextSegment = index
        offset = min(offset, bytes.count)
        return Part(range: start..<offset, endsPacket: endsPacket, isLastEnd: endsPacket && index - 1 == lastEnd)
    }

    /// Leaves out the rest of a packet whose beginning is missing.
    mutating func skipToNextPacket() {
        _ = takePart()
    }

    mutating func skipAll() {
        nextSegment = segments.count
    }
}
