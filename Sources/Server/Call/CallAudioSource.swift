import Codec
import Glibc

/// What a call sends.
enum CallInput: Sendable, Equatable {
    /// A sine of so many Hz, for as long as the call lasts.
    case tone(frequency: Double)
    /// The first Opus track of an Ogg file, once.
    case file(path: String)

    /// Reads `tone`, `tone:HZ` or a file's path; nil for a tone that nobody hears.
    init?(argument: String) {
        guard argument == "tone" || argument.hasPrefix("tone:") else {
            self = .file(path: argument)
            return
        }
        guard argument != "tone" else {
            self = .tone(frequency: 440)
            return
        }
        guard let frequency = Double(argument.dropFirst(5)), 20...20_000 ~= frequency else { return nil }
        self = .tone(frequency: frequency)
    }

    /// Opens the input; a tone is encoded at `bitrate` bit/s.
    func open(bitrate: Int) throws -> any CallAudioSource {
        switch self {
        case .tone(let frequency): try ToneSource(frequency: frequency, bitrate: bitrate)
        case .file(let path): try OggOpusSource(path: path)
        }
    }
}

/// The Opus packets that a call sends, each with the time until the next.
protocol CallAudioSource: AnyObject {
    /// The packet that `next` gave last.
    var packet: [UInt8] { get }

    /// Puts the next packet into `packet` and gives its length in samples at 48 kHz; nil at the end.
    func next() throws -> Int?
}

/// A sine, encoded as it goes.
private final class ToneSource: CallAudioSource {
    private(set) var packet: [UInt8] = []
    private var encoder: OpusEncoder
    private var pcm: [Float]
    private var buffer = [UInt8](repeating: 0, count: OpusEncoder.maximumPacketSize)
    private var phase = 0.0
    private let step: Double

    init(frequency: Double, bitrate: Int) throws {
        var configuration = OpusEncoderConfiguration(sampleRate: 48_000, channels: 1)
        configuration.application = .audio
        configuration.bitrate = bitrate
        encoder = try OpusEncoder(configuration)
        pcm = [Float](repeating: 0, count: configuration.frameLength)
        step = 2 * Double.pi * frequency / 48_000
    }

    func next() throws -> Int? {
        for index in pcm.indices {
            pcm[index] = Float(0.25 * sin(phase))
            phase += step
            if phase > 2 * Double.pi { phase -= 2 * Double.pi }
        }
        var bytes = buffer.mutableSpan
        var target = bytes.mutableBytes
        // A span must not outlive its access to the property, so it is one of a local's.
        let samples = pcm
        let length = try encoder.encode(samples.span, into: &target)
        packet = Array(buffer[..<length])
        return pcm.count
    }
}

/// The packets of an Ogg file's first Opus track.
private final class OggOpusSource: CallAudioSource {
    private static let chunk = 64 << 10

    private(set) var packet: [UInt8] = []
    private let file: InputFile
    private let path: String
    private var reader = OggMediaReader()
    private var track: Int?
    private var atEnd = false

    init(path: String) throws {
        file = try InputFile(path: path)
        self.path = path
    }

    func next() throws -> Int? {
        while true {
            while let event = reader.next() {
                switch event {
                case .track(let found):
                    if case .opus = found.format, track == nil { track = found.id }
                case .packet(let info) where info.track == track:
                    guard let framing = OpusPacket(reader.packet.span.bytes) else { continue }
                    packet = reader.packet
                    return framing.duration
                default:
                    continue
                }
            }
            guard !atEnd else {
                guard track != nil else { throw CommandFailure(refused: "\(path) has no Opus track in Ogg.") }
                return nil
            }
            let bytes = try file.read(Self.chunk)
            if bytes.isEmpty {
                atEnd = true
                reader.finish()
            } else {
                try reader.feed(bytes.span.bytes)
            }
        }
    }
}
