import Testing

@testable import Codec

/// Pictures that are not 4:2:0 are brought to it.
@Suite struct ChromaSamplingTests {
    private func convert(_ sampling: ChromaSampling, _ bytes: [UInt8], width: Int, height: Int) -> [UInt8] {
        let size = ChromaSampling.yuv420.bytesPerPicture(width: width, height: height)
        return [UInt8](unsafeUninitializedCapacity: size) { target, count in
            bytes.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                sampling.convert(from, width: width, height: height, into: to)
            }
            count = size
        }
    }

    /// Three by three pixels: the last column and row have no neighbours.
    @Test func means() {
        let luma: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        let full: [UInt8] = [10, 20, 30, 40, 50, 60, 70, 80, 91]
        #expect(
            convert(.yuv444, luma + full + full, width: 3, height: 3) == luma + [30, 45, 75, 91] + [30, 45, 75, 91])
        let half: [UInt8] = [10, 20, 40, 60, 71, 81]
        #expect(
            convert(.yuv422, luma + half + half, width: 3, height: 3) == luma + [25, 40, 71, 81] + [25, 40, 71, 81])
        #expect(convert(.grey, luma, width: 3, height: 3) == luma + [UInt8](repeating: 128, count: 8))
    }

    private func check(_ film: [UInt8], is raw: [UInt8], _ sampling: ChromaSampling, _ width: Int, _ height: Int) throws
    {
        let size = sampling.bytesPerPicture(width: width, height: height)
        let expected = stride(from: 0, to: raw.count, by: size).map {
            convert(sampling, Array(raw[$0..<($0 + size)]), width: width, height: height)
        }
        let ours = try MediaFiles.transcode(film, FileTranscodeOptions(container: .y4m))
        let pictures = try MediaFiles.read(ours).packets.map(\.bytes)
        #expect(pictures.count == 5)
        let different = zip(pictures, expected).count { $0 != $1 }
        #expect(different == 0)
    }

    /// A Y4M film in each kind of sampling is the mean of what ffmpeg reads of it.
    @Test(arguments: ["yuv422p", "yuv444p", "gray"])
    func y4m(_ format: String) throws {
        let scratch = try Scratch()
        let sampling: ChromaSampling = ["yuv422p": .yuv422, "yuv444p": .yuv444][format] ?? .grey
        _ = try Tool.ffmpeg(
            "-f", "lavfi", "-i", "mandelbrot=s=97x61:r=5", "-t", "1", "-pix_fmt", format, scratch.path("a.y4m"))
        let raw = try Tool.ffmpeg("-i", scratch.path("a.y4m"), "-pix_fmt", format, "-f", "rawvideo", "-").bytes
        try check(try scratch.read("a.y4m"), is: raw, sampling, 97, 61)
    }

    /// A Theora film in each kind of sampling is the mean of what the library makes of it in GStreamer.
    @Test(arguments: ["yuv422p", "yuv444p"])
    func theora(_ format: String) throws {
        let scratch = try Scratch()
        _ = try Tool.ffmpeg(
            "-f", "lavfi", "-i", "mandelbrot=s=104x62:r=5", "-t", "1", "-pix_fmt", format, "-c:v", "libtheora", "-q:v",
            "8", scratch.path("a.ogv"))
        try Tool.run(
            "gst-launch-1.0", "-q", "filesrc", "location=\(scratch.path("a.ogv"))", "!", "oggdemux", "!", "theoradec",
            "!",
            "filesink", "location=\(scratch.path("a.raw"))")
        let sampling: ChromaSampling = format == "yuv422p" ? .yuv422 : .yuv444
        try check(try scratch.read("a.ogv"), is: try scratch.read("a.raw"), sampling, 104, 62)
    }
}
