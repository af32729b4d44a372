import Testing

@testable import MediaRelay

@Suite("A room's video")
struct MediaRouterVideoTests {
    /// The requests for key frames that went to a section of an endpoint.
    private func keyFrameRequests(_ relay: SimulatedRelay, to endpoint: SimulatedRelay.Endpoint, section: Int) -> Int {
        relay.sent.filter { datagram in
            guard datagram.socket == endpoint.rtcpSockets[section],
                var packets = try? CompoundPacket(validating: datagram.bytes.span.bytes)
            else { return false }
            while let packet = try? packets.next(in: datagram.bytes.span.bytes) {
                if case .pictureLossIndication = packet { return true }
            }
            return false
        }.count
    }

    @Test("A viewer begins with a key frame, which is asked for, and gets every packet in order")
    func beginning() throws {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let source = PictureSource(ssrc: 5)
        for packet in source.next(keyFrame: true) { relay.deliver(packet, from: sender) }
        relay.advance(milliseconds: 100)
        let viewer = relay.join("viewer", media: [.video], receives: false)
        #expect(keyFrameRequests(relay, to: sender, section: 0) == 1)
        for packet in source.next() { relay.deliver(packet, from: sender) }
        #expect(relay.packets(to: viewer).isEmpty)
        var expected: [[UInt8]] = []
        for index in 0..<100 {
            relay.advance(milliseconds: 66)
            for packet in source.next(keyFrame: index == 0) {
                relay.deliver(packet, from: sender)
                expected.append(Array(packet.dropFirst(RTPHeader.fixedLength)))
            }
        }
        let received = relay.packets(to: viewer)
        #expect(received.map(\.payload) == expected)
        let headers = received.compactMap(\.header)
        for (earlier, later) in zip(headers, headers.dropFirst()) {
            #expect(later.sequenceNumber == earlier.sequenceNumber.advanced(by: 1))
            #expect(later.ssrc == earlier.ssrc)
            #expect(later.timestamp == earlier.timestamp &+ (earlier.marker ? 6_000 : 0))
        }
        #expect(headers.first?.sequenceNumber == 65_530)
        #expect(headers.allSatisfy { $0.payloadType == 97 })
    }

    @Test("Requests for key frames are merged, and repeated only while none comes")
    func requests() {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let source = PictureSource(ssrc: 5)
        for packet in source.next(keyFrame: true) { relay.deliver(packet, from: sender) }
        for index in 0..<20 { _ = relay.join("viewer \(index)", media: [.video], receives: false) }
        #expect(keyFrameRequests(relay, to: sender, section: 0) == 1)
        relay.advance(milliseconds: 3_000) { step in
            if step % 66 == 0 { for packet in source.next() { relay.deliver(packet, from: sender) } }
        }
        let repeated = keyFrameRequests(relay, to: sender, section: 0)
        #expect((2...5).contains(repeated))
        for packet in source.next(keyFrame: true) { relay.deliver(packet, from: sender) }
        relay.advance(milliseconds: 10_000) { step in
            if step % 66 == 0 { for packet in source.next() { relay.deliver(packet, from: sender) } }
        }
        #expect(keyFrameRequests(relay, to: sender, section: 0) == repeated)
    }

