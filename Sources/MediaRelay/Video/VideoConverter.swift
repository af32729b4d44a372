import Codec

/// Decodes a video track once and encodes it for each track that is derived from it. Runs on a codec worker, one batch at a time.
final class VideoConverter {
    private var decoder: VideoTrackDecoder
    private var conversions: [VideoConversion] = []
    private var timestamps = TimestampUnwrapper()

    /// Makes the converter of a track.
    init(_ codec: RTPCodec) throws(CodecError) {
        decoder = try VideoTrackDecoder(codec)
    }

    /// Works through a batch: its changes, then its packets.
    func process(_ batch: VideoBatch) {
        for change in batch.changes { apply(change) }
        for packet in batch.packets {
            let time = Int64(timestamps.unwrap(packet.timestamp))
            let header = RTPHeader(
                sequenceNumber: SequenceNumber(UInt16(truncatingIfNeeded: packet.sequence)),
                timestamp: packet.timestamp, marker: packet.marker, payload: 0..<packet.payload.count)
            batch.input.read(packet.payload) { payload in
                decoder.receive(header, payload) { picture in
                    for conversion in conversions { conversion.push(picture, at: time, into: batch) }
                }
            }
        }
        if batch.isIncomplete { decoder.noteLoss() }
        batch.needsKeyFrame = decoder.isBroken
        batch.clearInput()
    }

    private func apply(_ change: VideoBatch.Change) {
        switch change {
        case .add(let id, let target):
            if let conversion = try? VideoConversion(id, target) { conversions.append(conversion) }
        case .remove(let id):
            conversions.removeAll { $0.id == id }
        case .keyFrame(let id):
            for conversion in conversions where conversion.id == id { conversion.requestKeyFrame() }
        case .configuration(let configuration):
            decoder.configure(configuration)
        }
    }
}
