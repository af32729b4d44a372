/// Reads Opus (RFC 7845), Speex, Theora and VP8 from Ogg files, with the time of each packet.
///
/// Bytes are fed in as they arrive; memory is bounded. Times come from the granule positions, so that what is missing
/// leaves a gap where it was.
public struct OggMediaReader: ~Copyable {
    /// The bytes of the packet last returned.
    public private(set) var packet: [UInt8] = []

    private var reader: OggReader
    /// The open streams; few, and changed in place, which a dictionary's would not be.
    private var tracks: [(serial: UInt32, track: OggTrack)] = []
    private var trackCount = 0
    private var pending: [MediaEvent] = []
    /// The place of the track whose packets are being handed out.
    private var current: Int?
    /// A track that has ended and may still hold packets.
    private var ending: OggTrack?

    /// A reader at the start of a file.
    public init(limits: OggReader.Limits = .init()) {
        reader = OggReader(limits: limits)
    }

    /// Adds bytes. Call ``next()`` until it returns nil before feeding more.
    public mutating func feed(_ bytes: RawSpan) throws(CodecError) {
        try reader.feed(bytes)
    }

    /// Says that no more bytes will come.
    public mutating func finish() {
        reader.finish()
    }

    /// The next event, nil when more bytes are needed (after ``finish()``: at the end).
    public mutating func next() -> MediaEvent? {
        while true {
            if !pending.isEmpty { return pending.removeFirst() }
            if let index = current {
                if let event = tracks[index].track.takePacket(into: &packet) { return .packet(event) }
                current = nil
            }
            if let id = ending?.id {
                if let event = ending?.takePacket(into: &packet) { return .packet(event) }
                ending = nil
                return .trackEnded(id)
            }
            guard let event = reader.next() else { return nil }
            handle(event)
        }
    }

    private mutating func handle(_ event: OggReader.Event) {
        switch event {
        case .streamBegan(let serial):
            if let index = tracks.firstIndex(where: { $0.serial == serial }) { tracks.remove(at: index) }
            tracks.append((serial, OggTrack(id: trackCount)))
            trackCount += 1
        case .packet(let info):
            handle(info)
        case .damage(let damage):
            if case .truncated(let serial) = damage { end(serial) }
            pending.append(.damage(.ogg(damage)))
        case .streamEnded(let serial):
            end(serial)
        }
    }

    private mutating func handle(_ info: OggPacket) {
        guard let index = tracks.firstIndex(where: { $0.serial == info.serial }) else { return }
        let bytes = reader.packet
        let outcome = tracks[index].track.take(bytes.span.bytes, info)
        if let announced = tracks[index].track.announcement() { pending.append(.track(announced)) }
        let id = tracks[index].track.id
        switch outcome {
        case .ready:
            current = index
        case .readyWithBadTime:
            current = index
            pending.append(.damage(.badTimestamp(track: id)))
        case .badHeader:
            pending.append(.damage(.badHeader(track: id)))
        case .badPacket:
            current = index
            pending.append(.damage(.badPacket(track: id)))
        case .nothing:
            break
        }
    }

    /// Hands out what waits for a granule position that will not come, then ends the track.
    private mutating func end(_ serial: UInt32) {
        guard let index = tracks.firstIndex(where: { $0.serial == serial }) else { return }
        current = nil
        var track = tracks.remove(at: index).track
        track.timeWithoutGranule()
        ending = track
    }
}
