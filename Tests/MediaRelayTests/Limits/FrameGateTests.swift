import Testing

@testable import MediaRelay

@Suite("The limiter of a video stream")
struct FrameGateTests {
    /// Numbers that look random and are the same in every run.
    private struct Noise {
        var state: UInt64

        mutating func next(_ range: ClosedRange<Int>) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return range.lowerBound + Int(state >> 33) % (range.upperBound - range.lowerBound + 1)
        }
    }

    /// A frame as it leaves.
    private struct Sent {
        var time: MediaTime
        var bits: Int
        var timestamp: UInt32
        var isKey: Bool
        var packets: Int
        var sequence: UInt64
        var pictureID: UInt16
        var layer: UInt8
    }

    /// A sender, the limiter, and the clock: a stream of frames whose sizes (bytes) are given goes through.
    private final class Run {
        var gate: FrameGate
        var sent: [(time: MediaTime, packet: ForwardBuffer.Packet, shift: PacketMap.Shift)] = []
        var offered: [UInt32: Int] = [:]
        var keyFrameWishes = 0
        var transcodingSince: MediaTime?
        var now = MediaTime.milliseconds(1_000)
        private var sequence: UInt64 = 1_000
        private var frame = 0
        private var picture: UInt16 = 0

        init(bitrate: Int) {
            gate = FrameGate(.init(bitrate: bitrate))
        }

        /// One frame of so many bytes at once, then the time until the next.
        func send(bytes: Int, isKey: Bool, layer: UInt8? = nil, isSync: Bool = false, then milliseconds: Int64) {
            let packets = max(1, (bytes + 1_099) / 1_100)
            let timestamp = UInt32(frame * 6_000)
            for index in 0..<packets {
                let size = index == packets - 1 ? bytes - 1_100 * (packets - 1) : 1_100
                var descriptor = VP8Descriptor()
                descriptor.pictureID = picture
                descriptor.hasLongPictureID = true
                descriptor.temporalLayer = layer
                descriptor.isLayerSync = isSync
                let packet = ForwardBuffer.Packet(
                    range: 0..<RTPHeader.fixedLength + size, sequence: sequence, timestamp: timestamp,
                    marker: index == packets - 1, beginsKeyFrame: isKey && index == 0, descriptor: descriptor)
                sequence += 1
                offered[timestamp, default: 0] += 1
                let payload = [UInt8](repeating: 7, count: size)
                let verdict = gate.offer(packet, payload: payload.span.bytes, at: now)
                if verdict == .pass, let shift = gate.shift(of: packet.sequence) { sent.append((now, packet, shift)) }
                drain()
            }
            frame += 1
            picture = (picture + 1) & 0x7FFF
            if gate.wantsKeyFrame(at: now) { keyFrameWishes += 1 }
            if gate.needsTranscoding, transcodingSince == nil { transcodingSince = now }
            let next = now.advanced(milliseconds: milliseconds)
            while let time = gate.nextDeadline(at: now), time < next {
                now = max(time, now.advanced(milliseconds: 1))
                drain()
            }
            now = max(now, next)
        }

        private func drain() {
            while let (packet, shift) = gate.takeReleased(at: now) { sent.append((now, packet, shift)) }
        }

        /// The frames that left, each checked to be whole.
        func frames() -> [Sent] {
            var frames: [Sent] = []
            for (time, packet, shift) in sent {
                let bits = (packet.range.count - RTPHeader.fixedLength) * 8
                if frames.last?.timestamp == packet.timestamp {
                    frames[frames.count - 1].bits += bits
                    frames[frames.count - 1].packets += 1
                    frames[frames.count - 1].time = time
                } else {
                    frames.append(
                        Sent(
                            time: time, bits: bits, timestamp: packet.timestamp, isKey: packet.beginsKeyFrame,
                            packets: 1, sequence: packet.sequence - shift.sequence,
                            pictureID: ((packet.descriptor.pictureID ?? 0) &- shift.pictureID) & 0x7FFF,
                            layer: packet.descriptor.temporalLayer ?? 0))
                }
            }
            return frames
        }

        /// The most bits of any two seconds.
        func worstWindow() -> Int {
            var worst = 0
            var start = 0
            var sum = 0
            for index in sent.indices {
                sum += (sent[index].packet.range.count - RTPHeader.fixedLength) * 8
                while sent[index].time.nanoseconds - sent[start].time.nanoseconds >= 2_000_000_000 {
                    sum -= (sent[start].packet.range.count - RTPHeader.fixedLength) * 8
                    start += 1
                }
                worst = max(worst, sum)
            }
            return worst
        }

        /// Whole frames only, numbers without a gap, and nothing that leans on a frame that was left out.
        func checkDecodable(source: SourceLocation = #_sourceLocation) {
            var next = frames().first?.sequence ?? 0
            var picture = frames().first?.pictureID ?? 0
            var lastBase: UInt32?
            for frame in frames() {
                #expect(frame.packets == offered[frame.timestamp], "a frame was cut", sourceLocation: source)
                #expect(frame.sequence == next, "a gap in the numbers", sourceLocation: source)
                #expect(frame.pictureID == picture, "a gap in the picture ids", sourceLocation: source)
                next = frame.sequence + UInt64(frame.packets)
                picture = (picture + 1) & 0x7FFF
                if frame.layer == 0, !frame.isKey, let lastBase, !hasLayers {
                    #expect(frame.timestamp == lastBase + 6_000, "its reference is missing", sourceLocation: source)
                }
                if frame.layer == 0 { lastBase = frame.timestamp }
            }
        }

        var hasLayers: Bool { sent.contains { $0.packet.descriptor.temporalLayer != nil } }
    }

    @Test("Who stays under 95 % of the limit in every window loses nothing in ten minutes", arguments: [1, 2, 3, 4])
    func compliant(seed: UInt64) {
        let limit = 80_000
        let run = Run(bitrate: limit)
        var noise = Noise(state: seed)
        // What was sent in the last two seconds, so that the sender can keep its word.
        var window: [(time: Int64, bits: Int)] = []
        var delays: [Int64] = []
        for index in 0..<9_000 {
            let isKey = index % [15, 30, 45, 300][Int(seed) % 4] == 0
            let now = run.now.milliseconds(since: .zero)
            window.removeAll { now - $0.time >= 2_000 }
            let room = limit * 2 * 95 / 100 - window.reduce(0) { $0 + $1.bits }
            let wanted = isKey ? noise.next(2_000...4_500) : noise.next(100...900)
            let bytes = max(1, min(wanted, room / 8))
            guard room >= 8 else {
                run.send(bytes: 0, isKey: false, then: 66)
                continue
            }
            window.append((now, bytes * 8))
            run.send(bytes: bytes, isKey: isKey, then: 66)
        }
        delays = run.sent.map { $0.time.milliseconds(since: .milliseconds(1_000)) }
        #expect(run.gate.counters.framesLeftOut == 0)
        #expect(run.gate.counters.framesSent == 9_000)
        #expect(!run.gate.needsTranscoding)
        #expect(run.worstWindow() <= limit * 2)
        #expect(delays.count == run.offered.values.reduce(0, +))
        run.checkDecodable()
    }

    @Test(
        "640x480 at 1 Mbit/s with a key frame every two seconds, into 80 kbit/s: it is soon clear that it must be encoded again"
    )
    func farTooMuch() throws {
        let run = Run(bitrate: 80_000)
        var noise = Noise(state: 5)
        for index in 0..<1_800 {
            let isKey = index % 30 == 0
            run.send(bytes: isKey ? noise.next(28_000...36_000) : noise.next(6_000...8_500), isKey: isKey, then: 66)
        }
        #expect(run.worstWindow() <= 160_000 * 105 / 100)
        run.checkDecodable()
        let since = try #require(run.transcodingSince)
        #expect(since.milliseconds(since: .milliseconds(1_000)) <= 2_000)
        #expect(run.gate.needsTranscoding)
    }

    @Test("A little too much: frames go, up to the next key frame, and what is left can be decoded")
    func aLittleTooMuch() {
        let limit = 80_000
        let run = Run(bitrate: limit)
        var noise = Noise(state: 9)
        for index in 0..<3_000 {
            let isKey = index % 15 == 0
            run.send(bytes: isKey ? noise.next(2_400...3_000) : noise.next(600...800), isKey: isKey, then: 66)
        }
        #expect(run.worstWindow() <= limit * 2 * 105 / 100)
        #expect(run.gate.counters.framesLeftOut > 0)
        run.checkDecodable()
        let frames = run.frames()
        // Nearly all that the limit lets through is used.
        let bits = frames.reduce(0) { $0 + $1.bits }
        #expect(bits > limit * 200 * 7 / 10)
        for index in frames.indices.dropFirst() {
            let late =
                frames[index].time.milliseconds(since: .milliseconds(1_000)) - Int64(frames[index].timestamp / 90) * 66
                * 15 / 1_000
            #expect(late <= 520)
        }
    }

    @Test("A burst is delayed rather than cut: at most half a second, nothing lost")
    func bursts() {
        let limit = 200_000
        let run = Run(bitrate: limit)
        for index in 0..<600 {
            // A key frame of half a window every four seconds, and the deltas before it nearly fill the rest.
            let isKey = index % 60 == 0
            run.send(bytes: isKey ? 24_000 : index % 60 > 40 ? 1_100 : 500, isKey: isKey, then: 66)
        }
        #expect(run.worstWindow() <= limit * 2 * 105 / 100)
        #expect(run.gate.counters.framesLeftOut == 0)
        run.checkDecodable()
    }

    @Test("Temporal layers go before frames do, and come back when there is room")
    func layers() {
        let limit = 80_000
        let run = Run(bitrate: limit)
        var answered = 0
        /// Three layers in the usual pattern of four: 0 2 1 2.
        func stream(frames: Int, bytes: Int) {
            for index in 0..<frames {
                let layer: UInt8 = [0, 2, 1, 2][index % 4]
                // The sender answers requests for key frames.
                let isKey = layer == 0 && (index == 0 || run.keyFrameWishes > answered)
                if isKey { answered = run.keyFrameWishes }
                run.send(bytes: isKey ? bytes * 2 : bytes, isKey: isKey, layer: layer, isSync: layer > 0, then: 40)
            }
        }
        stream(frames: 1_000, bytes: 600)
        let limited = run.frames()
        #expect(run.worstWindow() <= limit * 2 * 105 / 100)
        #expect(limited.contains { $0.layer == 0 } && !run.gate.needsTranscoding)
        let late = limited.filter { $0.time.milliseconds(since: .milliseconds(1_000)) > 10_000 }
        #expect(late.allSatisfy { $0.layer < 2 })
        #expect(late.count > 700 / 2 * 9 / 10, "the lower layers are all there")
        run.checkDecodable()
        let before = run.sent.count
        stream(frames: 1_000, bytes: 300)
        #expect(run.sent[before...].contains { $0.packet.descriptor.temporalLayer == 2 })
    }

    @Test("What is no longer too much need not be encoded again, after ten seconds")
    func recovery() {
        let run = Run(bitrate: 80_000)
        for index in 0..<150 { run.send(bytes: index % 15 == 0 ? 20_000 : 5_000, isKey: index % 15 == 0, then: 66) }
        #expect(run.gate.needsTranscoding)
        for index in 0..<120 { run.send(bytes: index % 15 == 0 ? 1_500 : 400, isKey: index % 15 == 0, then: 66) }
        #expect(run.gate.needsTranscoding, "not for a moment's sake")
        for index in 0..<120 { run.send(bytes: index % 15 == 0 ? 1_500 : 400, isKey: index % 15 == 0, then: 66) }
        #expect(!run.gate.needsTranscoding)
    }

    @Test("A limit on wire bits counts the headers")
    func wire() {
        var gate = FrameGate(.init(bitrate: 80_000, overhead: 40))
        var passed = 0
        var now = MediaTime.milliseconds(1)
        // Payload of 40 kbit/s in small packets is 80 kbit/s on the wire: all of it passes; with more, not.
        for size in [36, 80] {
            passed = 0
            for index in 0..<1_250 {
                let packet = ForwardBuffer.Packet(
                    range: 0..<RTPHeader.fixedLength + size, sequence: UInt64(10 * now.milliseconds(since: .zero)),
                    timestamp: UInt32(truncatingIfNeeded: now.nanoseconds / 11_111), marker: true,
                    beginsKeyFrame: index == 0)
                let payload = [UInt8](repeating: 1, count: size)
                if gate.offer(packet, payload: payload.span.bytes, at: now) == .pass { passed += 1 }
                while gate.takeReleased(at: now) != nil { passed += 1 }
                now = now.advanced(milliseconds: 8)
            }
            if size == 36 { #expect(passed == 1_250) } else { #expect(passed < 1_250) }
        }
    }
}
