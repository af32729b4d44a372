import Codec

/// Puts a video track's packets together and decodes its frames, VP8 or Theora.
final class VideoTrackDecoder {
    let codec: RTPCodec
    private var vp8Frames = VP8Depacketizer()
    private var vp8: VP8Decoder?
    private var theoraFrames = TheoraDepacketizer()
    private var theora: TheoraDecoder?
    private var configuration: TheoraConfiguration?
    private var picture: Picture
    /// Whether something is missing, so that pictures are wrong or not there until a key frame comes.
    private(set) var isBroken = true

    /// Makes a decoder of a stream that begins.
    init(_ codec: RTPCodec) throws(CodecError) {
        self.codec = codec
        picture = try Picture(width: 16, height: 16)
        if codec == .vp8 { vp8 = try VP8Decoder() }
    }

    /// Sets what a Theora stream is decoded with.
    func configure(_ configuration: TheoraConfiguration) {
        // The number may be another, and the comments, without a change of the stream.
        let isKnown =
            self.configuration?.identification == configuration.identification
            && self.configuration?.setup == configuration.setup
        guard codec == .theora, !isKnown else { return }
        theora = try? TheoraDecoder(headers: configuration.headers)
        self.configuration = configuration
        isBroken = true
    }

    /// Packets are missing.
    func noteLoss() {
        isBroken = true
    }

    /// Takes a packet, and calls `body` with each picture that is to be shown.
    func receive(_ header: RTPHeader, _ packet: RawSpan, _ body: (borrowing Picture) -> Void) {
        if codec == .vp8 {
            receiveVP8(header, packet, body)
        } else {
            receiveTheora(header, packet, body)
        }
    }

    private func receiveVP8(_ header: RTPHeader, _ packet: RawSpan, _ body: (borrowing Picture) -> Void) {
        let dropped = vp8Frames.droppedFrames
        let result = try? vp8Frames.receive(header, packet)
        if vp8Frames.droppedFrames != dropped { isBroken = true }
        guard case .complete(let isKeyFrame)? = result else { return }
        if isKeyFrame { isBroken = false }
        let frame = vp8Frames.frame
        decode {
            try vp8?.decode(frame.span.bytes, into: &picture) ?? false
        } show: {
            body(picture)
        }
    }

    private func receiveTheora(_ header: RTPHeader, _ packet: RawSpan, _ body: (borrowing Picture) -> Void) {
        let dropped = theoraFrames.dropped
        var packets: [(TheoraPayloadHeader, [UInt8])] = []
        try? theoraFrames.receive(header, packet) { head, data in
            packets.append((head, data.withUnsafeBytes { Array($0) }))
        }
        if theoraFrames.dropped != dropped { isBroken = true }
        for (head, data) in packets {
            switch head.kind {
            case .configuration:
                if let found = TheoraConfiguration(identifier: head.identifier, packed: data) { configure(found) }
            case .data:
                // An empty packet repeats the picture before.
                guard !data.isEmpty else { continue }
                if data[0] & 0xC0 == 0 { isBroken = false }
                decode {
                    try theora?.decode(data.span.bytes, into: &picture) ?? false
                } show: {
                    body(picture)
                }
            case .comment:
                continue
            }
        }
    }

    private func decode(_ work: () throws -> Bool, show: () -> Void) {
        do {
            if try work() { show() }
        } catch {
            isBroken = true
        }
    }
}
