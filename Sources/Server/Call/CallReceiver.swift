import Codec
import MediaRelay

/// Puts the Opus packets that arrive back into their order and writes them as an Ogg file, with gaps where none came.
struct CallReceiver: Sendable {
    private static let clockRate: UInt32 = 48_000
    /// How long a missing packet is waited for, in nanoseconds.
    private static let patience: UInt64 = 200_000_000
    /// How many packets are held back at most.
    private static let mostHeld = 32

    private struct Held: Sendable {
        var number: UInt64
        var start: UInt64
        var arrival: UInt64
        var payload: [UInt8]
    }

    /// What was received of the current source, for the reports.
    private(set) var statistics = ReceptionStatistics(clockRate: clockRate)
    /// The source that is heard; nil before its first packet.
    private(set) var source: UInt32?
    /// Packets that came of all sources.
    private(set) var packets: UInt64 = 0
    /// Bytes of payload that came.
    private(set) var payloadBytes: UInt64 = 0
    /// Packets that were no Opus, came too late, or overlapped others.
    private(set) var dropped: UInt64 = 0
    /// Bytes of the file that are to be written; the caller takes them away.
    var output: [UInt8] = []

    private var writer = OggMediaWriter()
    private let track: Int
    private var numbers = SequenceUnwrapper()
    private var timestamps = TimestampUnwrapper()
    private var held: [Held] = []
    private var nextNumber: UInt64?
    /// What is added to an unwrapped timestamp to get the place in the file.
    private var offset: Int64?
    private var end: Int64 = 0

    /// A receiver whose file begins with the headers of mono Opus.
    init() throws(CodecError) {
        let header = OpusHeader(channels: 1, preSkip: 312, inputSampleRate: 48_000)
        track = try writer.addTrack(.opus(header), serial: 1, to: &output)
    }

    /// The losses so far, by the numbers of the packets.
    var lost: Int { max(0, Int(statistics.cumulativeLost)) }

    /// Takes a packet that arrived at `now`, in nanoseconds.
    mutating func receive(_ header: RTPHeader, payload: RawSpan, at now: UInt64) {
        if source != header.ssrc { begin(header.ssrc) }
        packets += 1
        payloadBytes += UInt64(payload.byteCount)
        guard statistics.receive(header.sequenceNumber, timestamp: header.timestamp, at: now) != .suspect else {
            return
        }
        let number = numbers.unwrap(header.sequenceNumber)
        let start = timestamps.unwrap(header.timestamp)
        let place = held.firstIndex { $0.number >= number } ?? held.count
        let isDuplicate = place < held.count && held[place].number == number
        guard payload.byteCount > 0, !isDuplicate, number >= nextNumber ?? 0 else {
            dropped += 1
            return
        }
        let bytes = payload.withUnsafeBytes { Array($0) }
        held.insert(Held(number: number, start: start, arrival: now, payload: bytes), at: place)
        release(at: now)
    }

    /// Writes the packets whose predecessors have come, or have been waited for long enough at `now`.
    mutating func release(at now: UInt64) {
        while let first = held.first {
            let isNext = nextNumber == nil || nextNumber == first.number
            guard isNext || held.count > Self.mostHeld || first.arrival + Self.patience <= now else { return }
            write(held.removeFirst())
        }
    }

    /// Writes what is held and ends the file.
    mutating func finish() {
        while !held.isEmpty { write(held.removeFirst()) }
        writer.finish(to: &output)
    }

    /// Notes the time of a report of the source that is heard.
    mutating func noteSenderReport(_ time: NTPTime, at now: UInt64) {
        statistics.receive(senderReport: time, at: now)
    }

    /// The report about the source that is heard.
    mutating func makeReport(of source: UInt32, at now: UInt64) -> ReportBlock {
        statistics.makeReportBlock(ssrc: source, at: now)
    }

    /// Begins with another source; in the file it follows what was there.
    private mutating func begin(_ ssrc: UInt32) {
        while !held.isEmpty { write(held.removeFirst()) }
        source = ssrc
        statistics = ReceptionStatistics(clockRate: Self.clockRate)
        numbers = SequenceUnwrapper()
        timestamps = TimestampUnwrapper()
        nextNumber = nil
        offset = nil
    }

    private mutating func write(_ packet: Held) {
        nextNumber = packet.number + 1
        guard let framing = OpusPacket(packet.payload.span.bytes) else {
            dropped += 1
            return
        }
        let base = offset ?? end - Int64(packet.start)
        offset = base
        let start = Int64(packet.start) + base
        guard start >= end else {
            dropped += 1
            return
        }
        writer.write(
            packet.payload.span.bytes, track: track, start: start, duration: Int64(framing.duration), to: &output)
        end = start + Int64(framing.duration)
    }
}
