import Testing

@testable import MediaRelay

@Suite("A room with endpoints that speak SRTP")
struct MediaRouterSRTPTests {
    private func key(_ suite: SRTPSuite, _ seed: UInt8) throws -> SRTPMasterKey {
        let bytes = (0..<SRTPSuite.keyLength + suite.saltLength).map { seed &+ UInt8($0) }
        return try #require(SRTPMasterKey(suite: suite, bytes: bytes))
    }

    private func protected(_ packet: [UInt8], by protector: SRTPProtector) throws -> [UInt8] {
        var bytes = packet + [UInt8](repeating: 0, count: 16)
        var span = bytes.mutableSpan
        var datagram = span.mutableBytes
        let length = try protector.protectRTP(&datagram, length: packet.count)
        return Array(bytes[..<length])
    }

    private func opened(_ packet: [UInt8], by unprotector: SRTPUnprotector) throws -> [UInt8] {
        var bytes = packet
        var span = bytes.mutableSpan
        var datagram = span.mutableBytes
        let length = try unprotector.unprotectRTP(&datagram)
        return Array(bytes[..<length])
    }

    @Test("Secure and plain endpoints see each other; each is sent what it can open", arguments: SRTPSuite.allCases)
    func bridging(suite: SRTPSuite) throws {
        let relay = SimulatedRelay()
        let local = try key(suite, 1)
        let remote = try key(suite, 101)
        let secure = relay.join("secure", media: [.video], keys: (local, remote))
        let plain = relay.join("plain", media: [.video])
        let protector = try SRTPProtector(remote)
        let unprotector = try SRTPUnprotector(local)
        let sources = [PictureSource(ssrc: 1), PictureSource(ssrc: 2)]
        var sent: [[[UInt8]]] = [[], []]
        for frame in 0..<20 {
            for packet in sources[0].next(keyFrame: frame % 10 == 0) {
                relay.deliver(try protected(packet, by: protector), from: secure)
                sent[0].append(Array(packet.dropFirst(RTPHeader.fixedLength)))
            }
            for packet in sources[1].next(keyFrame: frame % 10 == 0) {
                relay.deliver(packet, from: plain)
                sent[1].append(Array(packet.dropFirst(RTPHeader.fixedLength)))
            }
            relay.advance(milliseconds: 66)
        }
        #expect(relay.packets(to: plain).map(\.payload) == sent[0])
        let received = try relay.packets(to: secure).map { datagram in
            Array(try opened(datagram.bytes, by: unprotector).dropFirst(RTPHeader.fixedLength))
        }
        #expect(received == sent[1])
    }

    @Test("What is not authentic, or comes again, is dropped and changes nothing; what is may come from anywhere")
    func authentication() throws {
        let relay = SimulatedRelay()
        let remote = try key(.aeadAES128GCM, 101)
        let secure = relay.join("secure", media: [.video], keys: (try key(.aeadAES128GCM, 1), remote))
        let viewer = relay.join("viewer", media: [.video], receives: false)
        let protector = try SRTPProtector(remote)
        let source = PictureSource(ssrc: 1)
        let frame = try source.next(keyFrame: true).map { try protected($0, by: protector) }
        for packet in frame {
            var forged = packet
            forged[20] ^= 1
            relay.deliver(forged, from: secure)
        }
        for packet in PictureSource(ssrc: 9).next(keyFrame: true) { relay.deliver(packet, from: secure) }
        #expect(relay.packets(to: viewer).isEmpty)
        let elsewhere = SocketAddress(IPAddress(v4: 0x7F00_0009), port: 999)
        for packet in frame { relay.deliver(packet, from: secure, source: elsewhere) }
        #expect(relay.packets(to: viewer).count == frame.count)
        for packet in frame { relay.deliver(packet, from: secure) }
        #expect(relay.packets(to: viewer).count == frame.count)
        let drops = relay.router.sessionsByID[secure.id].flatMap { relay.router.sessions[$0]?.drops }
        #expect(drops?.unauthenticated == 3 * frame.count)
    }
}
