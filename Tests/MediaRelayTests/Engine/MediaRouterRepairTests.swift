import Testing

@testable import MediaRelay

@Suite("Packets that were lost")
struct MediaRouterRepairTests {
    private func control(_ write: (inout MutableRawSpan, inout Int) throws(RTCPError) -> Void) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1_200)
        var length = 0
        var span = bytes.mutableSpan
        var buffer = span.mutableBytes
        try write(&buffer, &length)
        return Array(bytes[..<length])
    }

    private func request(for numbers: [SequenceNumber], of ssrc: UInt32) throws -> [UInt8] {
        try control { buffer, length throws(RTCPError) in
            let none: [ReportBlock] = []
            try ReceiverReport(ssrc: 77).write(blocks: none.span, into: &buffer, at: &length)
            try GenericNACK.write(sender: 77, media: ssrc, missing: numbers.span, into: &buffer, at: &length)
        }
    }

    /// The RTCP packets of a kind that went to an endpoint.
    private func feedback(_ relay: SimulatedRelay, to endpoint: SimulatedRelay.Endpoint) -> [[RTCPPacket]] {
        relay.sent.filter { $0.socket == endpoint.rtcpSockets[0] }.map { datagram in
            var found: [RTCPPacket] = []
            guard var packets = try? CompoundPacket(validating: datagram.bytes.span.bytes) else { return [] }
            while let packet = try? packets.next(in: datagram.bytes.span.bytes) { found.append(packet) }
            return found
        }
    }

    @Test("A receiver that asks gets what it lost, as it was, and nothing for what never was")
    func again() throws {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let viewer = relay.join("viewer", media: [.video], receives: false, feedback: [.nack])
        let source = PictureSource(ssrc: 5)
        for index in 0..<20 {
            for packet in source.next(keyFrame: index == 0) { relay.deliver(packet, from: sender) }
            relay.advance(milliseconds: 66)
        }
        let first = relay.packets(to: viewer)
        let lost = [first[10], first[11], first[40]]
        let ssrc = try #require(first[0].header?.ssrc)
        let numbers = lost.compactMap(\.header?.sequenceNumber)
        relay.sent.removeAll()
        relay.deliver(
            try request(for: numbers + [numbers[2].advanced(by: 1_000)], of: ssrc), from: viewer, isRTCP: true)
        #expect(relay.packets(to: viewer).map(\.bytes) == lost.map(\.bytes))
        relay.sent.removeAll()
        relay.deliver(try request(for: numbers, of: ssrc &+ 1), from: viewer, isRTCP: true)
        #expect(relay.packets(to: viewer).isEmpty, "that is no stream of its")
    }

    @Test("Where a stream of its own was agreed on, lost packets go there (RFC 4588)")
    func ownStream() throws {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let viewer = relay.join(
            "viewer", media: [.video], receives: false, feedback: [.nack], retransmissionType: 98)
        let source = PictureSource(ssrc: 5)
        for index in 0..<5 {
            for packet in source.next(keyFrame: index == 0) { relay.deliver(packet, from: sender) }
        }
        let lost = relay.packets(to: viewer)[4]
        let header = try #require(lost.header)
        relay.sent.removeAll()
        for _ in 0..<2 {
            relay.deliver(
                try request(for: [header.sequenceNumber], of: header.ssrc), from: viewer, isRTCP: true)
        }
        let again = relay.packets(to: viewer)
        #expect(again.count == 2)
        let headers = again.compactMap(\.header)
        #expect(
            headers.allSatisfy { $0.payloadType == 98 && $0.ssrc != header.ssrc && $0.timestamp == header.timestamp })
        #expect(headers[1].sequenceNumber == headers[0].sequenceNumber.advanced(by: 1))
        for packet in again {
            let number = UInt16(packet.payload[0]) << 8 | UInt16(packet.payload[1])
            #expect(number == header.sequenceNumber.rawValue)
            #expect(Array(packet.payload.dropFirst(2)) == lost.payload)
        }
    }

    @Test("What is sent again stays within what the limit leaves")
    func bounded() throws {
        let relay = SimulatedRelay()
        let limits = MediaLimits(audioBitrate: 64_000, videoBitrate: 100_000)
        let sender = relay.join("sender", media: [.video], limits: limits)
        let viewer = relay.join("viewer", media: [.video], receives: false, limits: limits, feedback: [.nack])
        let source = PictureSource(ssrc: 5)
        for index in 0..<25 {
            for packet in source.next(keyFrame: index == 0, packets: 1, size: 1_600) {
                relay.deliver(packet, from: sender)
            }
            relay.advance(milliseconds: 66)
        }
        let headers = relay.packets(to: viewer).compactMap(\.header)
        relay.sent.removeAll()
        for _ in 0..<50 {
            relay.deliver(
                try request(for: headers.map(\.sequenceNumber), of: headers[0].ssrc), from: viewer, isRTCP: true)
        }
        let bits = relay.packets(to: viewer).reduce(0) { $0 + $1.bytes.count * 8 }
        #expect(bits > 0 && bits <= 208_000 - 25 * 800 * 8)
    }

    @Test(
        "A sender that repairs is asked for what is missing; late packets find their place, in a stream of their own too"
    )
    func asking() throws {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video], feedback: [.nack], retransmissionType: 98)
        let viewer = relay.join("viewer", media: [.video], receives: false)
        let source = PictureSource(ssrc: 5)
        var lost: [[UInt8]] = []
        for index in 0..<10 {
            for (number, packet) in source.next(keyFrame: index == 0).enumerated() {
                if index == 4, number < 2 { lost.append(packet) } else { relay.deliver(packet, from: sender) }
            }
            relay.advance(milliseconds: 20)
        }
        let asked = feedback(relay, to: sender).joined().compactMap { packet -> GenericNACK? in
            if case .genericNACK(let request) = packet { request } else { nil }
        }
        #expect((1...8).contains(asked.count))
        #expect(asked.allSatisfy { $0.media == 5 })
        let before = relay.packets(to: viewer)
        relay.deliver(lost[0], from: sender)
        // The second comes in the stream that is there for it.
        let second = lost[1]
        let header = try RTPHeader(parsing: second.span.bytes)
        let number = header.sequenceNumber.rawValue
        let wrapped = ToneSource.packet(
            RTPHeader(payloadType: 98, sequenceNumber: 1, timestamp: header.timestamp, ssrc: 55),
            payload: ([UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] + second[header.payload])[...], level: nil
        )
        relay.deliver(wrapped, from: sender)
        let after = relay.packets(to: viewer).dropFirst(before.count)
        #expect(after.map(\.payload) == lost.map { Array($0.dropFirst(RTPHeader.fixedLength)) })
        let numbers = relay.packets(to: viewer).compactMap(\.header?.sequenceNumber.rawValue).map { $0 &- 65_530 }
            .sorted()
        #expect(numbers == Array(0..<30), "all packets, each once, under numbers of one stream")
    }

    @Test("Who begins to watch a stream whose last pictures are kept sees them at once")
    func quickJoin() throws {
        let relay = SimulatedRelay()
        relay.replaysPictures = true
        let sender = relay.join("sender", media: [.video])
        let first = relay.join("first", media: [.video], receives: false)
        let source = PictureSource(ssrc: 5)
        for index in 0..<12 {
            for packet in source.next(keyFrame: index == 0) { relay.deliver(packet, from: sender) }
            relay.advance(milliseconds: 66)
        }
        let late = relay.join("late", media: [.video], receives: false)
        let replayed = relay.packets(to: late)
        #expect(replayed.map(\.payload) == relay.packets(to: first).map(\.payload))
        let times = replayed.compactMap(\.header?.timestamp)
        let span = (times.last ?? 0) &- (times.first ?? 0)
        #expect(span == 11 * 90, "they are gone through quickly")
        for packet in source.next() { relay.deliver(packet, from: sender) }
        let headers = relay.packets(to: late).compactMap(\.header)
        for (earlier, later) in zip(headers, headers.dropFirst()) {
            #expect(later.sequenceNumber == earlier.sequenceNumber.advanced(by: 1))
            #expect(Int32(bitPattern: later.timestamp &- earlier.timestamp) >= 0)
        }
        #expect(headers.count == 39)
    }

    @Test("A receiver's REMB and TMMBR are obeyed, and TMMBR confirmed; a sender is told its limit in both forms")
    func told() throws {
        let relay = SimulatedRelay()
        let limits = MediaLimits(audioBitrate: 64_000, videoBitrate: 300_000)
        let sender = relay.join(
            "sender", media: [.video], limits: limits, feedback: [.receiverEstimate, .temporaryBitrate])
        let viewer = relay.join("viewer", media: [.video], receives: false, limits: limits)
        let other = relay.join("other", media: [.video], receives: false, limits: limits)
        let source = PictureSource(ssrc: 5)
        func run(milliseconds: Int) {
            relay.advance(milliseconds: milliseconds) { step in
                guard step % 100 == 0 else { return }
                for packet in source.next(keyFrame: step % 500 == 0, packets: 2, size: 1_500) {
                    relay.deliver(packet, from: sender)
                }
            }
        }
        run(milliseconds: 2_000)
        let ssrc = try #require(relay.packets(to: viewer).first?.header?.ssrc)
        let remb = try control { buffer, length throws(RTCPError) in
            let sources = [ssrc]
            try ReceiverEstimatedMaximumBitrate.write(
                sender: 77, bitrate: 100_000, sources: sources.span, into: &buffer, at: &length)
        }
        relay.deliver(remb, from: viewer, isRTCP: true)
        run(milliseconds: 2_500)
        relay.sent.removeAll()
        relay.deliver(remb, from: viewer, isRTCP: true)
        run(milliseconds: 6_000)
        let bits = relay.packets(to: viewer).reduce(0) { $0 + ($1.bytes.count + 28) * 8 }
        #expect(bits <= 6 * 105_000 + 60_000)
        #expect(relay.packets(to: other).count > 100, "others are not held back for it")

        let tmmbr = try control { buffer, length throws(RTCPError) in
            let entry = TemporaryMaximumBitrate.Entry(ssrc: ssrc, bitrate: 60_000, overhead: 40)
            try TemporaryMaximumBitrate.writeRequest(sender: 77, entry: entry, into: &buffer, at: &length)
        }
        relay.deliver(tmmbr, from: viewer, isRTCP: true)
        let confirmed = feedback(relay, to: viewer).joined().contains { packet in
            if case .temporaryMaximumBitrateNotification = packet { true } else { false }
        }
        #expect(confirmed)
        var isTold = (remb: false, tmmbr: false)
        for packet in feedback(relay, to: sender).joined() {
            if case .receiverEstimatedMaximumBitrate(let told) = packet {
                isTold.remb = (300_000...340_000).contains(told.bitrate)
            }
            if case .temporaryMaximumBitrateRequest = packet { isTold.tmmbr = true }
        }
        #expect(isTold.remb && isTold.tmmbr)
    }

    @Test(
        "Over TCP: nothing leaves before the connection is there, a key frame is first, what a slow reader misses is mended by one"
    )
    func stream() throws {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let viewer = relay.join("viewer", media: [.video], receives: false, isStream: true)
        let source = PictureSource(ssrc: 5)
        func send(_ frames: Int, keyFrame: Bool = false) {
            for index in 0..<frames {
                for packet in source.next(keyFrame: keyFrame && index == 0) { relay.deliver(packet, from: sender) }
                relay.advance(milliseconds: 66)
            }
        }
        send(5, keyFrame: true)
        #expect(relay.sent.allSatisfy { $0.socket != viewer.sockets[0] })
        relay.router.noteConnection(socket: viewer.sockets[0], at: relay.now)
        send(3)
        #expect(relay.packets(to: viewer).isEmpty)
        send(5, keyFrame: true)
        #expect(relay.packets(to: viewer).count == 15)
        relay.blockedSockets = [viewer.sockets[0]]
        send(2)
        relay.blockedSockets = []
        send(3)
        #expect(relay.packets(to: viewer).count == 15, "the picture is broken until the next key frame")
        send(2, keyFrame: true)
        #expect(relay.packets(to: viewer).count == 21)
        relay.router.noteDisconnection(socket: viewer.sockets[0], at: relay.now)
        guard case .ended(let id, .unreachable)? = relay.events.last else {
            Issue.record("the session goes on without a connection")
            return
        }
        #expect(id == viewer.id)
    }

    @Test("No more leaves in all than may: pictures wait, sound goes on")
    func egress() throws {
        let relay = SimulatedRelay()
        relay.maximumEgress = 1_000_000
        let sender = relay.join("sender", media: [.audio, .video])
        let viewers = (0..<10).map { relay.join("viewer \($0)", media: [.audio, .video], receives: false) }
        let source = PictureSource(ssrc: 5)
        let voice = try ToneSource(frequency: 400, ssrc: 9)
        relay.advance(milliseconds: 5_000) { step in
            if step % 66 == 0 {
                for packet in source.next(keyFrame: step % 660 == 0) { relay.deliver(packet, from: sender, section: 1) }
            }
            if step % 20 == 7, let packet = try? voice.next() { relay.deliver(packet, from: sender) }
        }
        // In the first second the sound that is to come is not known yet.
        let settled = MediaTime.milliseconds(3_000)
        let media = relay.sent.filter { $0.header != nil && $0.time >= settled }
        var worst = 0
        var start = 0
        var sum = 0
        for index in media.indices {
            sum += (media[index].bytes.count + 28) * 8
            while media[index].time.nanoseconds - media[start].time.nanoseconds >= 1_000_000_000 {
                sum -= (media[start].bytes.count + 28) * 8
                start += 1
            }
            worst = max(worst, sum)
        }
        #expect(worst <= 1_050_000)
        #expect(worst > 500_000)
        for viewer in viewers {
            #expect(relay.packets(to: viewer).count > 200, "sound goes on")
            let frames = Dictionary(grouping: relay.packets(to: viewer, section: 1)) { $0.header?.timestamp ?? 0 }
            #expect(frames.values.allSatisfy { $0.count == 3 }, "no picture is cut")
        }
    }
}
