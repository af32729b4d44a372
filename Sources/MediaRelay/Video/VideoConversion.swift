import Codec

/// One derived track on the codec worker's side: pictures in, packets of another codec, size or rate out.
///
/// Pictures keep the time of the source, so that nothing drifts against its sound.
final class VideoConversion {
    /// Bytes of a payload, at most.
    static let largestPayload = 1_180
    /// Key frames come at least this often, in seconds: not everyone can ask for one.
    private static let keyFrameSeconds = 4
    /// Theora's headers go with key frames, but not more often than this, in ticks of the RTP clock.
    private static let configurationInterval: Int64 = 180_000
    /// Under this many bits for a pixel the picture is made smaller.
    private static let leastBitsPerPixel = 0.08

    let id: ConversionID
    private let target: TranscodingTarget
    private var vp8: VP8Encoder?
    private var theora: TheoraEncoder?
    private var scaler: PictureScaler?
    private var scaled: Picture
    private var sourceSize = PictureSize(width: 0, height: 0)
    private var frame: [UInt8] = []
    private var vp8Packets = VP8Packetizer(maximumPayload: largestPayload, pictureID: 0)
    private var theoraPackets = TheoraPacketizer(maximumPayload: largestPayload, identifier: 0)
    private var configuration: TheoraConfiguration?
    private var lastConfiguration: Int64?
    private var wantsKeyFrame = true
    /// The number of the last picture's place in time, at the target's frame rate.
    private var lastSlot: Int64?

    /// Makes a conversion; its encoder is made when the first picture comes.
    init(_ id: ConversionID, _ target: TranscodingTarget) throws(CodecError) {
        self.id = id
        self.target = target
        scaled = try Picture(width: 16, height: 16)
    }

    /// Makes the next frame a key frame, with all that is needed to begin.
    func requestKeyFrame() {
        wantsKeyFrame = true
        lastConfiguration = nil
    }

    /// Takes a picture that is shown from `time` on, in ticks of 90 kHz.
    func push(_ picture: borrowing Picture, at time: Int64, into batch: VideoBatch) {
        let slot = time * Int64(target.frameRate) / 90_000
        if let lastSlot, slot <= lastSlot, slot > lastSlot - 10 * Int64(target.frameRate) { return }
        do throws(CodecError) {
            try prepare(picture)
            lastSlot = slot
            try encode(at: time, into: batch)
        } catch {
            // Begins anew with the next picture.
            vp8 = nil
            theora = nil
            sourceSize = PictureSize(width: 0, height: 0)
        }
    }

    // MARK: - Encoding

    /// Brings the picture to the target's size, and sees to it that there is an encoder for that.
    private func prepare(_ picture: borrowing Picture) throws(CodecError) {
        let size = PictureSize(width: picture.width, height: picture.height)
        if size != sourceSize {
            let wanted = target.size ?? reduced(size)
            scaler = try PictureScaler(width: wanted.width, height: wanted.height)
            try makeEncoder(wanted)
            sourceSize = size
        }
        try scaler?.scale(picture, into: &scaled)
    }

    /// The source's size, halved until there are bits enough for each pixel.
    private func reduced(_ size: PictureSize) -> PictureSize {
        var size = size
        let frames = Double(target.frameRate)
        while Double(target.bitrate) / (frames * Double(size.width * size.height)) < Self.leastBitsPerPixel,
            size.width >= 320, size.height >= 240
        {
            size = PictureSize(width: size.width / 2, height: size.height / 2)
        }
        return size
    }

    private func makeEncoder(_ size: PictureSize) throws(CodecError) {
        let interval = Self.keyFrameSeconds * target.frameRate
        frame = [UInt8](repeating: 0, count: max(1 << 16, size.width * size.height * 3))
        if target.codec == .vp8 {
            if vp8 != nil { return }
            var settings = VP8EncoderConfiguration(
                width: size.width, height: size.height, frameRate: FrameRate(target.frameRate),
                bitrate: max(1_000, target.bitrate))
            settings.clock = MediaClock(numerator: 1, denominator: 90_000)
            settings.keyFrameInterval = interval
            settings.errorResilient = true
            vp8 = try VP8Encoder(settings)
        } else {
            let encoder = try TheoraEncoder(
                TheoraStream.configuration(
                    size: size, frameRate: target.frameRate, bitrate: max(1_000, target.bitrate)))
            let headers = encoder.headers
            theora = consume encoder
            configuration = TheoraStream.configuration(of: headers)
            theoraPackets.identifier = configuration?.identifier ?? 0
            lastConfiguration = nil
        }
    }

    private func encode(at time: Int64, into batch: VideoBatch) throws(CodecError) {
        if wantsKeyFrame {
            vp8?.requestKeyFrame()
            theora?.requestKeyFrame()
            wantsKeyFrame = false
        }
        var size = 0
        var isKey = false
        do {
            var span = frame.mutableSpan
            var bytes = span.mutableBytes
            if vp8 != nil {
                guard let encoded = try vp8?.encode(scaled, at: time, into: &bytes) else { return }
                (size, isKey) = (encoded.size, encoded.isKeyFrame)
            } else if let encoded = try theora?.encode(scaled, into: &bytes) {
                (size, isKey) = (encoded.size, encoded.isKeyFrame)
            }
        }
        guard size > 0 else { return }
        let timestamp = UInt32(truncatingIfNeeded: time)
        if vp8 != nil {
            sendVP8(size, isKeyFrame: isKey, timestamp: timestamp, into: batch)
        } else {
            sendTheora(size, isKeyFrame: isKey, time: time, into: batch)
        }
    }

    // MARK: - Packets

    private func sendVP8(_ size: Int, isKeyFrame: Bool, timestamp: UInt32, into batch: VideoBatch) {
        let data = frame
        vp8Packets.begin(frameLength: size)
        var begins = isKeyFrame
        while !vp8Packets.isDone {
            let added = batch.appendDerived(
                id, timestamp: timestamp, beginsKeyFrame: begins, most: Self.largestPayload
            ) { bytes in
                var cursor = 0
                let last = try? vp8Packets.next(of: data.span.bytes.extracting(0..<size), into: &bytes, at: &cursor)
                return (last ?? nil).map { (cursor, $0) }
            }
            guard added else { return }
            begins = false
        }
    }

    private func sendTheora(_ size: Int, isKeyFrame: Bool, time: Int64, into batch: VideoBatch) {
        let timestamp = UInt32(truncatingIfNeeded: time)
        var begins = isKeyFrame
        if isKeyFrame, let configuration, lastConfiguration.map({ time - $0 >= Self.configurationInterval }) ?? true {
            lastConfiguration = time
            send(configuration.packed, .configuration, timestamp: timestamp, marker: false, begins: true, into: batch)
            begins = false
        }
        send(Array(frame[..<size]), .data, timestamp: timestamp, marker: true, begins: begins, into: batch)
    }

    private func send(
        _ data: [UInt8], _ kind: TheoraPayloadHeader.Kind, timestamp: UInt32, marker: Bool, begins: Bool,
        into batch: VideoBatch
    ) {
        theoraPackets.begin(length: data.count, kind: kind)
        var begins = begins
        var isDone = false
        while !isDone {
            let added = batch.appendDerived(
                id, timestamp: timestamp, beginsKeyFrame: begins, most: Self.largestPayload
            ) { bytes in
                var cursor = 0
                guard let last = (try? theoraPackets.next(of: data.span.bytes, into: &bytes, at: &cursor)) ?? nil
                else { return nil }
                isDone = last
                return (cursor, last && marker)
            }
            guard added else { return }
            begins = false
        }
    }
}
