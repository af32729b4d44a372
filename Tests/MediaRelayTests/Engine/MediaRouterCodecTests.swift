import Codec
import Testing

@testable import MediaRelay

@Suite("A room where everybody uses another codec")
struct MediaRouterCodecTests {
    private static let sounds: [RTPCodec] = [
        .opus, .speex(clockRate: 8_000), .speex(clockRate: 16_000), .speex(clockRate: 32_000),
    ]

    @Test("Each hears all the others and not themselves, in packets of 20, 40 and 60 ms", arguments: 1...3)
    func sound(ticks: Int) throws {
        let relay = SimulatedRelay()
        let pitches = [400.0, 700.0, 1_100.0, 1_700.0]
        let endpoints = Self.sounds.map { codec in
            relay.join("\(codec)", media: [.sound([codec], bitrate: 24_000, ticks: ticks)])
        }
        let sources = try zip(Self.sounds, pitches).enumerated().map { index, voice in
            let format = try #require(AudioFormat(voice.0))
            return try ToneSource(
                MixConfiguration(format: format, bitrate: 24_000, ticks: ticks), codec: voice.0, frequency: voice.1,
                ssrc: UInt32(index + 1))
        }
        relay.advance(milliseconds: 4_000) { step in
            for index in endpoints.indices where step % sources[index].packetTime == index * 5 {
                if let packet = try? sources[index].next() { relay.deliver(packet, from: endpoints[index]) }
            }
        }
        for index in endpoints.indices {
            let format = try #require(AudioFormat(Self.sounds[index]))
            let packets = relay.packets(to: endpoints[index])
            let heard = try ToneMeter(packets.map(\.payload), format: format)
            let steady = 96_000..<heard.samples.count - 4_800
            for (other, pitch) in pitches.enumerated() {
                let level = heard.level(of: pitch, in: steady)
                if other == index {
                    #expect(level < -40, "\(Self.sounds[index]) hears its own tone at \(level) dB")
                } else {
                    #expect((-17)...(-8) ~= level, "\(Self.sounds[index]) hears \(pitch) Hz at \(level) dB")
                }
            }
            // The clock is the codec's.
            for (earlier, later) in zip(packets, packets.dropFirst()) {
                let step = (later.header?.timestamp ?? 0) &- (earlier.header?.timestamp ?? 0)
                #expect(step == UInt32(ticks * format.clockRate / 50))
            }
        }
    }

    @Test("Speex with several frames in a packet, and a limit that asks for them, come through")
    func frames() throws {
        let relay = SimulatedRelay()
        let codec = RTPCodec.speex(clockRate: 8_000)
        let sender = relay.join("sender", media: [.sound([codec], bitrate: 8_000, ticks: 3)])
        let listener = relay.join("listener", media: [.sound([codec], bitrate: 8_000, ticks: 3)])
        let source = try ToneSource(
            MixConfiguration(format: .speex(.narrow), bitrate: 8_000, ticks: 3), codec: codec, frequency: 500, ssrc: 1)
        relay.advance(milliseconds: 3_000) { step in
            if step % 60 == 7, let packet = try? source.next() { relay.deliver(packet, from: sender) }
        }
        let packets = relay.packets(to: listener)
        let heard = try ToneMeter(packets.map(\.payload), format: .speex(.narrow))
        #expect(heard.level(of: 500, in: 48_000..<heard.samples.count - 4_800) > -20)
        let bits = packets.map { $0.payload.count * 8 }.reduce(0, +)
        #expect(Double(bits) / (Double(packets.count) * 0.06) <= 8_000)
    }

