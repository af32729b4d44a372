/// Turns one media file into another, as bytes come in: the first audio and the first video track of it.
///
/// Damage in the input is counted and read over; what is missing keeps its time. Chained recordings follow one another.
public final class FileTranscoder {
    private let options: FileTranscodeOptions
    private var reader = MediaFileReader()
    private let sink: FileSink
    private var packet: [UInt8] = []
    private var waitingTracks: [MediaTrack] = []
    private var isSetUp = false

    private var audio: AudioTranscoder?
    private var audioTrack: Int?
    private var audioOutput = 0
    private var video: VideoTranscoder?
    private var videoTrack: Int?
    private var videoOutput = 0

    /// What is wrong with the input, at most the first hundred things.
    public private(set) var damage: [MediaDamage] = []
    /// How many things are wrong.
    public private(set) var damageCount = 0

    /// A transcoder with nothing read.
    public init(_ options: FileTranscodeOptions, serial: UInt32 = 1) {
        self.options = options
        sink = FileSink(MediaFileWriter(options.container, serial: serial))
    }

    /// Seconds of the input that were read so far.
    public var seconds: Double { max(audio?.seconds ?? 0, video?.seconds ?? 0) }

    /// Packets that could not be decoded.
    public var badPackets: Int { (audio?.statistics.badPackets ?? 0) + (video?.badPackets ?? 0) }

    /// Takes bytes of the input and appends those of the output.
    public func feed(_ bytes: RawSpan, to output: inout [UInt8]) throws(CodecError) {
        try reader.feed(bytes)
        try run()
        sink.move(to: &output)
    }

    /// Ends the output.
    /// - Returns: bytes to be written over the output's first ones, where it can be.
    /// - Throws: `invalidConfiguration` where the input had nothing that could be used.
    public func finish(to output: inout [UInt8]) throws(CodecError) -> [UInt8] {
        reader.finish()
        try run()
        if !isSetUp { try setUp() }
        guard audio != nil || video != nil else {
            for case .unsupported(_, let kind) in damage { throw .invalidConfiguration("\(kind) cannot be read") }
            throw .invalidConfiguration(
                reader.isUnknown
                    ? "the input is neither Ogg, IVF, WAV nor Y4M" : "the input has no track of the kind asked for")
        }
        let (sink, audioOutput, videoOutput) = (sink, audioOutput, videoOutput)
        try audio?.finish { info, bytes throws(CodecError) in sink.write(bytes, info, track: audioOutput) }
        try video?.finish { info, bytes throws(CodecError) in sink.write(bytes, info, track: videoOutput) }
        let header = sink.writer.finish(to: &sink.output)
        sink.move(to: &output)
        return header
    }

    private func run() throws(CodecError) {
        while let event = reader.next(into: &packet) {
            switch event {
            case .track(let track):
                if isSetUp { try change(to: track) } else { waitingTracks.append(track) }
            case .packet(let info):
                if !isSetUp { try setUp() }
                try push(info)
            case .damage(let found):
                damageCount += 1
                if damage.count < 100 { damage.append(found) }
            case .trackEnded:
                break
            }
        }
    }

    private func setUp() throws(CodecError) {
        isSetUp = true
        let audioSource = waitingTracks.first { $0.format.isAudio }
        let videoSource = waitingTracks.first { $0.format.isVideo }
        waitingTracks = []
        if let videoSource, let target = options.videoTarget(for: videoSource.format) {
            let made = try VideoTranscoder(
                from: videoSource.format, headers: videoSource.headers, to: [target], holdsLast: true)
            videoOutput = try sink.writer.addTrack(
                made.format(ofTarget: 0), headers: made.headers(ofTarget: 0), to: &sink.output)
            videoTrack = videoSource.id
            video = consume made
        }
        if let audioSource, let target = try options.audioTarget(for: audioSource.format) {
            let made = try AudioTranscoder(from: audioSource.format, to: [target])
            audioOutput = try sink.writer.addTrack(made.format(ofTarget: 0), to: &sink.output)
            audioTrack = audioSource.id
            audio = consume made
        }
    }

    /// A track that begins later takes the place of the one before of its kind: a chained file.
    private func change(to track: MediaTrack) throws(CodecError) {
        if track.format.isAudio, audio != nil {
            let (sink, output) = (sink, audioOutput)
            try audio?.changeSource(to: track.format) { info, bytes throws(CodecError) in
                sink.write(bytes, info, track: output)
            }
            audioTrack = track.id
        } else if track.format.isVideo, video != nil {
            let (sink, output) = (sink, videoOutput)
            try video?.changeSource(to: track.format, headers: track.headers) { info, bytes throws(CodecError) in
                sink.write(bytes, info, track: output)
            }
            videoTrack = track.id
        }
    }

    private func push(_ info: MediaPacket) throws(CodecError) {
        let sink = sink
        // Out of the property, so that its bytes can be lent while the transcoder writes.
        var current: [UInt8] = []
        swap(&current, &packet)
        defer { swap(&current, &packet) }
        if info.track == audioTrack {
            let track = audioOutput
            try audio?.push(
                current.span.bytes, start: info.start, duration: info.duration, isAfterLoss: info.followsGap
            ) { made, bytes throws(CodecError) in sink.write(bytes, made, track: track) }
        } else if info.track == videoTrack {
            let track = videoOutput
            try video?.push(current.span.bytes, start: info.start, duration: info.duration) {
                made, bytes throws(CodecError) in
                sink.write(bytes, made, track: track)
            }
        }
    }
}

/// Where the transcoders' packets go: the writer, and the bytes that it makes.
private final class FileSink {
    var writer: MediaFileWriter
    var output: [UInt8] = []

    init(_ writer: MediaFileWriter) {
        self.writer = writer
    }

    func write(_ bytes: RawSpan, _ info: TranscodedPacket, track: Int) {
        writer.write(
            bytes, track: track, start: info.start, duration: info.duration, isKeyFrame: info.isKeyFrame, to: &output)
    }

    func move(to target: inout [UInt8]) {
        target.append(contentsOf: output)
        output.removeAll(keepingCapacity: true)
    }
}
