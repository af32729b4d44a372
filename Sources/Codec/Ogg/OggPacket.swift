/// A packet's place in its logical stream.
public struct OggPacket: Sendable, Equatable {
    /// The logical stream's number.
    public let serial: UInt32
    /// How many packets of the stream were read before this one.
    public let index: Int
    /// The page's granule position, with the last packet that ends on a page.
    public let granulePosition: Int64?
    /// Whether the stream ends with this packet.
    public let isLastOfStream: Bool
    /// Whether packets before this one are missing.
    public let followsGap: Bool
}

/// What can be wrong with an Ogg file. None of it stops the reading.
public enum OggDamage: Sendable, Equatable {
    /// So many bytes belong to no page; with `badChecksum` there was a page among them whose checksum is wrong, or
    /// that the end of the file cuts off.
    case skippedBytes(Int, badChecksum: Bool)
    /// Pages of the stream are missing.
    case missingPages(serial: UInt32, count: Int)
    /// A page came twice and was left out once.
    case repeatedPage(serial: UInt32)
    /// A packet lacks its beginning or its end.
    case brokenPacket(serial: UInt32)
    /// A packet is longer than the limit and was left out.
    case oversizedPacket(serial: UInt32)
    /// More logical streams at a time than the limit; this page was left out.
    case tooManyStreams
    /// The file ends before the stream does.
    case truncated(serial: UInt32)
}
