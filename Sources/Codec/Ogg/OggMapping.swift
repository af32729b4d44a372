/// How a codec's packets and times are kept in Ogg.
struct OggMapping {
    let format: MediaFormat
    /// Header packets at the start, the first included. VP8's second one may be absent.
    let headerCount: Int

    /// Recognises a stream by its first packet.
    init?(firstPacket packet: RawSpan) {
        if let header = OpusHeader(packet) {
            format = .opus(header)
            headerCount = 2
        } else if let header = SpeexHeader(packet) {
            format = .speex(header)
            headerCount = 2 + header.extraHeaders
        } else if let header = TheoraHeader(packet) {
            format = .theora(header)
            headerCount = 3
        } else if let header = VP8StreamHeader(ogg: packet) {
            format = .vp8(header)
            headerCount = 1
        } else {
            return nil
        }
    }

    /// Whether this packet, not the first, belongs to the headers.
    func isHeader(_ packet: RawSpan, index: Int) -> Bool {
        switch format {
        case .theora: packet.byteCount > 0 && packet.byte(0) & 0x80 != 0
        case .vp8: packet.hasText("OVP80")
        default: index < headerCount
        }
    }

    /// Whether nothing can be decoded without every header.
    var needsAllHeaders: Bool {
        if case .theora = format { true } else { false }
    }

    /// The comments, if this is the packet that holds them.
    func comment(_ packet: RawSpan, index: Int) -> VorbisComment? {
        switch format {
        case .opus: packet.hasText("OpusTags") ? VorbisComment(packet, prefix: 8) : nil
        case .speex: index == 1 ? VorbisComment(packet, prefix: 0) : nil
        case .theora: index == 1 ? VorbisComment(packet, prefix: 7) : nil
        case .vp8: VorbisComment(packet, prefix: 7)
        default: nil
        }
    }

    /// Ticks that the packet lasts; nil where it is no packet of this codec.
    func duration(_ packet: RawSpan) -> Int64? {
        switch format {
        case .opus: OpusPacket(packet).map { Int64($0.duration) }
        case .speex(let header): Int64(header.frameLength * header.framesPerPacket)
        case .theora: 1
        case .vp8: VP8FrameHeader(packet).map { $0.isShown ? 1 : 0 }
        default: nil
        }
    }

    func isKeyFrame(_ packet: RawSpan) -> Bool {
        switch format {
        case .theora: packet.byteCount > 0 && packet.byte(0) & 0x40 == 0
        case .vp8: VP8FrameHeader(packet)?.isKeyFrame ?? false
        default: true
        }
    }

    /// Ticks from the start of the presentation to the end of the packet with this granule position.
    func end(at granulePosition: Int64) -> Int64 {
        switch format {
        case .opus(let header): granulePosition - Int64(header.preSkip)
        case .theora(let header): header.frameCount(at: granulePosition)
        case .vp8: granulePosition >> 32
        default: granulePosition
        }
    }

    /// Ticks of the first packet's start: what is decoded before 0 is left out.
    var firstStart: Int64 {
        if case .opus(let header) = format { -Int64(header.preSkip) } else { 0 }
    }
}
