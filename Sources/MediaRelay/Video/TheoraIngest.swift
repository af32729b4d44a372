/// What becomes of a Theora sender's headers on their way through the relay.
///
/// They come in the session description, in the stream, or both; ffmpeg's lack a comment header. Those in the stream are taken out, and whole ones, under a number of the
/// relay's own, are put before key frames: for whoever begins to watch, and again from time to time. The packets' numbers close over what was taken out, so that no
/// receiver sees a gap.
struct TheoraIngest {
    /// What a packet is.
    enum Verdict: Equatable {
        /// Pictures, under this number.
        case data(sequence: UInt64, beginsKeyFrame: Bool, endsFrame: Bool)
        /// Headers, or nothing of use.
        case consumed
    }

    /// Headers are repeated this often, in ms: in a stream's first seconds, since receivers may still be starting, and later.
    private static let earlyInterval: Int64 = 2_000
    private static let lateInterval: Int64 = 10_000
    private static let early: Int64 = 20_000

    /// What the stream is decoded with, under the relay's number; nil until it is known.
    private(set) var configuration: TheoraConfiguration?
    private var senderIdentifier: UInt32?
    private var headers = TheoraDepacketizer(maximumLength: 1 << 16)
    /// Added to the sender's numbers from `changed` on, and before it.
    private var offset: Int64 = 0
    private var earlierOffset: Int64 = 0
    private var changed: UInt64 = 0
    private var began: MediaTime?
    private var lastSent: MediaTime?

    /// Makes the ingest of a stream.
    ///
    /// - Parameter configuration: what the session description says, if it does.
    init(configuration: TheoraConfiguration?) {
        if let configuration { take(configuration) }
    }

    /// Looks at a packet.
    mutating func receive(_ header: RTPHeader, sequence: UInt64, _ packet: RawSpan) -> Verdict {
        let payload = packet.extracting(header.payload)
        guard let head = try? TheoraPayloadHeader(parsing: payload) else { return .consumed }
        guard head.kind == .data else {
            if head.kind == .configuration { gather(header, packet) }
            change(at: sequence + 1, by: -1)
            return .consumed
        }
        guard configuration != nil, head.identifier == senderIdentifier else { return .consumed }
        let starts = head.fragment == .whole || head.fragment == .start
        let place = TheoraPayloadHeader.length + 2
        let isKey = starts && payload.byteCount > place && payload.byte(at: place) & 0xC0 == 0
        return .data(
            sequence: number(sequence), beginsKeyFrame: isKey,
            endsFrame: head.fragment == .whole || head.fragment == .end)
    }

    /// Whether the headers are due before a key frame.
    func isDue(at now: MediaTime) -> Bool {
        guard configuration != nil else { return false }
        guard let lastSent, let began else { return true }
        let isEarly = now.milliseconds(since: began) < Self.early
        return now.milliseconds(since: lastSent) >= (isEarly ? Self.earlyInterval : Self.lateInterval)
    }

    /// Makes room for `count` packets of headers before the sender's packet `sequence`: the number of the first.
    mutating func insert(_ count: Int, before sequence: UInt64, at now: MediaTime) -> UInt64 {
        let first = number(sequence)
        change(at: sequence, by: Int64(count))
        lastSent = now
        if began == nil { began = now }
        return first
    }

    /// The number under which the sender's packet goes on.
    private func number(_ sequence: UInt64) -> UInt64 {
        UInt64(max(0, Int64(sequence) + (sequence >= changed ? offset : earlierOffset)))
    }

    private mutating func change(at sequence: UInt64, by difference: Int64) {
        guard sequence >= changed else { return }
        earlierOffset = offset
        changed = sequence
        offset += difference
    }

    private mutating func gather(_ header: RTPHeader, _ packet: RawSpan) {
        var found: TheoraConfiguration?
        try? headers.receive(header, packet) { head, data in
            found = TheoraConfiguration(identifier: head.identifier, packed: data.withUnsafeBytes { Array($0) })
        }
        if let found { take(found) }
    }

    private mutating func take(_ found: TheoraConfiguration) {
        senderIdentifier = found.identifier
        let renamed = TheoraStream.renamed(found)
        guard renamed != configuration else { return }
        configuration = renamed
        lastSent = nil
    }
}
