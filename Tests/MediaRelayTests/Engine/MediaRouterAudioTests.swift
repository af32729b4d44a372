import Testing

@testable import MediaRelay

@Suite("A room's sound")
struct MediaRouterAudioTests {
    @Test("Everyone hears the others and not themselves")
    func mixMinus() throws {
        let relay = SimulatedRelay()
        let pitches = [440.0, 880.0, 1_320.0]
        let endpoints = (0..<3).map { relay.join("party \($0)", media: [.audio]) }
        let listener = relay.join("listener", media: [.audio])
        let sources = try pitches.enumerated().map { try ToneSource(frequency: $1, ssrc: UInt32($0 + 1)) }
        relay.advance(milliseconds: 3_000) { step in
            for index in endpoints.indices where step % 20 == index * 5 {
                if let packet = try? sources[index].next() { relay.deliver(packet, from: endpoints[index]) }
            }
        }
        for index in endpoints.indices {
            let heard = try ToneMeter(relay.packets(to: endpoints[index]).map(\.payload))
            let steady = 48_000..<heard.samples.count - 4_800
            for (other, pitch) in pitches.enumerated() {
                let level = heard.level(of: pitch, in: steady)
                if other == index {
                    #expect(level < -50, "\(index) hears their own tone at \(level) dB")
                } else {
                    #expect(level > -14, "\(index) hears \(pitch) Hz at \(level) dB")
                }
            }
        }
        let all = try ToneMeter(relay.packets(to: listener).map(\.payload))
        for pitch in pitches { #expect(all.level(of: pitch, in: 48_000..<96_000) > -14) }
    }

    @Test("A mix leaves at each tick, with numbers that go on", arguments: [1, 2, 3])
    func packetisation(ticks: Int) throws {
        let relay = SimulatedRelay()
        let speaker = relay.join("speaker", media: [.audio])
        let listener = relay.join("listener", media: [.audio(level: nil, ticks: ticks)])
        let source = try ToneSource(frequency: 500, ssrc: 1)
        relay.advance(milliseconds: 2_000) { step in
            if step % 20 == 3, let packet = try? source.next() { relay.deliver(packet, from: speaker) }
        }
        let headers = relay.packets(to: listener).compactMap(\.header)
        #expect(headers.count >= 1_900 / (20 * ticks) - 2)
        #expect(headers.first?.marker == true)
        for (earlier, later) in zip(headers, headers.dropFirst()) {
            #expect(later.sequenceNumber == earlier.sequenceNumber.advanced(by: 1))
            #expect(later.timestamp == earlier.timestamp &+ UInt32(960 * ticks))
            #expect(!later.marker)
        }
    }

    @Test("In silence nothing leaves and nothing ticks; the timestamps keep the time")
    func pause() throws {
        let relay = SimulatedRelay()
        let speaker = relay.join("speaker", media: [.audio])
        let listener = relay.join("listener", media: [.audio])
        let source = try ToneSource(frequency: 500, ssrc: 1)
        func speak(milliseconds: Int) {
            relay.advance(milliseconds: milliseconds) { step in
                if step % 20 == 3, let packet = try? source.next() { relay.deliver(packet, from: speaker) }
            }
        }
        speak(milliseconds: 500)
        relay.advance(milliseconds: 3_000)
        let before = relay.packets(to: listener)
        relay.advance(milliseconds: 5_000)
        #expect(relay.packets(to: listener).count == before.count)
        speak(milliseconds: 500)
        let after = Array(relay.packets(to: listener).dropFirst(before.count))
        let last = try #require(before.last?.header)
        let first = try #require(after.first?.header)
        #expect(first.marker)
        #expect(first.sequenceNumber == last.sequenceNumber.advanced(by: 1))
        let gap = Int64(first.timestamp &- last.timestamp)
        let elapsed = after[0].time.ticks(since: before[before.count - 1].time, clockRate: 48_000)
        #expect(abs(gap - elapsed) <= 1_920)
    }

    @Test("A sender who says that it is silent costs no decoding")
    func silentSender() throws {
        let relay = SimulatedRelay()
        let silent = relay.join("silent", media: [.audio(level: 1, ticks: 1)])
        let listener = relay.join("listener", media: [.audio])
        let source = try ToneSource(frequency: 500, ssrc: 1, amplitude: 0)
        relay.advance(milliseconds: 2_000) { step in
            if step % 20 == 3, let packet = try? source.next(level: 127) { relay.deliver(packet, from: silent) }
        }
        #expect(relay.packets(to: listener).isEmpty)
        #expect(relay.router.rooms[relay.router.rooms.keys[0]]?.mixing == nil)
    }

    @Test("Two sessions of one person do not hear each other's microphone")
    func samePerson() throws {
        let relay = SimulatedRelay()
        let camera = relay.join("camera", participant: "ann", media: [.audio])
        let player = relay.join("player", participant: "ann", media: [.audio], receives: false)
        let other = relay.join("other", media: [.audio])
        let own = try ToneSource(frequency: 440, ssrc: 1)
        let theirs = try ToneSource(frequency: 1_000, ssrc: 2)
        relay.advance(milliseconds: 2_000) { step in
            if step % 20 == 3, let packet = try? own.next() { relay.deliver(packet, from: camera) }
            if step % 20 == 9, let packet = try? theirs.next() { relay.deliver(packet, from: other) }
        }
        let heard = try ToneMeter(relay.packets(to: player).map(\.payload))
        #expect(heard.level(of: 440, in: 24_000..<72_000) < -50)
        #expect(heard.level(of: 1_000, in: 24_000..<72_000) > -14)
    }

    @Test("A mute is complete only when the batch in work has been sent")
    func mute() throws {
        let relay = SimulatedRelay()
        let speaker = relay.join("speaker", media: [.audio])
        let listener = relay.join("listener", media: [.audio])
        let source = try ToneSource(frequency: 440, ssrc: 1)
        func speak(milliseconds: Int) {
            relay.advance(milliseconds: milliseconds) { step in
                if step % 20 == 3, let packet = try? source.next() { relay.deliver(packet, from: speaker) }
            }
        }
        speak(milliseconds: 1_000)
        relay.delaysMixing = true
        speak(milliseconds: 40)
        let done = Flag()
        relay.router.setMuted(.audio, session: speaker.id, at: relay.now) { done.set() }
        #expect(!done.isSet)
        relay.delaysMixing = false
        relay.finishMixing()
        #expect(done.isSet)
        let before = relay.packets(to: listener).count
        speak(milliseconds: 1_000)
        let after = try ToneMeter(relay.packets(to: listener).dropFirst(before).map(\.payload))
        if after.samples.count > 4_800 { #expect(after.level(of: 440, in: 2_400..<after.samples.count) < -50) }
        relay.router.setMuted([], session: speaker.id, at: relay.now) {}
        relay.sent.removeAll()
        speak(milliseconds: 1_000)
        let again = try ToneMeter(relay.packets(to: listener).map(\.payload))
        #expect(again.level(of: 440, in: 14_400..<38_400) > -14)
    }
}

/// Something that happens once, seen from a closure that may run anywhere.
final class Flag: @unchecked Sendable {
    // Tests here run their closures on the test's own thread.
    private(set) var isSet = false

    func set() { isSet = true }
}
