/// One stream of a media file.
public struct MediaTrack: Sendable, Equatable {
    /// Counts the tracks of the file from 0.
    public let id: Int
    /// What the track holds.
    public let format: MediaFormat
    /// The comments that came with it.
    public let comment: VorbisComment?
    /// The header packets as they came: what a Theora decoder is set up with.
    public let headers: [[UInt8]]

    /// A track.
    public init(id: Int, format: MediaFormat, comment: VorbisComment? = nil, headers: [[UInt8]] = []) {
        self.id = id
        self.format = format
        self.comment = comment
        self.headers = headers
    }
}

/// A packet's place in time.
public struct MediaPacket: Sendable, Equatable {
    /// The track's `id`.
    public let track: Int
    /// When the packet begins, in ticks of the track's clock. What lies before 0 is decoded but not presented.
    public let start: Int64
    /// How long it is presented, in ticks; less than what the packet holds where a stream's end is trimmed.
    public let duration: Int64
    /// Whether decoding can begin here (always true for audio).
    public let isKeyFrame: Bool
    /// Whether packets before this one are missing.
    public let followsGap: Bool
}

/// What is wrong with a media file, at most one sentence's worth. None of it stops the reading.
public enum MediaDamage: Sendable, Equatable {
    /// The Ogg container's own.
    case ogg(OggDamage)
    /// A stream's header packets do not follow its format; the stream is left out.
    case badHeader(track: Int)
    /// Time stamps run backwards, or say less than the packets hold.
    case badTimestamp(track: Int)
    /// The file ends in the middle of a packet.
    case truncated
    /// A stream is of a kind that this program does not read; the text says which.
    case unsupported(track: Int, String)
    /// A packet is longer than the limit, or its length makes no sense; it was left out.
    case badPacket(track: Int)
}

/// What a media file's bytes hold.
public enum MediaEvent: Sendable, Equatable {
    /// A track begins.
    case track(MediaTrack)
    /// A packet; its bytes are in the reader's `packet` until the next call.
    case packet(MediaPacket)
    /// The track has ended; in chained files others may follow.
    case trackEnded(Int)
    /// Something is missing or broken.
    case damage(MediaDamage)
}
