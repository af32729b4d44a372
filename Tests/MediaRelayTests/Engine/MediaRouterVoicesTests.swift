import Codec
import Testing

@testable import MediaRelay

@Suite("Sound that is forwarded")
struct MediaRouterVoicesTests {
    private func payloads(_ packets: [[UInt8]]) -> [[UInt8]] {
        packets.map { Array($0.dropFirst(RTPHeader.fixedLength)) }
    }

    private func checkNumbers(_ packets: [SimulatedRelay.Datagram]) {
        let headers = packets.compactMap(\.header)
        for (earlier, later) in zip(headers, headers.dropFirst()) {
            #expect(later.sequenceNumber == earlier.sequenceNumber.advanced(by: 1))
            #expect(later.ssrc == earlier.ssrc)
        }
    }

    @Test("A private call between two who take each other's codec: untouched, at once, without a mixer")
    func untouched() throws {
        let relay = SimulatedRelay()
        let ann = relay.join("ann", media: [.audio], isCall: true)
        let bob = relay.join("bob", media: [.audio], isCall: true)
        let sources = try [ToneSource(frequency: 440, ssrc: 1), ToneSource(frequency: 700, ssrc: 2)]
        var sent: [[[UInt8]]] = [[], []]
        relay.advance(milliseconds: 2_000) { step in
            guard step % 20 == 3 else { return }
            for (index, endpoint) in [ann, bob].enumerated() {
                guard let packet = try? sources[index].next() else { continue }
                sent[index].append(packet)
                let before = relay.sent.count
                relay.deliver(packet, from: endpoint)
                #expect(relay.sent.dropFirst(before).contains { $0.header != nil && $0.time == relay.now })
            }
        }
        #expect(relay.packets(to: bob).map(\.payload) == payloads(sent[0]))
        #expect(relay.packets(to: ann).map(\.payload) == payloads(sent[1]))
        checkNumbers(relay.packets(to: ann))
        #expect(relay.router.rooms[relay.router.rooms.keys[0]]?.mixing == nil)
        // A mute is complete at once, and nobody hears themselves on another device.
        relay.router.setMuted(.audio, session: ann.id, at: relay.now) {}
        let before = relay.packets(to: bob).count
        relay.deliver(try sources[0].next(), from: ann)
        #expect(relay.packets(to: bob).count == before)
    }

    @Test("A private call between two codecs is transcoded, each way by itself")
    func transcoded() throws {
        let relay = SimulatedRelay()
        let wide = RTPCodec.speex(clockRate: 16_000)
        let ann = relay.join("ann", media: [.sound([.opus, wide])], isCall: true)
        let bob = relay.join("bob", media: [.sound([wide], bitrate: 20_000)], isCall: true)
        let opus = try ToneSource(frequency: 440, ssrc: 1)
        let configuration = MixConfiguration(format: .speex(.wide), bitrate: 20_000, ticks: 1)
        let speex = try ToneSource(configuration, codec: wide, frequency: 700, ssrc: 2)
        var sent: [[UInt8]] = []
        relay.advance(milliseconds: 3_000) { step in
            guard step % 20 == 3 else { return }
            if let packet = try? opus.next() { relay.deliver(packet, from: ann) }
            if let packet = try? speex.next() {
                relay.deliver(packet, from: bob)
                sent.append(packet)
            }
        }
        // Ann takes Speex as it is.
        #expect(relay.packets(to: ann).map(\.payload) == payloads(sent))
        #expect(relay.packets(to: ann).allSatisfy { $0.header?.payloadType == 99 })
        let heard = try ToneMeter(relay.packets(to: bob).map(\.payload), format: .speex(.wide))
        let steady = 48_000..<heard.samples.count - 4_800
        #expect(heard.level(of: 440, in: steady) > -14)
        #expect(heard.level(of: 700, in: steady) < -45)
    }

    @Test("Telephone events are passed on to whoever agreed on them, and leave no gap for others")
    func events() throws {
        for agrees in [true, false] {
            let relay = SimulatedRelay()
            let ann = relay.join("ann", media: [.audio], isCall: true, eventType: 110)
            let bob = relay.join("bob", media: [.audio], isCall: true, eventType: agrees ? 111 : nil)
            let source = try ToneSource(frequency: 440, ssrc: 1)
            relay.deliver(try source.next(), from: ann)
            var event = try source.next()
            event[1] = 110
            relay.deliver(event, from: ann)
            relay.deliver(try source.next(), from: ann)
            let types = relay.packets(to: bob).compactMap { $0.header?.payloadType }
            #expect(types == (agrees ? [96, 111, 96] : [96, 96]))
            checkNumbers(relay.packets(to: bob))
            let drops = relay.router.sessionsByID[ann.id].flatMap { relay.router.sessions[$0]?.drops }
            #expect(drops?.unexpectedPayload == 0)
        }
    }

    @Test("Who asks for tracks gets the loudest speakers' own packets, each as a stream of its own")
    func tracks() throws {
        let relay = SimulatedRelay()
        let loud = (0..<3).map { relay.join("speaker \($0)", media: [.audio]) }
        let listener = relay.join("listener", media: [.audio], receives: false, tracks: 2)
        let mixed = relay.join("mixed", media: [.audio], receives: false)
        let sources = try (0..<3).map {
            try ToneSource(frequency: 400 + 300 * Double($0), ssrc: UInt32($0 + 1), amplitude: $0 == 2 ? 0.01 : 0.3)
        }
        var sent: [Set<[UInt8]>] = [[], [], []]
        relay.advance(milliseconds: 3_000) { step in
            for index in loud.indices where step % 20 == index * 5 {
                guard let packet = try? sources[index].next() else { continue }
                sent[index].insert(Array(packet.dropFirst(RTPHeader.fixedLength)))
                relay.deliver(packet, from: loud[index])
            }
        }
        let packets = relay.packets(to: listener)
        let streams = Set(packets.compactMap { $0.header?.ssrc })
        #expect(streams.count == 2)
        for stream in streams {
            let own = packets.filter { $0.header?.ssrc == stream }
            checkNumbers(own)
            #expect(own.count > 120)
            #expect(sent.contains { $0.isSuperset(of: own.map(\.payload)) })
        }
        #expect(relay.packets(to: mixed).count > 120)
    }
}
