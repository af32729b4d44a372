/// What the forwarder must know of each codec's payloads.
extension MediaRouter {
    /// Takes in a VP8 packet.
    func receiveVP8(
        _ header: RTPHeader, sequence: UInt64, _ payload: RawSpan, track: Slab<VideoTrack>.Key, at now: MediaTime
    ) {
        let descriptor = try? VP8Descriptor(parsing: payload)
        let size = descriptor.flatMap { Self.keyFrameSize(payload, $0) }
        if let size { videoTracks.with(track) { $0.size = size } }
        let packet = ForwardBuffer.Packet(
            range: 0..<RTPHeader.fixedLength + payload.byteCount, sequence: sequence, timestamp: header.timestamp,
            marker: header.marker, beginsKeyFrame: size != nil, descriptor: descriptor ?? VP8Descriptor())
        admit(packet, payload: payload, into: track, isCounted: true, at: now)
    }

    /// Takes in a Theora packet, with the headers before it where they are due.
    func receiveTheora(
        _ header: RTPHeader, sequence: UInt64, _ packet: RawSpan, track key: Slab<VideoTrack>.Key, at now: MediaTime
    ) {
        let before = videoTracks.with(key) { $0.theora?.configuration?.identifier } ?? nil
        let verdict = videoTracks.with(key) { $0.theora?.receive(header, sequence: sequence, packet) } ?? nil
        let configuration = videoTracks.with(key) { $0.theora?.configuration } ?? nil
        if let configuration, configuration.identifier != before { noteConfiguration(configuration, of: key) }
        guard let configuration, case .data(let place, let beginsKeyFrame, let endsFrame)? = verdict else { return }
        var begins = beginsKeyFrame
        var number = place
        if beginsKeyFrame {
            let isDue = videoTracks.with(key) { track in
                track.theora?.isDue(at: now) == true || track.watchers.contains { !$0.isActive }
            }
            if isDue == true {
                number = insert(configuration, before: sequence, timestamp: header.timestamp, of: key, at: now)
                begins = false
            }
        }
        let payload = packet.extracting(header.payload)
        theoraPayload.grow(to: payload.byteCount)
        theoraPayload.copy(payload, to: 0)
        theoraPayload.write(0..<payload.byteCount) { $0.store(uint24: configuration.identifier, at: 0) }
        let data = ForwardBuffer.Packet(
            range: 0..<RTPHeader.fixedLength + payload.byteCount, sequence: number, timestamp: header.timestamp,
            marker: endsFrame, beginsKeyFrame: begins)
        theoraPayload.read(0..<payload.byteCount) { admit(data, payload: $0, into: key, isCounted: false, at: now) }
    }

    /// Puts a stream's headers before a key frame; the key frame's number after them.
    private func insert(
        _ configuration: TheoraConfiguration, before sequence: UInt64, timestamp: UInt32,
        of key: Slab<VideoTrack>.Key, at now: MediaTime
    ) -> UInt64 {
        let packed = configuration.packed
        var packetizer = TheoraPacketizer(
            maximumPayload: VideoConversion.largestPayload, identifier: configuration.identifier)
        packetizer.begin(length: packed.count, kind: .configuration)
        var payloads: [[UInt8]] = []
        var isDone = false
        while !isDone {
            var bytes = [UInt8](repeating: 0, count: VideoConversion.largestPayload)
            var cursor = 0
            do {
                var span = bytes.mutableSpan
                var target = span.mutableBytes
                guard let last = (try? packetizer.next(of: packed.span.bytes, into: &target, at: &cursor)) ?? nil
                else { break }
                isDone = last
            }
            payloads.append(Array(bytes[..<cursor]))
        }
        let count = payloads.count
        let first = videoTracks.with(key) { $0.theora?.insert(count, before: sequence, at: now) } ?? nil
        guard let first else { return sequence }
        for (index, payload) in payloads.enumerated() {
            let packet = ForwardBuffer.Packet(
                range: 0..<RTPHeader.fixedLength + payload.count, sequence: first + UInt64(index),
                timestamp: timestamp, marker: false, beginsKeyFrame: index == 0)
            admit(packet, payload: payload.span.bytes, into: key, isCounted: false, at: now)
        }
        return first + UInt64(count)
    }

    /// What a newcomer is told of the Theora that they will see: a sender's of the room, if there is one; else the relay's own, of the size of what there is to be seen.
    func toldTheora(room name: String, participant: String) -> ToldTheora? {
        let tracks = (roomsByName[name].flatMap { rooms[$0]?.sessions } ?? []).compactMap { key -> VideoTrack? in
            guard let session = sessions[key], session.participant != participant else { return nil }
            return session.videoTrack.flatMap { videoTracks[$0] }
        }
        for track in tracks {
            guard let configuration = track.theora?.configuration, let size = configuration.pictureSize else {
                continue
            }
            return ToldTheora(configuration: configuration, size: size, frameRate: TheoraStream.frameRate, isOwn: false)
        }
        let seen = tracks.lazy.compactMap(\.size).first { $0.width > 0 && $0.height > 0 }
        let size = seen ?? PictureSize(width: 320, height: 240)
        return TheoraStream.configuration(size: size).map {
            ToldTheora(configuration: $0, size: size, frameRate: TheoraStream.frameRate, isOwn: true)
        }
    }

    /// A stream's headers are known now, or are others.
    private func noteConfiguration(_ configuration: TheoraConfiguration, of key: Slab<VideoTrack>.Key) {
        let session = videoTracks.with(key) { track in
            track.size = configuration.pictureSize ?? track.size
            track.conversion?.collecting.changes.append(.configuration(configuration))
            return track.session
        }
        if let room = session.flatMap({ sessions[$0]?.room }) { unassignedRooms.append(room) }
    }

    /// The picture's size where a VP8 payload is the first of a key frame (RFC 7741, 4.2 and 4.3).
    private static func keyFrameSize(_ payload: RawSpan, _ descriptor: VP8Descriptor) -> PictureSize? {
        guard descriptor.startsFrame else { return nil }
        let frame = payload.extracting(descriptor.length..<payload.byteCount)
        guard let header = VP8PayloadHeader(parsing: frame), header.isKeyFrame else { return nil }
        return PictureSize(width: header.width ?? 0, height: header.height ?? 0)
    }
}

extension TheoraConfiguration {
    /// The picture's size as the identification header says (Theora specification, 6.2).
    var pictureSize: PictureSize? {
        guard identification.count >= 20 else { return nil }
        func number(_ place: Int) -> Int { identification[place..<place + 3].reduce(0) { $0 << 8 | Int($1) } }
        return PictureSize(width: number(14), height: number(17))
    }
}
