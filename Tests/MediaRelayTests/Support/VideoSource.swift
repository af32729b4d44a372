import Codec
import Glibc

@testable import MediaRelay

/// An endpoint's video in a test: a picture that moves, really encoded, in RTP packets.
final class VideoSource {
    static let width = 160
    static let height = 120

    let codec: RTPCodec
    let ssrc: UInt32
    /// Pictures a second.
    let frameRate: Int
    private(set) var frames = 0
    private var vp8: VP8Encoder?
    private var theora: TheoraEncoder?
    private let seed: Int
    private var sequence: UInt16
    private var timestamp: UInt32
    private var vp8Packets = VP8Packetizer(maximumPayload: 1_000, pictureID: 7)
    private var theoraPackets = TheoraPacketizer(maximumPayload: 1_000, identifier: 0xABCDE)

    init(_ codec: RTPCodec, ssrc: UInt32, seed: Int = 0, frameRate: Int = 15, keyFrameInterval: Int = 15) throws {
        self.codec = codec
        self.ssrc = ssrc
        self.seed = seed
        self.frameRate = frameRate
        sequence = UInt16(truncatingIfNeeded: ssrc &* 9_973)
        timestamp = ssrc &* 2_000_003
        if codec == .vp8 {
            var settings = VP8EncoderConfiguration(
                width: Self.width, height: Self.height, frameRate: FrameRate(frameRate), bitrate: 300_000)
            settings.keyFrameInterval = keyFrameInterval
            vp8 = try VP8Encoder(settings)
        } else {
            var settings = TheoraEncoderConfiguration(
                width: Self.width, height: Self.height, frameRate: FrameRate(frameRate), bitrate: 300_000)
            settings.keyFrameInterval = keyFrameInterval
            theora = try TheoraEncoder(settings)
        }
    }

    /// What a description says of the stream; as ffmpeg writes it, without a comment header.
    var configuration: TheoraConfiguration? {
        guard let headers = theora?.headers else { return nil }
        return TheoraConfiguration(
            identifier: theoraPackets.identifier, identification: headers[0], comment: [], setup: headers[2])
    }

    /// The luma of picture number `index`.
    func luma(_ index: Int) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: Self.width * Self.height)
        let centre = (x: 80 + 50 * cos(Double(index) / 10 + Double(seed)), y: 60 + 30 * sin(Double(index) / 10))
        for y in 0..<Self.height {
            for x in 0..<Self.width {
                let distance = hypot(Double(x) - centre.x, Double(y) - centre.y)
                let base = 60 + (x + y + seed * 31) % 120
                pixels[y * Self.width + x] = distance < 20 ? 235 : UInt8(base)
            }
        }
        return pixels
    }

    func requestKeyFrame() {
        vp8?.requestKeyFrame()
        theora?.requestKeyFrame()
    }

    /// Packets that carry the headers in the stream.
    func configurationPackets() throws -> [[UInt8]] {
        guard let packed = configuration?.packed else { return [] }
        return try theoraPayloads(packed, kind: .configuration).map { packet($0, marker: false) }
    }

    /// The packets of the next picture; none where the encoder leaves it out.
    func next() throws -> [[UInt8]] {
        var picture = try Picture(width: Self.width, height: Self.height)
        let chroma = [UInt8](repeating: 128, count: 2 * (Self.width / 2) * (Self.height / 2))
        let bytes = luma(frames) + chroma
        try picture.load(bytes.span.bytes)
        defer {
            frames += 1
            timestamp &+= UInt32(90_000 / frameRate)
        }
        var frame = [UInt8](repeating: 0, count: 1 << 17)
        var size = 0
        do {
            var span = frame.mutableSpan
            var target = span.mutableBytes
            if vp8 != nil {
                size = try vp8?.encode(picture, at: Int64(frames), into: &target)?.size ?? 0
            } else {
                size = try theora?.encode(picture, into: &target).size ?? 0
            }
        }
        guard size > 0 else { return [] }
        let data = Array(frame[..<size])
        let payloads = codec == .vp8 ? try vp8Payloads(data) : try theoraPayloads(data, kind: .data)
        return payloads.enumerated().map { index, payload in
            // Senders of Theora set no marker.
            packet(payload, marker: codec == .vp8 && index == payloads.count - 1)
        }
    }

    private func vp8Payloads(_ data: [UInt8]) throws -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        vp8Packets.begin(frameLength: data.count)
        while !vp8Packets.isDone {
            payloads.append(try payload { try vp8Packets.next(of: data.span.bytes, into: &$0, at: &$1) != nil })
        }
        return payloads
    }

    private func theoraPayloads(_ data: [UInt8], kind: TheoraPayloadHeader.Kind) throws -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        theoraPackets.begin(length: data.count, kind: kind)
        var isDone = false
        while !isDone {
            payloads.append(
                try payload { bytes, cursor in
                    isDone = try theoraPackets.next(of: data.span.bytes, into: &bytes, at: &cursor) ?? true
                    return true
                })
        }
        return payloads
    }

    private func payload(_ write: (inout MutableRawSpan, inout Int) throws -> Bool) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1_100)
        var cursor = 0
        do {
            var span = bytes.mutableSpan
            var target = span.mutableBytes
            _ = try write(&target, &cursor)
        }
        return Array(bytes[..<cursor])
    }

    private func packet(_ payload: [UInt8], marker: Bool) -> [UInt8] {
        let header = RTPHeader(
            payloadType: SimulatedRelay.Media.payloadType(codec), sequenceNumber: SequenceNumber(sequence),
            timestamp: timestamp, ssrc: ssrc, marker: marker)
        sequence &+= 1
        return ToneSource.packet(header, payload: payload[...], level: nil)
    }
}

/// What a viewer sees: decodes a stream of packets, as somebody who knows only what is given here.
struct VideoMeter {
    /// The luma of each picture, with the packet's time.
    private(set) var pictures: [(time: MediaTime, luma: [UInt8])] = []

    init(_ datagrams: [SimulatedRelay.Datagram], codec: RTPCodec, configuration: TheoraConfiguration? = nil) throws {
        let decoder = try VideoTrackDecoder(codec)
        if let configuration { decoder.configure(configuration) }
        var pictures: [(time: MediaTime, luma: [UInt8])] = []
        for datagram in datagrams {
            guard let header = datagram.header else { continue }
            decoder.receive(header, datagram.bytes.span.bytes) { picture in
                let size = picture.width * picture.height
                let luma = picture.withBytes { bytes in bytes.withUnsafeBytes { Array($0[..<size]) } }
                pictures.append((datagram.time, luma))
            }
        }
        self.pictures = pictures
    }

    /// How alike each picture is to the most like of a source's, in dB.
    func quality(against source: VideoSource) -> [Double] {
        let originals = (0..<source.frames).map { source.luma($0) }
        return pictures.map { picture in originals.map { Self.psnr($0, picture.luma) }.max() ?? 0 }
    }

    static func psnr(_ left: [UInt8], _ right: [UInt8]) -> Double {
        guard left.count == right.count else { return 0 }
        var sum = 0.0
        for index in left.indices {
            let difference = Double(left[index]) - Double(right[index])
            sum += difference * difference
        }
        return sum == 0 ? 99 : 10 * log10(255 * 255 * Double(left.count) / sum)
    }
}
