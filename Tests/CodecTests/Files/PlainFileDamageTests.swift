import Testing

@testable import Codec

/// IVF, WAV and Y4M files that are cut off, that lie and that are full of wrong bits: what is sound in them is read, the
/// rest is reported.
@Suite struct PlainFileDamageTests {
    enum Kind: String, CaseIterable, Sendable {
        case ivf, wav, y4m

        func file() throws -> [UInt8] {
            let scratch = try Scratch()
            let path = scratch.path("a.\(rawValue)")
            switch self {
            case .ivf:
                _ = try Tool.ffmpeg(
                    "-f", "lavfi", "-i", "testsrc2=s=48x32:r=10", "-t", "1", "-c:v", "libvpx", "-b:v", "50k", path)
            case .wav:
                _ = try Tool.ffmpeg(
                    "-f", "lavfi", "-i", "sine=f=440:r=8000", "-t", "0.1", "-fflags", "+bitexact", "-map_metadata",
                    "-1", path)
            case .y4m:
                _ = try Tool.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=16x8:r=10", "-t", "1", "-pix_fmt", "yuv420p", path)
            }
            return try scratch.read("a.\(rawValue)")
        }
    }

    /// The packets before the cut are those of the whole file, and a cut within one is told.
    @Test(arguments: Kind.allCases)
    func cutOffAnywhere(_ kind: Kind) throws {
        let file = try kind.file()
        let whole = try MediaFiles.read(file)
        #expect(whole.damage.isEmpty)
        #expect(whole.hasEnded)
        let bytes = whole.packets.flatMap(\.bytes)
        for cut in 0..<file.count {
            let content = try MediaFiles.read(Array(file[0..<cut]), piece: 997)
            let kept = content.packets.flatMap(\.bytes)
            #expect(bytes.starts(with: kept))
            guard cut >= 12 else { continue }
            let isComplete = content.packets.count == whole.packets.count && kept.count == bytes.count
            // A cut between two frames is no damage.
            let isBetween = kind != .wav && content.damage.isEmpty && content.hasEnded
            #expect(isComplete || isBetween || !content.damage.isEmpty, "\(cut) of \(file.count)")
        }
    }

    /// Wrong bits anywhere: there is never more in the packets than in the file, and time does not run backwards.
    @Test(arguments: Kind.allCases)
    func wrongBits(_ kind: Kind) throws {
        let file = try kind.file()
        var random = SplitMix(seed: 11)
        for round in 0..<2000 {
            var damaged = file
            let reach = round % 2 == 0 ? min(64, file.count) : file.count
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<reach, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            let content = try MediaFiles.read(damaged)
            #expect(content.packets.reduce(0) { $0 + $1.bytes.count } <= file.count)
            let times = content.packets.map(\.info.start)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }

    /// A frame that claims four gigabytes is passed over without memory being reserved for it.
    @Test func claimedFrameSize() throws {
        var file = try Kind.ivf.file()
        file.replaceSubrange(32..<36, with: [0xFF, 0xFF, 0xFF, 0xFF])
        let content = try MediaFiles.read(file)
        #expect(content.damage == [.badPacket(track: 0), .truncated])
        #expect(content.packets.isEmpty)
    }

    /// Samples that a WAV header claims and that are not there are missing; those that are there are read.
    @Test func claimedLength() throws {
        var file = try Kind.wav.file()
        let whole = try MediaFiles.read(file).packets.flatMap(\.bytes)
        file.replaceSubrange(40..<44, with: [0xF0, 0xFF, 0xFF, 0x0F])
        let content = try MediaFiles.read(file)
        #expect(content.packets.flatMap(\.bytes) == whole)
        #expect(content.damage == [.truncated])
    }

    /// Pictures beyond the bounds are refused by the header's word.
    @Test(arguments: ["W100000 H100000", "W-4 H8", "W0 H0", "W4097 H16", "W99999999999999999999 H8"])
    func claimedPictureSize(_ size: String) throws {
        let content = try MediaFiles.read(Array("YUV4MPEG2 \(size) F25:1\nFRAME\n".utf8))
        #expect(content.damage == [.badHeader(track: 0)])
        #expect(content.tracks.isEmpty)
    }

    /// What is sound but not to be had is named.
    @Test func unsupported() throws {
        let ten = Array("YUV4MPEG2 W16 H8 F25:1 C420p10 XYSCSS=420P10\nFRAME\n".utf8)
        #expect(try MediaFiles.read(ten).damage == [.unsupported(track: 0, "pictures of the kind 420p10")])
        #expect(
            throws: CodecError.invalidConfiguration("pictures of the kind 420p10 cannot be read"),
            performing: { try MediaFiles.transcode(ten, FileTranscodeOptions(container: .y4m)) })
        var wav = try Kind.wav.file()
        wav[34] = 24
        #expect(try MediaFiles.read(wav).damage == [.unsupported(track: 0, "WAV of 24 bits")])
    }
}
