/// Writes tracks into one of the files that this program knows.
public struct MediaFileWriter: Sendable {
    private enum Writer: Sendable {
        case ogg(OggMediaWriter)
        case ivf(IVFWriter?)
        case wav(WAVWriter?, PCMFormat?)
        case y4m(Y4MWriter?, PictureFormat?)
    }

    private var writer: Writer
    private var nextSerial: UInt32

    /// A file of this format.
    /// - Parameter serial: of an Ogg file's first logical stream; others follow it.
    public init(_ container: MediaFileReader.Container, serial: UInt32 = 1) {
        nextSerial = serial
        switch container {
        case .ogg: writer = .ogg(OggMediaWriter())
        case .ivf: writer = .ivf(nil)
        case .wav: writer = .wav(nil, nil)
        case .y4m: writer = .y4m(nil, nil)
        }
    }

    /// Adds a track, before any packet.
    /// - Returns: its number.
    public mutating func addTrack(
        _ format: MediaFormat, headers: [[UInt8]] = [], comment: VorbisComment = VorbisComment(),
        to output: inout [UInt8]
    ) throws(CodecError) -> Int {
        switch (writer, format) {
        case (.ogg(var ogg), _):
            let track = try ogg.addTrack(format, headers: headers, comment: comment, serial: nextSerial, to: &output)
            nextSerial &+= 1
            writer = .ogg(ogg)
            return track
        case (.ivf(nil), .vp8(let header)):
            writer = .ivf(IVFWriter(header, to: &output))
        case (.wav(nil, nil), .pcm(let pcm)):
            writer = .wav(WAVWriter(pcm, to: &output), pcm)
        case (.y4m(nil, nil), .pictures(let pictures)):
            writer = .y4m(Y4MWriter(pictures, to: &output), pictures)
        default:
            throw .invalidConfiguration("a track of \(format.name) in this kind of file")
        }
        return 0
    }

    /// Adds a packet; its times are as the format's clock counts. WAV takes 32-bit floats, Y4M the planes' bytes.
    public mutating func write(
        _ packet: RawSpan, track: Int, start: Int64, duration: Int64, isKeyFrame: Bool, to output: inout [UInt8]
    ) {
        switch writer {
        case .ogg(var ogg):
            writer = .ivf(nil)
            ogg.write(packet, track: track, start: start, duration: duration, isKeyFrame: isKeyFrame, to: &output)
            writer = .ogg(ogg)
        case .ivf(var ivf):
            ivf?.write(packet, start: start, to: &output)
            writer = .ivf(ivf)
        case .wav(var wav, let format):
            wav?.write(floats: packet, to: &output)
            writer = .wav(wav, format)
        case .y4m(let y4m, _):
            y4m?.write(planes: packet, to: &output)
        }
    }

    /// Ends the file.
    /// - Returns: bytes to be written over the file's first ones where that can be done; they tell players the length.
    public mutating func finish(to output: inout [UInt8]) -> [UInt8] {
        switch writer {
        case .ogg(var ogg):
            ogg.finish(to: &output)
            writer = .ogg(ogg)
            return []
        case .ivf(let ivf):
            return ivf?.headerBytes ?? []
        case .wav(var wav, let format):
            wav?.finish()
            writer = .wav(wav, format)
            return wav?.headerBytes ?? []
        case .y4m:
            return []
        }
    }
}
