/// Writes Opus (RFC 7845), Speex, Theora and VP8 into Ogg files.
///
/// Everything appended to `output` is whole pages, and pages are short: a file cut off at any byte plays up to there.
/// Header pages of all tracks go first, so tracks are added before any packet.
public struct OggMediaWriter: Sendable {
    /// Audio is gathered into pages of at most this many seconds; video gets a page for each frame.
    public var audioPageDuration = 0.5

    private var tracks: [Track] = []
    private var hasPackets = false

    fileprivate struct Track: Sendable {
        var format: MediaFormat
        var stream: OggStreamWriter
        var restOfHeaders: [[UInt8]]
        var end: Int64 = 0
        var pageStart: Int64 = 0
        var keyFrame: Int64 = 0
        var hiddenFrames: Int64 = 0
    }

    /// A file with no tracks.
    public init() {}

    /// Adds a track and writes its first page.
    /// - Parameters:
    ///   - format: Opus, Speex, Theora or VP8.
    ///   - headers: Theora's three header packets; others' are made here.
    ///   - serial: unique in the file.
    ///   - output: receives pages.
    /// - Returns: the track's number for ``write(_:track:start:duration:isKeyFrame:to:)``.
    public mutating func addTrack(
        _ format: MediaFormat, headers: [[UInt8]] = [], comment: VorbisComment = VorbisComment(), serial: UInt32,
        to output: inout [UInt8]
    ) throws(CodecError) -> Int {
        guard !hasPackets else { throw .invalidConfiguration("a track added after packets were written") }
        var packets: [[UInt8]]
        switch format {
        case .opus(let header): packets = [header.bytes, comment.bytes(signature: Array("OpusTags".utf8))]
        case .speex(let header): packets = [header.bytes, comment.bytes(signature: [])]
        case .vp8(let header): packets = [header.oggBytes, comment.bytes(signature: Array("OVP80\u{2} ".utf8))]
        case .theora:
            guard headers.count == 3 else { throw .invalidConfiguration("Theora without its three headers") }
            packets = headers
        default: throw .invalidConfiguration("\(format.name) in Ogg")
        }
        var stream = OggStreamWriter(serial: serial)
        let first = packets.removeFirst()
        stream.append(first.span.bytes, granulePosition: 0, to: &output)
        stream.flush(to: &output)
        tracks.append(Track(format: format, stream: stream, restOfHeaders: packets))
        return tracks.count - 1
    }

    /// Writes the headers that follow the first pages; called by itself with the first packet.
    private mutating func writeHeaders(to output: inout [UInt8]) {
        hasPackets = true
        for index in tracks.indices {
            for packet in tracks[index].restOfHeaders {
                tracks[index].stream.append(packet.span.bytes, granulePosition: 0, to: &output)
            }
            tracks[index].stream.flush(to: &output)
            tracks[index].restOfHeaders = []
        }
    }

    /// Adds a packet.
    /// - Parameters:
    ///   - start: ticks of the track's clock, not before the packet's that came last; a later one leaves a gap.
    ///   - duration: ticks; the last packet's may be shorter than what it holds, which trims the end.
    ///   - isKeyFrame: for video, whether decoding can begin here.
    ///   - output: receives whole pages.
    public mutating func write(
        _ packet: RawSpan, track index: Int, start: Int64, duration: Int64, isKeyFrame: Bool = true,
        to output: inout [UInt8]
    ) {
        if !hasPackets { writeHeaders(to: &output) }
        let end = start + duration
        let granule = tracks[index].granulePosition(start: start, duration: duration, isKeyFrame: isKeyFrame)
        let clock = tracks[index].format.clock
        // The page in hand is held until there is more, so that the last one can be marked as such.
        if tracks[index].stream.hasPending,
            tracks[index].format.isVideo || start > tracks[index].end
                || clock.seconds(end - tracks[index].pageStart) > audioPageDuration
        {
            tracks[index].stream.flush(to: &output)
        }
        if !tracks[index].stream.hasPending { tracks[index].pageStart = start }
        tracks[index].stream.append(packet, granulePosition: granule, to: &output)
        tracks[index].end = end
    }

    /// Writes what waits without ending anything: everything so far is in `output` then.
    public mutating func flush(to output: inout [UInt8]) {
        for index in tracks.indices { tracks[index].stream.flush(to: &output) }
    }

    /// Ends all tracks. Nothing may be written afterwards.
    public mutating func finish(to output: inout [UInt8]) {
        if !hasPackets { writeHeaders(to: &output) }
        for index in tracks.indices { tracks[index].stream.finish(to: &output) }
    }
}

extension OggMediaWriter.Track {
    /// The granule position of a packet, by the rules of its codec.
    fileprivate mutating func granulePosition(start: Int64, duration: Int64, isKeyFrame: Bool) -> Int64 {
        switch format {
        case .opus(let header):
            return start + duration + Int64(header.preSkip)
        case .theora(let header):
            let number = start + (header.revision < 1 ? 0 : 1)
            // The key frame's number must fit beside the distance to it.
            if isKeyFrame { keyFrame = number }
            return keyFrame << Int64(header.granuleShift) | (number - keyFrame)
        case .vp8:
            if isKeyFrame { keyFrame = start }
            hiddenFrames = duration > 0 ? 3 : min(hiddenFrames == 3 ? 0 : hiddenFrames + 1, 2)
            return (start + duration) << 32 | hiddenFrames << 30 | min(start - keyFrame, 0x7FF_FFFF) << 3
        default:
            return start + duration
        }
    }
}
