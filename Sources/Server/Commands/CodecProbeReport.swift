import Codec

/// What `media-relay codec probe` prints.
struct CodecProbeReport: Encodable {
    /// One stream of the file.
    struct Stream: Encodable {
        var id: Int
        var codec: String
        var kind: String
        /// In seconds.
        var duration: Double
        var packets: Int
        var bytes: Int
        /// Mean, in bit/s.
        var bitrate: Int
        /// In bit/s for each second.
        var bitrates: [Int]
        var sampleRate: Int?
        var channels: Int?
        var width: Int?
        var height: Int?
        var framesPerSecond: Double?
        /// When they begin, in seconds.
        var keyFrames: [Double]?

        init(_ stream: MediaProbe.Stream) {
            id = stream.id
            codec = stream.format.name
            kind = stream.format.isAudio ? "audio" : stream.format.isVideo ? "video" : "unknown"
            duration = stream.duration
            packets = stream.packets
            bytes = stream.bytes
            bitrate = Int(stream.bitrate.rounded())
            bitrates = stream.bytesPerSecond.map { $0 * 8 }
            keyFrames = stream.format.isVideo ? stream.keyFrames : nil
            switch stream.format {
            case .opus(let header): (sampleRate, channels) = (48_000, header.channels)
            case .speex(let header): (sampleRate, channels) = (header.sampleRate, header.channels)
            case .pcm(let format): (sampleRate, channels) = (format.sampleRate, format.channels)
            case .theora(let header):
                (width, height) = (header.pictureWidth, header.pictureHeight)
                framesPerSecond = header.frameRate.value
            case .vp8(let header):
                (width, height) = (header.width, header.height)
                framesPerSecond = header.frameRate.value
            case .pictures(let format):
                (width, height) = (format.width, format.height)
                framesPerSecond = format.frameRate.value
            case .unknown: break
            }
        }

        fileprivate var text: String {
            var parts = ["\(id): \(codec)"]
            if let sampleRate, let channels { parts.append("\(sampleRate) Hz, \(channels == 1 ? "mono" : "stereo")") }
            if let width, let height { parts.append("\(width)×\(height)") }
            if let framesPerSecond { parts.append("\(CodecProbeReport.round(framesPerSecond)) frames/s") }
            parts.append("\(CodecProbeReport.round(duration)) s")
            parts.append("\(packets) packets")
            parts.append("\(bitrate) bit/s (\(bitrates.min() ?? 0) to \(bitrates.max() ?? 0) in a second)")
            if let keyFrames { parts.append("\(keyFrames.count) key frames") }
            return ([parts.joined(separator: ", ")] + details).joined(separator: "\n   ")
        }

        /// The bitrate over time, and when key frames are.
        private var details: [String] {
            var lines: [String] = []
            if bitrates.count > 1 {
                // At most so many numbers, each the mean of as many seconds.
                let step = (bitrates.count + Self.columns - 1) / Self.columns
                let means = stride(from: 0, to: bitrates.count, by: step).map { start -> String in
                    let part = bitrates[start..<min(start + step, bitrates.count)]
                    return CodecProbeReport.round(Double(part.reduce(0, +)) / Double(part.count) / 1000, digits: 1)
                }
                let unit = step == 1 ? "each second" : "every \(step) seconds"
                lines.append("kbit/s in \(unit): " + means.joined(separator: " "))
            }
            if let keyFrames, !keyFrames.isEmpty {
                let times = keyFrames.prefix(Self.columns).map { CodecProbeReport.round($0, digits: 1) }
                let more = keyFrames.count > Self.columns ? " …" : ""
                lines.append("key frames at " + times.joined(separator: " ") + more + " s")
            }
            return lines
        }

        private static let columns = 20
    }

    var container: String
    var streams: [Stream]
    /// At most the first thousand.
    var errors: [String]
    var errorCount: Int

    /// For people.
    var text: String {
        let lines = ["\(container), \(streams.count) streams"] + streams.map(\.text) + errors
        return lines.joined(separator: "\n")
    }

    fileprivate static func round(_ value: Double, digits: Int = 3) -> String {
        let scale = (0..<digits).reduce(1) { result, _ in result * 10 }
        let parts = Int((value * Double(scale)).rounded())
        let rest = String(parts % scale)
        return "\(parts / scale)." + String(repeating: "0", count: digits - rest.count) + rest
    }
}

extension MediaDamage {
    /// One sentence for people.
    var sentence: String {
        switch self {
        case .ogg(.skippedBytes(let count, let badChecksum)):
            badChecksum
                ? "\(count) bytes of a page that is damaged or cut off" : "\(count) bytes that belong to no page"
        case .ogg(.missingPages(let serial, let count)): "stream \(serial): \(count) pages are missing"
        case .ogg(.repeatedPage(let serial)): "stream \(serial): a page comes twice"
        case .ogg(.brokenPacket(let serial)): "stream \(serial): a packet lacks its beginning or its end"
        case .ogg(.oversizedPacket(let serial)): "stream \(serial): a packet is too long"
        case .ogg(.tooManyStreams): "too many streams at a time"
        case .ogg(.truncated(let serial)): "stream \(serial): the file ends before the stream does"
        case .badHeader(let track): "track \(track): the headers are broken"
        case .badTimestamp(let track): "track \(track): time runs backwards"
        case .truncated: "the file ends in the middle of a packet"
        case .unsupported(let track, let kind): "track \(track): \(kind) cannot be read"
        case .badPacket(let track): "track \(track): a packet makes no sense"
        }
    }
}
