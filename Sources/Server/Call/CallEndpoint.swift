import Codec
import MediaRelay

/// One end of a call, without sockets and clocks: datagrams and the time in, datagrams and file bytes out.
///
/// RTP and RTCP share a port. Times are nanoseconds of one monotonic clock.
struct CallEndpoint {
    /// What the endpoint was agreed to be.
    struct Setup: Sendable {
        /// What is sent; nil to send nothing.
        var input: CallInput?
        /// The bitrate of a tone, in bit/s.
        var bitrate: Int
        /// The payload type of Opus.
        var payloadType: UInt8
        /// The endpoint's own source.
        var ssrc: UInt32
        /// The number of the first packet.
        var firstNumber: UInt16
        /// The timestamp of the first packet.
        var firstTimestamp: UInt32
        /// The endpoint's canonical name in source descriptions.
        var canonicalName: String
    }

    /// What the call is like at a moment.
    struct Progress: Sendable, Equatable, Encodable {
        /// Packets sent.
        var sentPackets: UInt64 = 0
        /// Bytes of payload sent.
        var sentBytes: UInt64 = 0
        /// Packets received.
        var receivedPackets: UInt64 = 0
        /// Bytes of payload received.
        var receivedBytes: UInt64 = 0
        /// Packets that were sent to us and did not come.
        var lostPackets: Int = 0
        /// Interarrival jitter in milliseconds.
        var jitter: Int = 0
        /// Round trip in milliseconds, once it is known.
        var roundTrip: Int?
    }

    private static let reportInterval: UInt64 = 5_000_000_000
    private static let firstReport: UInt64 = 500_000_000

    private let setup: Setup
    private var sender: CallSender?
    private var receiver: CallReceiver
    private var nextReport: UInt64
    /// Whether the other end has said goodbye.
    private(set) var hasEnded = false

    /// An endpoint that begins at `now`.
    init(_ setup: Setup, at now: UInt64) throws {
        self.setup = setup
        receiver = try CallReceiver()
        nextReport = now + Self.firstReport
        if let input = setup.input {
            let header = RTPHeader(
                payloadType: setup.payloadType, sequenceNumber: SequenceNumber(setup.firstNumber),
                timestamp: setup.firstTimestamp, ssrc: setup.ssrc)
            sender = try CallSender(try input.open(bitrate: setup.bitrate), header: header, at: now)
        }
    }

    /// Whether there was something to send and all of it has been sent.
    var hasSentAll: Bool {
        sender.map { $0.due == nil } ?? false
    }

    /// How the call is.
    var progress: Progress {
        var progress = Progress()
        if let sender {
            progress.sentPackets = UInt64(sender.statistics.packetCount)
            progress.sentBytes = sender.payloadBytes
            progress.roundTrip = sender.statistics.roundTrip.map { Int($0 / 1_000_000) }
        }
        progress.receivedPackets = receiver.packets
        progress.receivedBytes = receiver.payloadBytes
        progress.lostPackets = receiver.lost
        progress.jitter = Int(receiver.statistics.jitter / 48)
        return progress
    }

    /// The bytes of the file that have not been taken yet.
    mutating func takeOutput() -> [UInt8] {
        let output = receiver.output
        receiver.output.removeAll(keepingCapacity: true)
        return output
    }

    /// Takes a datagram that arrived at `now`, when the wall clock said `time`. What is neither RTP of the agreed payload
    /// type nor RTCP is dropped.
    mutating func receive(_ datagram: RawSpan, time: NTPTime, at now: UInt64) {
        switch PacketClass(of: datagram) {
        case .rtp:
            guard let header = try? RTPHeader(parsing: datagram), header.payloadType == setup.payloadType else {
                return
            }
            receiver.receive(header, payload: datagram.extracting(header.payload), at: now)
        case .rtcp:
            receiveReports(datagram, time: time, at: now)
        default:
            break
        }
    }

    private mutating func receiveReports(_ datagram: RawSpan, time: NTPTime, at now: UInt64) {
        guard var packets = try? CompoundPacket(validating: datagram) else { return }
        while let packet = try? packets.next(in: datagram) {
            switch packet {
            case .senderReport(let report):
                if report.ssrc == receiver.source { receiver.noteSenderReport(report.time, at: now) }
                receive(report.blocks, in: datagram, time: time)
            case .receiverReport(let report):
                receive(report.blocks, in: datagram, time: time)
            case .goodbye(let goodbye):
                if let source = receiver.source, goodbye.names(source, in: datagram) { hasEnded = true }
            default:
                break
            }
        }
    }

    private mutating func receive(_ blocks: ReportBlockList, in datagram: RawSpan, time: NTPTime) {
        for index in 0..<blocks.count {
            let block = blocks.block(at: index, in: datagram)
            if block.ssrc == setup.ssrc { sender?.receive(block, time: time) }
        }
    }

    /// Writes a datagram that is due at `now`; call it until it gives false.
    mutating func next(
        time: NTPTime, at now: UInt64, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws -> Bool {
        receiver.release(at: now)
        if nextReport <= now {
            nextReport = now + Self.reportInterval
            try writeReport(time: time, at: now, into: &buffer, at: &cursor)
            return true
        }
        return try sender?.next(at: now, into: &buffer, at: &cursor) ?? false
    }

    /// Ends the call: writes a goodbye, and what is left of the file into the output.
    mutating func finish(
        time: NTPTime, at now: UInt64, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws {
        receiver.finish()
        try writeReport(time: time, at: now, into: &buffer, at: &cursor)
        try Goodbye.write(ssrc: setup.ssrc, into: &buffer, at: &cursor)
    }

    private mutating func writeReport(
        time: NTPTime, at now: UInt64, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws {
        var blocks: [ReportBlock] = []
        if let source = receiver.source { blocks.append(receiver.makeReport(of: source, at: now)) }
        if let sender, sender.statistics.packetCount > 0 {
            let report = sender.statistics.makeReport(ssrc: setup.ssrc, time: time, at: now)
            try report.write(blocks: blocks.span, into: &buffer, at: &cursor)
        } else {
            try ReceiverReport(ssrc: setup.ssrc).write(blocks: blocks.span, into: &buffer, at: &cursor)
        }
        let name = Array(setup.canonicalName.utf8.prefix(255))
        try SourceDescription.write(ssrc: setup.ssrc, canonicalName: name.span.bytes, into: &buffer, at: &cursor)
    }
}
