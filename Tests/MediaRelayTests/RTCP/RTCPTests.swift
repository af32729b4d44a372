import Testing

@testable import MediaRelay

/// All packets of a datagram.
func packets(_ bytes: [UInt8]) throws -> [RTCPPacket] {
    var compound = try CompoundPacket(validating: bytes.span.bytes)
    var found: [RTCPPacket] = []
    while let packet = try compound.next(in: bytes.span.bytes) { found.append(packet) }
    return found
}

@Suite("Compound RTCP packets")
struct CompoundPacketTests {
    /// A receiver report of nothing, then a goodbye of source 5.
    static let reportAndGoodbye: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, 5, 0x81, 203, 0, 1, 0, 0, 0, 5]

    @Test("packets come in their order")
    func order() throws {
        let found = try packets(Self.reportAndGoodbye)
        #expect(found.count == 2)
        guard case .receiverReport(let report) = found[0], case .goodbye(let goodbye) = found[1] else {
            Issue.record("other packets: \(found)")
            return
        }
        #expect(report.ssrc == 5)
        #expect(report.blocks.count == 0)
        let isNamed = [5, 6].map { goodbye.names($0, in: Self.reportAndGoodbye.span.bytes) }
        #expect(isNamed == [true, false])
    }

    @Test("unknown packet types and feedback formats are let pass")
    func unknown() throws {
        let bytes: [UInt8] =
            [0x80, 207, 0, 1, 0, 0, 0, 5, 0x9e, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2] + Self.reportAndGoodbye
        let found = try packets(bytes)
        #expect(found.count == 4)
        guard case .unknown(let first) = found[0], case .unknown(let second) = found[1] else {
            Issue.record("other packets: \(found)")
            return
        }
        #expect(first.packetType == 207)
        #expect(second.count == 30)
    }

    @Test("lengths must add up to the datagram's", arguments: [1, 3, 5, 7, 9, 15])
    func lengths(cut: Int) {
        #expect(throws: RTCPError.truncated) { try packets(Array(Self.reportAndGoodbye.dropLast(cut))) }
    }

    @Test("padding only on the last packet, and only where it fits")
    func padding() throws {
        var bytes = Self.reportAndGoodbye
        bytes[0] |= 0x20
        #expect(throws: RTCPError.invalidPadding) { try packets(bytes) }
        bytes = Array(Self.reportAndGoodbye[..<8]) + [0xa1, 203, 0, 2, 0, 0, 0, 5, 0, 0, 0, 4]
        #expect(try packets(bytes).count == 2)
        for impossible in [0, 3, 12, 255] as [UInt8] {
            bytes[bytes.count - 1] = impossible
            #expect(throws: RTCPError.invalidPadding) { try packets(bytes) }
        }
    }

    @Test("what is no RTCP is refused")
    func refused() {
        #expect(throws: RTCPError.unsupportedVersion(1)) { try packets([0x40, 201, 0, 0]) }
        #expect(throws: RTCPError.notRTCP) { try packets([0x80, 96, 0, 0]) }
        #expect(throws: RTCPError.truncated) { try packets([]) }
    }

    @Test("a body shorter than its count is refused", arguments: [200, 201, 202, 203, 204, 205, 206] as [UInt8])
    func shortBodies(type: UInt8) {
        #expect(throws: RTCPError.self) { try packets([0x81, type, 0, 0]) }
    }

    @Test("random datagrams are read or refused, and never more")
    func random() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            var bytes = generator.bytes(4 * Int.random(in: 1...20, using: &generator))
            // Enough of the heading that bodies are reached.
            bytes[0] = 0x80 | bytes[0] & 0x1f
            bytes[1] = UInt8.random(in: 200...206, using: &generator)
            bytes[2] = 0
            bytes[3] = UInt8(bytes.count / 4 - 1)
            _ = try? packets(bytes)
        }
    }
}

@Suite("RTCP packet types")
struct RTCPPacketTests {
    private let block = ReportBlock(
        ssrc: 0x1122_3344, fractionLost: 128, cumulativeLost: -5, extendedHighestSequenceNumber: 0x0001_ffff,
        jitter: 77,
        lastSenderReport: 0xaabb_ccdd, delaySinceLastSenderReport: 65536)

