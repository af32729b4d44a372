/// Gives one receiver an unbroken RTP stream, whatever source its packets come from: sequence numbers and timestamps go on over a switch of source
/// (RFC 3550, 5.1; the same names and numbers must never be used for two packets).
struct StreamRewriter {
    /// The stream's own name.
    let ssrc: UInt32
    /// The payload type that the receiver expects.
    let payloadType: UInt8
    /// Ticks of the RTP clock in a second.
    let clockRate: Int

    private var sequenceOffset: UInt16 = 0
    private var timestampOffset: UInt32 = 0
    private var firstOfSource: UInt64 = 0
    private var highest: UInt64 = 0
    private var nextSequence: UInt16
    private(set) var lastTimestamp: UInt32
    private var lastTime: MediaTime?
    private var pictureOffset: UInt16 = 0
    private var baseLayerOffset: UInt8 = 0
    private var lastPictureID: UInt16?
    private var lastBaseLayerIndex: UInt8?
    /// While older packets are gone through quickly: the last of them, and the time of the one before in the source and as it left.
    private var replayed: (last: UInt64, source: UInt32, left: UInt32)?

    /// Ticks between two frames that are gone through quickly: 1 ms of 90 kHz.
    private static let replayStep: UInt32 = 90

    /// The numbers that a packet leaves with.
    struct Numbers: Equatable {
        var sequence: SequenceNumber
        var timestamp: UInt32
        /// PictureID and TL0PICIDX of a VP8 payload, where they differ from those that it has.
        var picture: (pictureID: UInt16, baseLayerIndex: UInt8)?

        static func == (left: Numbers, right: Numbers) -> Bool {
            left.sequence == right.sequence && left.timestamp == right.timestamp
                && left.picture?.pictureID == right.picture?.pictureID
                && left.picture?.baseLayerIndex == right.picture?.baseLayerIndex
        }
    }

    /// Makes the rewriter of a stream that has not begun.
    init(ssrc: UInt32, payloadType: UInt8, clockRate: Int, firstSequence: UInt16, firstTimestamp: UInt32) {
        self.ssrc = ssrc
        self.payloadType = payloadType
        self.clockRate = clockRate
        nextSequence = firstSequence
        lastTimestamp = firstTimestamp
    }

    /// Goes on with another source, of which this packet is the first for us; `shift` is what is left out before it. Its time is placed by the clock, at least one tick
    /// after the last.
    mutating func begin(_ packet: ForwardBuffer.Packet, shift: PacketMap.Shift = .init(), at now: MediaTime) {
        var next = lastTimestamp
        if let last = lastTime {
            next &+= UInt32(clamping: max(1, now.ticks(since: last, clockRate: clockRate)))
        }
        replayed = nil
        timestampOffset = next &- packet.timestamp
        sequenceOffset = nextSequence &- UInt16(truncatingIfNeeded: packet.sequence &- shift.sequence)
        firstOfSource = packet.sequence
        highest = packet.sequence &- shift.sequence
        lastTimestamp = next
        lastTime = now
        if let last = lastPictureID, let pictureID = packet.descriptor.pictureID {
            pictureOffset = last &+ 1 &- (pictureID &- shift.pictureID)
        }
        if let last = lastBaseLayerIndex, let index = packet.descriptor.baseLayerIndex {
            baseLayerOffset = last &+ 1 &- (index &- shift.baseLayerIndex)
        }
    }

    /// Goes on with another source whose last group of pictures is gone through quickly first: `first` to `last`, a tick or two for each frame, so that who begins to watch is not behind ever after.
    mutating func begin(
        _ first: ForwardBuffer.Packet, replayingTo last: ForwardBuffer.Packet, frames: Int, at now: MediaTime
    ) {
        begin(first, at: now)
        let start = lastTimestamp
        timestampOffset = start &+ UInt32(frames) * Self.replayStep &- last.timestamp
        replayed = (last.sequence, first.timestamp, start)
    }

    /// The time of a packet that is gone through quickly.
    private mutating func replayedTime(of packet: ForwardBuffer.Packet) -> UInt32? {
        guard let state = replayed, packet.sequence <= state.last else {
            return nil
        }
        guard packet.timestamp != state.source else { return state.left }
        replayed = (state.last, packet.timestamp, state.left &+ Self.replayStep)
        return state.left &+ Self.replayStep
    }

    /// The numbers that a packet leaves with, or nil where it belongs to the time before the switch. For the same packet they are the same each time.
    @inline(__always)
    mutating func rewrite(_ packet: ForwardBuffer.Packet, shift: PacketMap.Shift, at now: MediaTime) -> Numbers? {
        guard packet.sequence >= firstOfSource else { return nil }
        let sequence = packet.sequence &- shift.sequence
        let rewritten = UInt16(truncatingIfNeeded: sequence) &+ sequenceOffset
        let time = replayedTime(of: packet) ?? packet.timestamp &+ timestampOffset
        let isNewest = sequence >= highest
        if isNewest {
            highest = sequence
            nextSequence = rewritten &+ 1
            if time != lastTimestamp {
                lastTimestamp = time
                lastTime = now
            }
        }
        var numbers = Numbers(sequence: SequenceNumber(rewritten), timestamp: time)
        if let pictureID = packet.descriptor.pictureID {
            let width: UInt16 = packet.descriptor.hasLongPictureID ? 0x7FFF : 0x7F
            let moved = (pictureID &- shift.pictureID &+ pictureOffset) & width
            let index = (packet.descriptor.baseLayerIndex ?? 0) &- shift.baseLayerIndex &+ baseLayerOffset
            if moved != pictureID || index != packet.descriptor.baseLayerIndex ?? 0 { numbers.picture = (moved, index) }
            if isNewest {
                lastPictureID = moved
                if packet.descriptor.baseLayerIndex != nil { lastBaseLayerIndex = index }
            }
        }
        return numbers
    }

    /// The number, before any shift, of the packet that left as `number`, if it is one of the present source.
    func original(of number: SequenceNumber) -> UInt64? {
        let distance = Int16(bitPattern: number.rawValue &- (nextSequence &- 1))
        guard distance <= 0, highest >= UInt64(-Int64(distance)) else { return nil }
        let sequence = highest - UInt64(-Int64(distance))
        return sequence
    }

    /// Whether a packet can be sent again as it was: it is one of the present source, and none that was gone through quickly.
    func isRepeatable(_ sequence: UInt64) -> Bool {
        sequence >= firstOfSource && sequence > replayed?.last ?? 0
    }
}
