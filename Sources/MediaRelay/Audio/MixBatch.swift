/// What passes between a media loop and a codec worker for one room: the packets and changes of the ticks that have come, and the mixes that they make.
///
/// A batch belongs to one side at a time; it goes back and forth and keeps its memory.
final class MixBatch {
    /// A change of who speaks to the room or hears it.
    enum Change {
        case addTrack(MixTrackID, AudioFormat)
        case removeTrack(MixTrackID)
        case listen(MixListenerID, MixConfiguration, own: MixTrackID?)
        case leave(MixListenerID)
    }

    /// A packet of sound that arrived, its payload in ``input``.
    struct Packet {
        var track: MixTrackID
        var sequenceNumber: SequenceNumber
        var timestamp: UInt32
        var arrival: MediaTime
        var payload: Range<Int>
    }

    /// A packet of a mix, its payload in ``output``.
    struct Frame {
        var configuration: MixConfiguration
        /// The speaker who is not in it, or nil in the mix for all the others.
        var excluded: MixTrackID?
        /// When its first sample belongs, in samples at 48 kHz of the room's clock.
        var position: Int64
        /// Whether sound begins after a pause.
        var marker: Bool
        var payload: Range<Int>
    }

    /// How loud a track is at the end of the batch.
    struct Level {
        var track: MixTrackID
        /// dB below full scale, 0…127.
        var attenuation: Float
        var isSpeaking: Bool
    }

    /// Bytes for the payloads of one batch in either direction.
    static let inputCapacity = 64 * 1_500
    private static let outputReserve = 16 * 1_500

    // From the loop.
    var changes: [Change] = []
    var packets: [Packet] = []
    var input = ByteStore(capacity: 0)
    private(set) var inputCount = 0
    /// The ticks to mix, by their time.
    var ticks: [Tick] = []

    /// One 20 ms step of a room.
    struct Tick {
        var time: MediaTime
        /// Samples at 48 kHz since the room's clock began.
        var position: Int64
    }

    // From the worker.
    var frames: [Frame] = []
    var output = ByteStore(capacity: MixBatch.outputReserve)
    private(set) var outputCount = 0
    var levels: [Level] = []
    /// The speakers whose own mix goes without themselves.
    var selected: [MixTrackID] = []
    /// Whether the room has fallen silent, so that no tick is needed until a packet comes.
    var isIdle = false

    /// Adds a packet; false where the batch is full.
    func append(
        track: MixTrackID, sequenceNumber: SequenceNumber, timestamp: UInt32, arrival: MediaTime, payload: RawSpan
    ) -> Bool {
        let end = inputCount + payload.byteCount
        guard end <= Self.inputCapacity else { return false }
        if end > input.capacity { input.grow(to: min(Self.inputCapacity, max(end, input.capacity * 2, 8 * 1_024))) }
        input.copy(payload, to: inputCount)
        packets.append(
            Packet(
                track: track, sequenceNumber: sequenceNumber, timestamp: timestamp, arrival: arrival,
                payload: inputCount..<end))
        inputCount = end
        return true
    }

    /// Adds a frame whose payload `write` puts into the room it is given and whose length it returns; nothing is added at a length of 0.
    func appendFrame(
        _ configuration: MixConfiguration, excluded: MixTrackID?, position: Int64, marker: Bool, most: Int,
        write: (inout MutableRawSpan) -> Int
    ) {
        output.grow(to: outputCount + most)
        let length = output.write(outputCount..<outputCount + most, write)
        guard length > 0 else { return }
        frames.append(
            Frame(
                configuration: configuration, excluded: excluded, position: position, marker: marker,
                payload: outputCount..<outputCount + length))
        outputCount += length
    }

    /// Forgets what the loop put in, once it is mixed.
    func clearInput() {
        changes.removeAll(keepingCapacity: true)
        packets.removeAll(keepingCapacity: true)
        ticks.removeAll(keepingCapacity: true)
        inputCount = 0
    }

    /// Forgets what the worker put in, once it is sent.
    func clearOutput() {
        frames.removeAll(keepingCapacity: true)
        levels.removeAll(keepingCapacity: true)
        selected.removeAll(keepingCapacity: true)
        outputCount = 0
        isIdle = false
    }
}