    @Test("A switch of source keeps numbers and time going, and waits for the key frame")
    func switching() throws {
        let relay = SimulatedRelay()
        let first = relay.join("first", media: [.video])
        let second = relay.join("second", media: [.video])
        let viewer = relay.join("viewer", media: [.video], receives: false)
        let sources = [PictureSource(ssrc: 1), PictureSource(ssrc: 2)]
        for frame in 0..<30 {
            for packet in sources[0].next(keyFrame: frame % 10 == 0) { relay.deliver(packet, from: first) }
            for packet in sources[1].next(keyFrame: frame == 0) { relay.deliver(packet, from: second) }
            relay.advance(milliseconds: 66)
        }
        relay.router.close(first.id, at: relay.now) {}
        let shown = relay.packets(to: viewer)
        #expect(!shown.isEmpty && shown.allSatisfy { $0.payload.contains(1) })
        for _ in 0..<3 {
            for packet in sources[1].next() { relay.deliver(packet, from: second) }
            relay.advance(milliseconds: 66)
        }
        #expect(relay.packets(to: viewer).count == shown.count, "nothing can be decoded before a key frame")
        #expect(keyFrameRequests(relay, to: second, section: 0) > 0)
        for _ in 0..<10 {
            for packet in sources[1].next(keyFrame: true) { relay.deliver(packet, from: second) }
            relay.advance(milliseconds: 66)
        }
        let all = relay.packets(to: viewer)
        #expect(all.count == shown.count + 30)
        let headers = all.compactMap(\.header)
        for (earlier, later) in zip(headers, headers.dropFirst()) {
            #expect(later.sequenceNumber == earlier.sequenceNumber.advanced(by: 1))
            #expect(later.ssrc == earlier.ssrc)
            #expect(later.timestamp &- earlier.timestamp < 90_000)
        }
    }

    @Test("Two sections show two senders, never oneself; the first one follows the speaker")
    func sections() throws {
        let relay = SimulatedRelay()
        let names: [UInt32] = [1, 2, 3]
        let endpoints = names.map { relay.join("party \($0)", media: [.audio, .video, .video]) }
        let pictures = names.map { PictureSource(ssrc: $0) }
        let voices = try names.map { try ToneSource(frequency: 300 * Double($0), ssrc: 100 + $0) }
        func run(milliseconds: Int, speaker: Int) {
            relay.sent.removeAll()
            relay.advance(milliseconds: milliseconds) { step in
                for index in endpoints.indices where step % 66 == index {
                    for packet in pictures[index].next(keyFrame: true) {
                        relay.deliver(packet, from: endpoints[index], section: 1)
                    }
                }
                if step % 20 == 7, let packet = try? voices[speaker].next() {
                    relay.deliver(packet, from: endpoints[speaker])
                }
            }
        }
        /// Who was seen last in a section: the source's name stands behind the key frame's header.
        func seen(_ viewer: Int, section: Int) -> UInt8? {
            relay.packets(to: endpoints[viewer], section: section).last { $0.payload[0] == 0x10 }?.payload[11]
        }
        run(milliseconds: 2_000, speaker: 0)
        #expect(seen(1, section: 1) == 1)
        #expect(seen(1, section: 2) == 3)
        #expect(seen(2, section: 1) == 1)
        #expect(seen(2, section: 2) == 2)
        #expect(seen(0, section: 1) != 1 && seen(0, section: 2) != 1)
        run(milliseconds: 3_000, speaker: 2)
        #expect(seen(1, section: 1) == 3)
        #expect(seen(1, section: 2) == 1)
        #expect(seen(0, section: 1) == 3)
        #expect(seen(0, section: 2) == 2)
        // The speaker keeps the one who was there.
        #expect(seen(2, section: 1) == 1)
    }

    @Test("A packet from an address that is not the session's is dropped and changes nothing")
    func foreignSource() {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let viewer = relay.join("viewer", media: [.video], receives: false)
        let source = PictureSource(ssrc: 5)
        let stranger = SocketAddress(IPAddress("127.0.0.2") ?? .loopbackV4, port: 30_000)
        for packet in source.next(keyFrame: true) { relay.deliver(packet, from: sender, source: stranger) }
        #expect(relay.packets(to: viewer).isEmpty)
        for packet in source.next(keyFrame: true) { relay.deliver(packet, from: sender) }
        let count = relay.packets(to: viewer).count
        #expect(count == 3)
        // Another port of the right host is not the session's either, once one is known.
        let otherPort = sender.address.with(port: 40_000)
        for packet in source.next(keyFrame: true) { relay.deliver(packet, from: sender, source: otherPort) }
        #expect(relay.packets(to: viewer).count == count)
        let session = relay.router.sessionsByID[sender.id].flatMap { relay.router.sessions[$0] }
        #expect(session?.drops.foreignSource == 6)
        relay.router.close(sender.id, at: relay.now) {}
        guard case .dropped(let id, let drops)? = relay.events.first else {
            Issue.record("nobody was told of the drops")
            return
        }
        #expect(id == sender.id && drops.occurred.map(\.count) == [6])
    }

