internal import Codec

/// Tracks that are derived from others: decoded once, encoded once for each target, and shared by all who need that.
extension MediaRouter {
    /// The most that a derived track is given where limits allow more, bits of payload a second.
    static var mostDerivedBitrate: Int { 600_000 }

    /// The track that shows what `source` shows as `target` asks; nil where that codec cannot be had. It is made where there is none yet, and ends when its last watcher
    /// leaves.
    func derivedTrack(of source: Slab<VideoTrack>.Key, target: TranscodingTarget) -> Slab<VideoTrack>.Key? {
        guard let track = videoTracks[source], track.derivation == nil else { return nil }
        for key in track.conversion?.tracks.values.map({ $0 }) ?? []
        where videoTracks[key]?.derivation?.target == target {
            return key
        }
        if track.conversion == nil {
            guard let converter = try? VideoConverter(track.codec) else { return nil }
            videoTracks.with(source) { track in
                track.conversion = VideoTrack.Conversion(
                    converter: converter, collecting: VideoBatch(), spare: VideoBatch())
                guard let configuration = track.theora?.configuration else { return }
                track.conversion?.collecting.changes.append(.configuration(configuration))
            }
        }
        lastConversion &+= 1
        let id = lastConversion
        let derived = videoTracks.insert(
            VideoTrack(
                session: track.session, section: track.section, codec: target.codec, ssrc: track.ssrc,
                gate: FrameGate(track.gate.limit),
                derivation: VideoTrack.Derivation(source: source, conversion: id, target: target)))
        videoTracks.with(source) { track in
            track.conversion?.tracks[id] = derived
            track.conversion?.collecting.changes.append(.add(id, target))
        }
        return derived
    }

    /// A packet of a track has come from which others may be derived: it goes to the codec worker with the next ``submitConversions()``.
    func collect(
        _ header: RTPHeader, sequence: UInt64, payload: RawSpan, of track: Slab<VideoTrack>.Key
    ) {
        let isConverted = videoTracks.with(track) { track in
            guard let batch = track.conversion?.collecting else { return false }
            batch.append(
                sequence: sequence, timestamp: header.timestamp, marker: header.marker, payload: payload)
            return true
        }
        if isConverted == true, !convertedTracks.contains(track) { convertedTracks.append(track) }
    }

    /// Gives what was collected to the codec workers.
    func submitConversions() {
        while let track = convertedTracks.popLast() { submitConversion(track) }
    }

    /// Takes back a batch from a codec worker: its packets go to those who watch the derived tracks.
    func finish(_ batch: VideoBatch, track source: Slab<VideoTrack>.Key, at now: MediaTime) {
        guard let tracks = videoTracks[source]?.conversion?.tracks else { return }
        for packet in batch.derived {
            guard let key = tracks[packet.conversion], videoTracks.contains(key) else { continue }
            inject(packet, of: batch, into: key, at: now)
        }
        forwardVideo(at: now)
        let needsKeyFrame = batch.needsKeyFrame
        batch.clearOutput()
        videoTracks.with(source) { $0.conversion?.spare = batch }
        if needsKeyFrame { requestKeyFrame(source, at: now) }
        submitConversion(source)
        assignVideo(at: now)
    }

    /// A watcher is gone: a derived track that nobody needs ends.
    func endIfUnused(_ key: Slab<VideoTrack>.Key) {
        guard let track = videoTracks[key], let derivation = track.derivation, track.watchers.isEmpty
        else { return }
        if forwardTrack == key {
            forwardTrack = nil
            forward.removeAll()
        }
        videoTracks.remove(key)
        videoTracks.with(derivation.source) { source in
            source.conversion?.tracks[derivation.conversion] = nil
            source.conversion?.collecting.changes.append(.remove(derivation.conversion))
            // Nothing is decoded for nobody; a batch that is with a worker comes back to nothing.
            if source.conversion?.tracks.isEmpty == true { source.conversion = nil }
        }
    }

    /// Asks the encoder of a derived track for a key frame.
    func requestDerivedKeyFrame(_ derivation: VideoTrack.Derivation) {
        videoTracks.with(derivation.source) { source in
            source.conversion?.collecting.changes.append(.keyFrame(derivation.conversion))
        }
    }

    private func submitConversion(_ track: Slab<VideoTrack>.Key) {
        let job: (VideoConverter, VideoBatch)? =
            videoTracks.with(track) { track in
                guard let conversion = track.conversion, let spare = conversion.spare,
                    !conversion.collecting.packets.isEmpty
                else { return nil }
                track.conversion?.spare = nil
                track.conversion?.collecting = spare
                return (conversion.converter, conversion.collecting)
            } ?? nil
        if let job { output.convert(job.1, with: job.0, track: track) }
    }

    private func inject(
        _ packet: VideoBatch.DerivedPacket, of batch: VideoBatch, into key: Slab<VideoTrack>.Key, at now: MediaTime
    ) {
        if forwardTrack != key {
            forwardVideo(at: now)
            forwardTrack = key
        }
        let sequence = videoTracks.with(key) { track in
            let sequence = track.derivation?.nextSequence ?? 0
            track.derivation?.nextSequence = sequence + 1
            return sequence
        }
        batch.output.read(packet.payload) { payload in
            var derived = ForwardBuffer.Packet(
                range: 0..<RTPHeader.fixedLength + payload.byteCount, sequence: sequence ?? 0,
                timestamp: packet.timestamp, marker: packet.marker, beginsKeyFrame: packet.beginsKeyFrame)
            if videoTracks.with(key, { $0.codec == .vp8 }) == true {
                derived.descriptor = (try? VP8Descriptor(parsing: payload)) ?? VP8Descriptor()
            }
            admit(derived, payload: payload, into: key, isCounted: false, at: now)
        }
    }
}
