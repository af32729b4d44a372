@testable import Codec

/// Whole films through the video codecs.
enum VideoCoding {
    /// A film by ffmpeg's sources, as planar pictures one after the other.
    static func film(_ source: String, width: Int, height: Int, rate: Int, seconds: Int) throws -> [[UInt8]] {
        let raw = try Tool.ffmpeg(
            "-f", "lavfi", "-i", "\(source)=s=\(width)x\(height):r=\(rate)", "-t", "\(seconds)", "-pix_fmt", "yuv420p",
            "-f", "rawvideo", "-")
        let size = PictureFormat(width: width, height: height, frameRate: FrameRate(rate)).bytesPerPicture
        return stride(from: 0, to: raw.bytes.count, by: size).map { Array(raw.bytes[$0..<($0 + size)]) }
    }

    struct Frame {
        var time: Int64
        var bytes: [UInt8]
        var isKeyFrame: Bool
        var layer: Int
    }

    /// Encodes to VP8, one tick a picture. `keyFrames` are requested at these pictures.
    static func vp8(
        _ film: [[UInt8]], _ configuration: VP8EncoderConfiguration, keyFrames: Set<Int> = []
    ) throws -> [Frame] {
        var encoder = try VP8Encoder(configuration)
        var picture = try Picture(width: configuration.width, height: configuration.height)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var frames: [Frame] = []
        for (index, bytes) in film.enumerated() {
            try picture.load(bytes.span.bytes)
            if keyFrames.contains(index) { encoder.requestKeyFrame() }
            var span = buffer.mutableSpan
            var raw = span.mutableBytes
            guard let frame = try encoder.encode(picture, at: Int64(index), into: &raw) else { continue }
            frames.append(
                Frame(
                    time: Int64(index), bytes: Array(buffer[0..<frame.size]), isKeyFrame: frame.isKeyFrame,
                    layer: frame.temporalLayer))
        }
        return frames
    }

    /// Encodes to Theora; pictures left out have frames of no bytes.
    static func theora(
        _ film: [[UInt8]], _ configuration: TheoraEncoderConfiguration, keyFrames: Set<Int> = []
    ) throws -> (headers: [[UInt8]], frames: [Frame]) {
        var encoder = try TheoraEncoder(configuration)
        var picture = try Picture(width: configuration.width, height: configuration.height)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var frames: [Frame] = []
        for (index, bytes) in film.enumerated() {
            try picture.load(bytes.span.bytes)
            if keyFrames.contains(index) { encoder.requestKeyFrame() }
            var span = buffer.mutableSpan
            var raw = span.mutableBytes
            let frame = try encoder.encode(picture, into: &raw)
            frames.append(
                Frame(
                    time: Int64(index), bytes: Array(buffer[0..<frame.size]), isKeyFrame: frame.isKeyFrame, layer: 0))
        }
        return (encoder.headers, frames)
    }

    /// The most bits in any two seconds, and the mean rate, both in bit/s.
    static func rates(_ frames: [Frame], frameRate: Int, pictures: Int) -> (peak: Int, mean: Int) {
        var peak = 0
        for (index, frame) in frames.enumerated() {
            let end = frame.time + Int64(2 * frameRate)
            let sum = frames[index...].prefix { $0.time < end }.reduce(0) { $0 + $1.bytes.count }
            peak = max(peak, sum * 8 / 2)
        }
        let total = frames.reduce(0) { $0 + $1.bytes.count }
        return (peak, total * 8 * frameRate / max(pictures, 1))
    }

    /// MD5 of each picture by ffmpeg, in order.
    static func framemd5(_ path: String, decoder: String) throws -> [String] {
        let output = try Tool.ffmpeg(
            "-c:v", decoder, "-i", path, "-vsync", "0", "-pix_fmt", "yuv420p", "-f", "framemd5", "-")
        return output.text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            String(line.split(separator: ",").last ?? "").filter { $0 != " " }
        }
    }
}
