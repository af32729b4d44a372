/// What the forwarder must know of each codec's payloads.
extension MediaRouter {
    /// Keeps a VP8 packet for those who watch.
    func receiveVP8(_ header: RTPHeader, sequence: UInt64, _ payload: RawSpan, track: Slab<VideoTrack>.Key) {
        let size = Self.keyFrameSize(payload)
        if let size {
            videoTracks.with(track) { track in
                track.keyFrames.satisfied()
                track.size = size
            }
        }
        forward.append(header, sequence: sequence, payload: payload, beginsKeyFrame: size != nil)
    }

    /// Keeps a Theora packet for those who watch, with the headers before it where they are due.
    func receiveTheora(
        _ header: RTPHeader, sequence: UInt64, _ packet: RawSpan, track key: Slab<VideoTrack>.Key, at now: MediaTime
    ) {
        let before = videoTracks.with(key) { $0.theora?.configuration?.identifier } ?? nil
        let verdict = videoTracks.with(key) { $0.theora?.receive(header, sequence: sequence, packet) } ?? nil
        let configuration = videoTracks.with(key) { $0.theora?.configuration } ?? nil
        if let configuration, configuration.identifier != before { noteConfiguration(configuration, of: key) }
        guard let configuration, case .data(let data, let beginsKeyFrame, let endsFrame)? = verdict else { return }
        var begins = beginsKeyFrame
        var number = data
        if beginsKeyFrame {
            let isDue = videoTracks.with(key) { track in
                track.keyFrames.satisfied()
                return track.theora?.isDue(at: now) == true || track.watchers.contains { !$0.isActive }
            }
            if isDue == true {
                number = insert(configuration, before: sequence, timestamp: header.timestamp, of: key, at: now)
                begins = false
            }
        }
        var marked = header
        marked.marker = endsFrame
        forward.append(
            marked, sequence: number, payload: packet.extracting(header.payload), beginsKeyFrame: begins,
            theora: configuration.identifier)
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
            let number = first + UInt64(index)
            let header = RTPHeader(
                sequenceNumber: SequenceNumber(UInt16(truncatingIfNeeded: number)), timestamp: timestamp, marker: false,
                payload: 0..<payload.count)
            forward.append(header, sequence: number, payload: payload.span.bytes, beginsKeyFrame: index == 0)
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
            guard let configuration = track.theora?.configuration, let size = configuration.pictureSize else { continue }
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
    private static func keyFrameSize(_ payload: RawSpan) -> PictureSize? {
        guard let descriptor = try? VP8Descriptor(parsing: payload), descriptor.startsFrame else { return nil }
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