    @Test("a sender report as it stands in memory")
    func senderReportBytes() throws {
        let report = SenderReport(
            ssrc: 1, time: NTPTime(rawValue: 0x0102_0304_0506_0708), timestamp: 9, packetCount: 10, octetCount: 11)
        let bytes = try written { (buffer, cursor) throws(RTCPError) in
            try report.write(blocks: [block].span, into: &buffer, at: &cursor)
        }
        #expect(
            bytes == [
                0x81, 200, 0, 12, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9, 0, 0, 0, 10, 0, 0, 0, 11,
                0x11, 0x22, 0x33, 0x44, 128, 0xff, 0xff, 0xfb, 0, 1, 0xff, 0xff, 0, 0, 0, 77, 0xaa, 0xbb, 0xcc, 0xdd, 0,
                1, 0, 0,
            ])
        guard case .senderReport(let parsed) = try packets(bytes)[0] else {
            Issue.record("no sender report")
            return
        }
        #expect(parsed.time == report.time)
        #expect(parsed.octetCount == 11)
        #expect(parsed.blocks.count == 1)
        #expect(parsed.blocks.block(at: 0, in: bytes.span.bytes) == block)
    }

    @Test("31 blocks fit a report, 32 do not")
    func manyBlocks() throws {
        let report = ReceiverReport(ssrc: 4)
        let bytes = try written { (buffer, cursor) throws(RTCPError) in
            try report.write(blocks: [ReportBlock](repeating: block, count: 31).span, into: &buffer, at: &cursor)
        }
        guard case .receiverReport(let parsed) = try packets(bytes)[0] else {
            Issue.record("no receiver report")
            return
        }
        #expect(parsed.blocks.count == 31)
        #expect(parsed.blocks.block(at: 30, in: bytes.span.bytes) == block)
        #expect(throws: RTCPError.self) {
            try written { (buffer, cursor) throws(RTCPError) in
                try report.write(blocks: [ReportBlock](repeating: block, count: 32).span, into: &buffer, at: &cursor)
            }
        }
    }

    @Test("a canonical name of any length comes back", arguments: [0, 1, 2, 3, 4, 255])
    func canonicalName(length: Int) throws {
        let name = [UInt8](repeating: 0x61, count: length)
        let bytes = try written { (buffer, cursor) throws(RTCPError) in
            try SourceDescription.write(ssrc: 3, canonicalName: name.span.bytes, into: &buffer, at: &cursor)
        }
        #expect(bytes.count % 4 == 0)
        guard case .sourceDescription(let description) = try packets(bytes)[0] else {
            Issue.record("no source description")
            return
        }
        var chunks = SourceDescription.Chunks(description)
        let first = try chunks.next(in: bytes.span.bytes)
        let second = try chunks.next(in: bytes.span.bytes)
        let chunk = try #require(first)
        #expect(chunk.ssrc == 3)
        #expect(bytes[try #require(chunk.canonicalName)] == name[...])
        #expect(second == nil)
    }

    @Test("a source description that never ends is refused")
    func endlessDescription() {
        #expect(throws: RTCPError.truncated) { try packets([0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 0x61, 0x62]) }
        #expect(throws: RTCPError.truncated) { try packets([0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 0x61, 0x62]) }
    }

    @Test("a goodbye with a reason")
    func goodbye() throws {
        let bytes: [UInt8] = [0x82, 203, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 5, 0x61, 0x62, 0x63, 0x64, 0x65, 0, 0]
        guard case .goodbye(let goodbye) = try packets(bytes + [])[0] else {
            Issue.record("no goodbye")
            return
        }
        #expect(goodbye.source(at: 1, in: bytes.span.bytes) == 2)
        #expect(bytes[try #require(goodbye.reason)] == [0x61, 0x62, 0x63, 0x64, 0x65])
        #expect(throws: RTCPError.truncated) { try packets([0x81, 203, 0, 2, 0, 0, 0, 1, 9, 0, 0, 0]) }
    }

    @Test("missing packets come back, neighbours in one word")
    func nack() throws {
        let missing: [SequenceNumber] = [65534, 65535, 0, 14, 15, 40, 41]
        let bytes = try written { (buffer, cursor) throws(RTCPError) in
            try GenericNACK.write(sender: 1, media: 2, missing: missing.span, into: &buffer, at: &cursor)
        }
        #expect(bytes.count == 12 + 3 * 4)
        guard case .genericNACK(let nack) = try packets(bytes)[0] else {
            Issue.record("no NACK")
            return
        }
        #expect(nack.sender == 1)
        #expect(nack.media == 2)
        var numbers = GenericNACK.MissingNumbers(nack)
        var found: [SequenceNumber] = []
        while let number = numbers.next(in: bytes.span.bytes) { found.append(number) }
        #expect(found == missing)
    }

    @Test("requests for a key frame")
    func keyFrames() throws {
        let bytes = try written { (buffer, cursor) throws(RTCPError) in
            try PictureLossIndication(sender: 1, media: 2).write(into: &buffer, at: &cursor)
            try FullIntraRequest.write(
                sender: 1, entry: FullIntraRequest.Entry(ssrc: 3, sequenceNumber: 200), into: &buffer, at: &cursor)
        }
        #expect(bytes[..<12] == [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2])
        let found = try packets(bytes)
        #expect(found[0] == .pictureLossIndication(PictureLossIndication(sender: 1, media: 2)))
        guard case .fullIntraRequest(let request) = found[1] else {
            Issue.record("no intra request")
            return
        }
        #expect(request.entry(at: 0, in: bytes.span.bytes) == FullIntraRequest.Entry(ssrc: 3, sequenceNumber: 200))
    }

    @Test(
        "bitrates are rounded down to what the fields can say",
        arguments: [0, 1, 80_000, 262_143, 262_145, 1_000_000_007])
    func bitrates(bitrate: UInt64) throws {
        let bytes = try written { (buffer, cursor) throws(RTCPError) in
            try ReceiverEstimatedMaximumBitrate.write(
                sender: 1, bitrate: bitrate, sources: [5, 6].span, into: &buffer, at: &cursor)
            try TemporaryMaximumBitrate.writeRequest(
                sender: 1, entry: .init(ssrc: 5, bitrate: bitrate, overhead: 40), into: &buffer, at: &cursor)
            try TemporaryMaximumBitrate.writeNotification(
                sender: 1, entry: .init(ssrc: 5, bitrate: bitrate, overhead: 40), into: &buffer, at: &cursor)
        }
        let found = try packets(bytes)
        guard case .receiverEstimatedMaximumBitrate(let estimate) = found[0],
            case .temporaryMaximumBitrateRequest(let request) = found[1],
            case .temporaryMaximumBitrateNotification(let notification) = found[2]
        else {
            Issue.record("other packets: \(found)")
            return
        }
        #expect(estimate.bitrate <= bitrate && bitrate - estimate.bitrate <= bitrate >> 17)
        #expect(estimate.count == 2 && estimate.source(at: 1, in: bytes.span.bytes) == 6)
        let entry = request.entry(at: 0, in: bytes.span.bytes)
        #expect(entry.bitrate <= bitrate && bitrate - entry.bitrate <= bitrate >> 16)
        #expect(entry.overhead == 40)
        #expect(notification.entry(at: 0, in: bytes.span.bytes) == entry)
    }

    @Test("a bitrate that does not fit 64 bits is clamped")
    func clampedBitrate() {
        #expect(ExponentialBitrate.decode(exponent: 63, mantissa: 0x3ffff) == .max)
        #expect(ExponentialBitrate.decode(exponent: 63, mantissa: 0) == 0)
    }

    @Test("other application-layer feedback than REMB is unknown")
    func otherApplicationFeedback() throws {
        let bytes: [UInt8] = [0x8f, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0x41, 0x42, 0x43, 0x44]
        guard case .unknown = try packets(bytes)[0] else {
            Issue.record("taken for something known")
            return
        }
    }
}