    @Test("A session from which nothing comes ends, and says so")
    func timeout() {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let viewer = relay.join("viewer", media: [.video], receives: false)
        let source = PictureSource(ssrc: 5)
        for packet in source.next(keyFrame: true) { relay.deliver(packet, from: sender) }
        relay.advance(milliseconds: 14_000)
        #expect(relay.events.isEmpty)
        relay.advance(milliseconds: 7_000)
        guard case .ended(let id, .timeout)? = relay.events.first else {
            Issue.record("the session did not end")
            return
        }
        #expect(id == sender.id)
        #expect(relay.closedSockets.sorted() == sender.sockets + sender.rtcpSockets)
        #expect(relay.events.count == 1, "who only receives is not heard of and stays")
        #expect(relay.router.sessionsByID[viewer.id] != nil)
    }

    @Test("A viewer whose host refuses everything ends after the time-out; one that refuses for a moment stays")
    func refusal() {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let viewer = relay.join("viewer", media: [.video], receives: false)
        let source = PictureSource(ssrc: 5)
        func run(milliseconds: Int, refuses: Bool) {
            relay.advance(milliseconds: milliseconds) { step in
                guard step % 100 == 0 else { return }
                for packet in source.next(keyFrame: true) { relay.deliver(packet, from: sender) }
                if refuses { relay.router.noteRefusal(socket: viewer.sockets[0], at: relay.now) }
            }
        }
        run(milliseconds: 10_000, refuses: true)
        run(milliseconds: 10_000, refuses: false)
        run(milliseconds: 10_000, refuses: true)
        #expect(relay.events.isEmpty)
        run(milliseconds: 7_000, refuses: true)
        guard case .ended(let id, .unreachable)? = relay.events.first else {
            Issue.record("the session did not end")
            return
        }
        #expect(id == viewer.id)
        #expect(relay.router.sessionsByID[sender.id] != nil)
    }

    @Test("A switch never breaks a frame: it waits for another key frame")
    func switchWithinFrame() {
        let relay = SimulatedRelay()
        let first = relay.join("first", media: [.audio, .video])
        let second = relay.join("second", media: [.audio, .video])
        let viewer = relay.join("viewer", media: [.video], receives: false)
        let sources = [PictureSource(ssrc: 1), PictureSource(ssrc: 2)]
        for packet in sources[0].next(keyFrame: true) { relay.deliver(packet, from: first, section: 1) }
        for packet in sources[1].next(keyFrame: true) { relay.deliver(packet, from: second, section: 1) }
        for track in relay.router.rooms.keys {
            relay.router.rooms.with(track) { room in
                room.tracks[77] = relay.router.sessionsByID[second.id]
                _ = room.activeSpeaker.update(
                    [MixBatch.Level(track: 77, attenuation: 20, isSpeaking: true)], at: relay.now)
            }
            relay.router.unassignedRooms.append(track)
        }
        relay.router.assignVideo(at: relay.now)
        let interrupted = sources[0].next()
        relay.deliver(interrupted[0], from: first, section: 1)
        for packet in sources[1].next(keyFrame: true) { relay.deliver(packet, from: second, section: 1) }
        for packet in interrupted.dropFirst() { relay.deliver(packet, from: first, section: 1) }
        #expect(relay.packets(to: viewer).count == 6)
        #expect(relay.packets(to: viewer).allSatisfy { $0.payload.contains(1) })
        for packet in sources[1].next(keyFrame: true) { relay.deliver(packet, from: second, section: 1) }
        let frames = relay.packets(to: viewer).compactMap(\.header)
        #expect(frames.count == 9)
        for (earlier, later) in zip(frames, frames.dropFirst()) where earlier.timestamp != later.timestamp {
            #expect(earlier.marker, "a frame was cut off")
        }
    }

