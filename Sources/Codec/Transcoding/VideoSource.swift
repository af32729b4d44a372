/// Decodes one video format and keeps the picture that it shows.
///
/// A class so that a transcoder can change it for another; it is used by its transcoder alone.
final class VideoSource {
    private let format: MediaFormat
    private var vp8: VP8Decoder?
    private var theora: TheoraDecoder?
    /// What is shown now; black before the first.
    private(set) var picture: Picture
    private var decoded: Picture

    /// - Parameter previous: whose picture goes on being shown until there is one.
    init(_ format: MediaFormat, headers: [[UInt8]], after previous: VideoSource? = nil) throws(CodecError) {
        self.format = format
        picture = try Picture(width: 16, height: 16)
        decoded = try Picture(width: 16, height: 16)
        if let previous { try picture.copy(from: previous.picture) }
        switch format {
        case .vp8: vp8 = try VP8Decoder()
        case .theora: theora = try TheoraDecoder(headers: headers)
        case .pictures: break
        default: throw .invalidConfiguration("video of the format \(format.name)")
        }
    }

    /// Takes a frame in; the picture changes if there is one to be shown.
    func decode(_ packet: RawSpan) throws(CodecError) {
        let isNew: Bool
        if vp8 != nil {
            isNew = try vp8?.decode(packet, into: &decoded) ?? false
        } else if theora != nil {
            isNew = try theora?.decode(packet, into: &decoded) ?? false
        } else if case .pictures(let plain) = format {
            try decoded.resize(width: plain.width, height: plain.height)
            try decoded.load(packet)
            isNew = true
        } else {
            isNew = false
        }
        if isNew { swap(&picture, &decoded) }
    }
}
