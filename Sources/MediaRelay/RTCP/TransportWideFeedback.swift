/// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions, 3.1): when each packet
/// of a transport arrived.
public struct TransportWideFeedback: Equatable, Sendable {
    static let format = 15
    static let fixedLength = 8

    /// Who reports.
    public let sender: UInt32
    /// A source of the transport; the report is about all of them.
    public let media: UInt32
    /// The transport-wide number of the first packet reported.
    public let base: SequenceNumber
    /// How many packets are reported, received or not.
    public let count: Int
    /// The time that the first arrival is relative to, in units of 64 ms, 24 bits signed, of an arbitrary clock.
    public let referenceTime: Int32
    /// The number of this report, modulo 256.
    public let reportNumber: UInt8
    private let information: Range<Int>

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        let (heading, information) = try FeedbackHeading.parse(header, in: datagram)
        guard information.count >= Self.fixedLength else { throw .truncated }
        let start = information.lowerBound
        sender = heading.sender
        media = heading.media
        base = SequenceNumber(datagram.uint16(at: start))
        count = Int(datagram.uint16(at: start + 2))
        referenceTime = Int32(bitPattern: datagram.uint24(at: start + 4) << 8) >> 8
        reportNumber = datagram.byte(at: start + 7)
        self.information = start + Self.fixedLength..<information.upperBound
        // Walking over the chunks and deltas once makes every later walk safe.
        var statuses = Statuses(self, in: datagram)
        for _ in 0..<count { guard try statuses.advance(in: datagram) else { throw .truncated } }
    }

    /// What is known about one packet.
    public struct Status: Equatable, Sendable {
        /// The packet's transport-wide number.
        public var number: SequenceNumber
        /// When it arrived, in microseconds of the reporter's clock; nil when it did not.
        public var arrival: Int64?
    }

    /// Walks over the reported packets in the order of their numbers.
    public struct Statuses: Sendable {
        private var chunkOffset: Int
        private var deltaOffset: Int
        private let end: Int
        private var number: SequenceNumber
        private var remaining: Int
        private var time: Int64
        private var run = StatusChunk.Run()

        /// Begins at the first packet of a report that was read from `datagram`.
        public init(_ report: TransportWideFeedback, in datagram: borrowing RawSpan) {
            chunkOffset = report.information.lowerBound
            end = report.information.upperBound
            number = report.base
            remaining = report.count
            time = Int64(report.referenceTime) * 64_000
            deltaOffset = chunkOffset
            // The deltas follow the chunks, whose number follows from the packets that they cover.
            var covered = 0
            while covered < report.count, end - deltaOffset >= 2 {
                covered += StatusChunk.length(of: datagram.uint16(at: deltaOffset))
                deltaOffset += 2
            }
        }

        /// The next packet, or nil at the end.
        public mutating func next(in datagram: borrowing RawSpan) -> Status? {
            let current = number
            guard let received = try? advance(in: datagram), received else { return nil }
            return Status(number: current, arrival: isReceived ? time : nil)
        }

        private var isReceived = false

        /// Moves on by one packet; false at the end.
        mutating func advance(in datagram: borrowing RawSpan) throws(RTCPError) -> Bool {
            guard remaining > 0 else { return false }
            if run.isEmpty {
                guard end - chunkOffset >= 2 else { throw .truncated }
                run = StatusChunk.Run(chunk: datagram.uint16(at: chunkOffset))
                chunkOffset += 2
                guard !run.isEmpty else { throw .invalidBody("a run of no packets") }
            }
            let symbol = run.next()
            switch symbol {
            case StatusChunk.notReceived:
                isReceived = false
            case StatusChunk.smallDelta:
                guard end - deltaOffset >= 1 else { throw .truncated }
                time += Int64(datagram.byte(at: deltaOffset)) * 250
                deltaOffset += 1
                isReceived = true
            case StatusChunk.largeDelta:
                guard end - deltaOffset >= 2 else { throw .truncated }
                time += Int64(Int16(bitPattern: datagram.uint16(at: deltaOffset))) * 250
                deltaOffset += 2
                isReceived = true
            default:
                throw .invalidBody("a reserved packet status")
            }
            number = number.advanced(by: 1)
            remaining -= 1
            return true
        }
    }
}