    @Test("What is no packet of the session's does not take the place of its port")
    func junkFirst() {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let viewer = relay.join("viewer", media: [.video], receives: false)
        let stranger = sender.address.with(port: 45_000)
        relay.deliver([0x80, 0x00], from: sender, source: stranger)
        relay.deliver([0x80, 0xC9], from: sender, isRTCP: true, source: stranger)
        let wrongType = ToneSource.packet(
            RTPHeader(payloadType: 11, sequenceNumber: 1, timestamp: 1, ssrc: 3), payload: [1, 2, 3], level: nil)
        relay.deliver(wrongType, from: sender, source: stranger)
        for packet in PictureSource(ssrc: 5).next(keyFrame: true) { relay.deliver(packet, from: sender) }
        #expect(relay.packets(to: viewer).count == 3)
    }

    @Test(
        "A receiver that took reports before and refuses them now is gone, in silence too; one that never took any stays"
    )
    func refusedReports() {
        let relay = SimulatedRelay()
        let gone = relay.join("gone", media: [.video], receives: false)
        let deaf = relay.join("deaf", media: [.video], receives: false)
        relay.advance(milliseconds: 12_000) { step in
            if step % 1_000 == 600 { relay.router.noteRefusal(socket: deaf.rtcpSockets[0], at: relay.now) }
        }
        relay.advance(milliseconds: 40_000) { step in
            guard step % 1_000 == 600 else { return }
            for endpoint in [gone, deaf] {
                relay.router.noteRefusal(socket: endpoint.rtcpSockets[0], at: relay.now)
            }
        }
        #expect(relay.router.sessionsByID[gone.id] == nil)
        #expect(relay.router.sessionsByID[deaf.id] != nil)
    }

    @Test("A second session of the same person at the same port takes the place of the first")
    func replaced() {
        let relay = SimulatedRelay()
        let first = relay.join("first", participant: "ann", media: [.video], receives: false)
        let other = relay.join("other", participant: "bob", media: [.video], receives: false)
        let second = relay.join("second", participant: "ann", media: [.video], receives: false, at: first.address)
        guard case .ended(let id, .replaced)? = relay.events.first else {
            Issue.record("the first session did not end")
            return
        }
        #expect(id == first.id && relay.events.count == 1)
        #expect(relay.router.sessionsByID[other.id] != nil && relay.router.sessionsByID[second.id] != nil)
    }

    @Test("A goodbye that overtakes the last packets cuts no frame off; the track ends a moment later")
    func goodbye() throws {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.video])
        let viewer = relay.join("viewer", media: [.video], receives: false)
        let source = PictureSource(ssrc: 5)
        let frame = source.next(keyFrame: true)
        relay.deliver(frame[0], from: sender)
        var bytes = [UInt8](repeating: 0, count: 64)
        var span = bytes.mutableSpan
        var buffer = span.mutableBytes
        var length = 0
        let none: [ReportBlock] = []
        try ReceiverReport(ssrc: 5).write(blocks: none.span, into: &buffer, at: &length)
        try Goodbye.write(ssrc: 5, into: &buffer, at: &length)
        relay.deliver(Array(bytes[..<length]), from: sender, isRTCP: true)
        for packet in frame.dropFirst() { relay.deliver(packet, from: sender) }
        #expect(relay.packets(to: viewer).count == frame.count)
        #expect(relay.router.videoTracks.count == 1)
        relay.advance(milliseconds: 1_600)
        #expect(relay.router.videoTracks.count == 0)
        #expect(relay.router.sessionsByID[sender.id] != nil)
    }
}
