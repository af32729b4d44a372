import ArgumentParser
import Codec
import Glibc

/// `media-relay codec transcode IN OUT`.
struct CodecTranscodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcode",
        abstract: "Turns a media file into another.",
        discussion: """
            Reads Ogg (Opus, Speex, Theora, VP8), IVF, WAV and Y4M; the output's name says what is written: .opus, .spx, .ogg, \
            .ogv, .oga, .ivf, .wav or .y4m. What is not said is taken from the input. Bitrates are ceilings. Damage in the input \
            is reported on standard error and read over.
            """)

    @Argument(help: "The file to read.")
    var input: String
    @Argument(help: "The file to write.")
    var output: String
    @Option(help: "The audio's codec: opus, speex, pcm or none.")
    var audio: String?
    @Option(help: "The audio's sampling rate in Hz.")
    var rate: Int?
    @Option(help: "The audio's channels, 1 or 2.")
    var channels: Int?
    @Option(help: "The bitrate in bit/s: of the audio, or after --video of the video. Once for each.")
    var bitrate: [Int] = []
    @Option(help: "The audio's bitrate in bit/s.")
    var audioBitrate: Int?
    @Option(help: "The milliseconds of audio in a packet.")
    var frame: Double?
    @Option(help: "The audio encoder's complexity, 0 to 10.")
    var complexity: Int?
    @Option(help: "The video's codec: vp8, theora, pictures or none.")
    var video: String?
    @Option(help: ArgumentHelp("The video's size in pixels.", valueName: "WxH"))
    var size: String?
    @Option(help: "The video's bitrate in bit/s.")
    var videoBitrate: Int?
    @Option(help: "The pictures per second, a number or a fraction as 30000/1001.")
    var fps: String?
    @Option(help: "The video encoder's speed; the higher the faster.")
    var speed: Int?

    func validate() throws {
        guard MediaFileReader.Container(fileName: output) != nil else {
            throw ValidationError("The output's name must end in .ogg, .opus, .spx, .oga, .ogv, .ivf, .wav or .y4m.")
        }
        if let audio, audio != "none", FileTranscodeOptions.AudioCodec(rawValue: audio) == nil {
            throw ValidationError("--audio is opus, speex, pcm or none.")
        }
        if let video, video != "none", FileTranscodeOptions.VideoCodec(rawValue: video) == nil {
            throw ValidationError("--video is vp8, theora, pictures or none.")
        }
        if size != nil, parsedSize == nil { throw ValidationError("--size is WIDTHxHEIGHT.") }
        if fps != nil, parsedRate == nil { throw ValidationError("--fps is a number or a fraction.") }
        guard bitrate.count <= 2 else { throw ValidationError("--bitrate is given at most once for each medium.") }
        if let channels, !(1...2).contains(channels) { throw ValidationError("--channels is 1 or 2.") }
    }

    func run() throws {
        let source = try CodecFile(reading: input)
        let transcoder = FileTranscoder(try options())
        var progress = CodecProgressLine(total: source.size)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var made: [UInt8] = []
        var total = 0
        // Not before the input is known to be another file.
        if let same = try? CodecFile(reading: output), same.isSame(as: source) {
            throw CommandFailure(refused: "The input and the output are the same file.")
        }
        let target = try CodecFile(writing: output)
        do {
            while true {
                let count = try source.read(into: &buffer)
                guard count > 0 else { break }
                total += count
                try transcoder.feed(buffer[0..<count].span.bytes, to: &made)
                try target.write(made)
                made.removeAll(keepingCapacity: true)
                progress.show(bytes: total, seconds: transcoder.seconds)
            }
            let header = try transcoder.finish(to: &made)
            try target.write(made)
            if !header.isEmpty { target.writeOverStart(header) }
        } catch let error as CodecError {
            progress.end()
            throw CommandFailure(refused: "Cannot transcode \(input): \(error)")
        }
        progress.end()
        for damage in transcoder.damage.prefix(20) { complain("\(input): \(damage.sentence)") }
        if transcoder.damageCount > 20 { complain("\(input): \(transcoder.damageCount - 20) more errors") }
        if transcoder.badPackets > 0 { complain("\(input): \(transcoder.badPackets) packets could not be decoded") }
    }

    private func options() throws -> FileTranscodeOptions {
        guard let container = MediaFileReader.Container(fileName: output) else { throw ExitCode.validationFailure }
        var options = FileTranscodeOptions(container: container, fileName: output)
        if let audio { options.audio = FileTranscodeOptions.AudioCodec(rawValue: audio) }
        if let video { options.video = FileTranscodeOptions.VideoCodec(rawValue: video) }
        options.sampleRate = rate
        options.channels = channels
        options.frameMilliseconds = frame
        options.complexity = complexity
        options.width = parsedSize?.width
        options.height = parsedSize?.height
        options.frameRate = parsedRate
        options.videoSpeed = speed
        // One alone is that of the medium that was named, or else of both.
        options.audioBitrate = audioBitrate ?? (video != nil && audio == nil ? nil : bitrate.first)
        options.videoBitrate = videoBitrate ?? (video != nil || audio == nil ? bitrate.last : nil)
        return options
    }

    private var parsedSize: (width: Int, height: Int)? {
        let parts = (size ?? "").split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        return parts.count == 2 && parts.allSatisfy { $0 > 0 } ? (parts[0], parts[1]) : nil
    }

    private var parsedRate: FrameRate? {
        let parts = (fps ?? "").split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard (1...2).contains(parts.count) else { return nil }
        let rate = FrameRate(parts[0], parts.count == 2 ? parts[1] : 1)
        return rate.isValid ? rate : nil
    }

    private func complain(_ text: String) {
        let bytes = Array("\(text)\n".utf8)
        write(STDERR_FILENO, bytes, bytes.count)
    }
}