    @Test(
        "A picture whose codec a viewer cannot take is transcoded once, and shared",
        arguments: [(RTPCodec.vp8, RTPCodec.theora), (.theora, .vp8)])
    func transcoding(pair: (sent: RTPCodec, seen: RTPCodec)) throws {
        let relay = SimulatedRelay()
        let sender = relay.join("sender", media: [.pictures([pair.sent])])
        let same = relay.join("same", media: [.pictures([pair.sent])], receives: false)
        let viewers = (0..<3).map { relay.join("viewer \($0)", media: [.pictures([pair.seen])], receives: false) }
        let source = try VideoSource(pair.sent, ssrc: 5)
        var sent: [[UInt8]] = []
        relay.advance(milliseconds: 4_000) { step in
            guard step % 66 == 0 else { return }
            if step == 0, pair.sent == .theora {
                for packet in (try? source.configurationPackets()) ?? [] { relay.deliver(packet, from: sender) }
            }
            for packet in (try? source.next()) ?? [] {
                relay.deliver(packet, from: sender)
                sent.append(packet)
            }
        }
        let untouched = try VideoMeter(relay.packets(to: same), codec: pair.sent).quality(against: source)
        #expect(untouched.count >= 40)
        #expect((untouched.min() ?? 0) > 28)
        let packets = viewers.map { relay.packets(to: $0) }
        for seen in packets {
            let quality = try VideoMeter(seen, codec: pair.seen).quality(against: source)
            #expect(quality.count >= 40)
            #expect((quality.dropFirst(5).min() ?? 0) > 26)
            #expect(seen.map(\.payload) == packets[0].map(\.payload))
            let headers = seen.compactMap(\.header)
            #expect(headers.allSatisfy { $0.payloadType == SimulatedRelay.Media.payloadType(pair.seen) })
            for (earlier, later) in zip(headers, headers.dropFirst()) {
                #expect(later.sequenceNumber == earlier.sequenceNumber.advanced(by: 1))
            }
        }
        #expect(relay.router.videoTracks.count == 2)
        for index in viewers.indices { relay.router.close(viewers[index].id, at: relay.now) {} }
        #expect(relay.router.videoTracks.count == 1)
        let batches = relay.convertedBatches
        for packet in try source.next() { relay.deliver(packet, from: sender) }
        #expect(relay.convertedBatches == batches)
    }

    @Test("Theora's headers from the description reach viewers in the stream, whole, before they need them")
    func headers() throws {
        let relay = SimulatedRelay()
        let source = try VideoSource(.theora, ssrc: 5)
        let sender = relay.join(
            "sender", media: [.pictures([.theora])], theora: source.configuration)
        let viewer = relay.join("viewer", media: [.pictures([.theora])], receives: false)
        var late: SimulatedRelay.Endpoint?
        relay.advance(milliseconds: 4_000) { step in
            if step == 2_000 { late = relay.join("late", media: [.pictures([.theora])], receives: false) }
            if step % 66 == 0 {
                for packet in (try? source.next()) ?? [] { relay.deliver(packet, from: sender) }
            }
        }
        for endpoint in [viewer, try #require(late)] {
            let packets = relay.packets(to: endpoint)
            let quality = try VideoMeter(packets, codec: .theora).quality(against: source)
            #expect(quality.count >= 12)
            #expect((quality.min() ?? 0) > 28)
            let first = try #require(packets.first?.payload)
            let head = try TheoraPayloadHeader(parsing: first.span.bytes)
            #expect(head.kind == .configuration)
            let headers = packets.compactMap(\.header)
            for (earlier, later) in zip(headers, headers.dropFirst()) {
                #expect(later.sequenceNumber == earlier.sequenceNumber.advanced(by: 1))
            }
        }
    }

    @Test(
        "The headers that are told before there is a picture are those of the encoder", arguments: [16, 160, 250, 640])
    func toldHeaders(width: Int) throws {
        let size = PictureSize(width: width, height: width * 3 / 4)
        let encoder = try TheoraEncoder(TheoraStream.configuration(size: size, frameRate: 15, bitrate: 64_000))
        let told = try #require(TheoraStream.configuration(size: size))
        #expect(told.identification == encoder.headers[0])
        #expect(told.setup == encoder.headers[2])
        #expect(told.pictureSize == size)
    }

    @Test("A viewer who was told its headers sees everything with them", arguments: [false, true])
    func pinned(inBand: Bool) throws {
        let relay = SimulatedRelay()
        let told = try #require(relay.router.toldTheora(room: "room", participant: "viewer"))
        #expect(told.isOwn)
        let viewer = relay.join(
            "viewer", media: [.pictures([.theora], bitrate: 400_000, told: told)], receives: false)
        let source = try VideoSource(.theora, ssrc: 5)
        let sender = relay.join(
            "sender", media: [.pictures([.theora])], theora: inBand ? nil : source.configuration)
        relay.advance(milliseconds: 2_000) { step in
            if step % 990 == 0, inBand {
                for packet in (try? source.configurationPackets()) ?? [] { relay.deliver(packet, from: sender) }
            }
            if step % 66 == 0 {
                for packet in (try? source.next()) ?? [] { relay.deliver(packet, from: sender) }
            }
        }
        // Without the headers in the stream.
        let data = relay.packets(to: viewer).filter { datagram in
            (try? TheoraPayloadHeader(parsing: datagram.payload.span.bytes))?.kind == .data
        }
        let pictures = try VideoMeter(data, codec: .theora, configuration: told.configuration).pictures
        #expect(pictures.count >= 15)
        #expect(pictures.allSatisfy { $0.luma.count == told.size.width * told.size.height })
    }
}
