import Testing

@testable import MediaRelay

@Suite("RTP header")
struct RTPHeaderTests {
    /// Marker, payload type 96, number 0x1234, two sources, an extension of one word, three bytes of payload, two of padding.
    static let full: [UInt8] = [
        0xb2, 0xe0, 0x12, 0x34, 0x00, 0x01, 0xe2, 0x40, 0xde, 0xad, 0xbe, 0xef,
        0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
        0xbe, 0xde, 0x00, 0x01, 0x10, 0xaa, 0x00, 0x00,
        0x61, 0x62, 0x63, 0x00, 0x02,
    ]

    @Test("reads every field and the place of the payload")
    func fields() throws {
        let packet = Self.full.span.bytes
        let header = try RTPHeader(parsing: packet)
        #expect(header.marker)
        #expect(header.payloadType == 96)
        #expect(header.sequenceNumber == 0x1234)
        #expect(header.timestamp == 123_456)
        #expect(header.ssrc == 0xdead_beef)
        #expect(header.contributingSourceCount == 2)
        #expect(header.contributingSource(at: 1, in: packet) == 2)
        #expect(header.extensionProfile == 0xbede)
        #expect(header.extensionRange == 24..<28)
        #expect(header.length == 28)
        #expect(header.payload == 28..<31)
        #expect(header.paddingLength == 2)
    }

    @Test("leaves the padding of an encrypted packet alone")
    func encrypted() throws {
        var bytes = Self.full
        bytes[bytes.count - 1] = 0xff
        #expect(throws: RTPError.invalidPadding) { try RTPHeader(bytes: bytes) }
        let header = try RTPHeader(bytes: bytes, encrypted: true)
        #expect(header.payload == 28..<33)
    }

    @Test("a packet may be nothing but padding")
    func onlyPadding() throws {
        let bytes: [UInt8] = [0xa0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 4]
        let header = try RTPHeader(bytes: bytes)
        #expect(header.payload.isEmpty)
        #expect(header.paddingLength == 4)
    }

    @Test("every cut of a packet is refused or stays inside its bytes", arguments: 0..<33)
    func cuts(length: Int) {
        let bytes = Array(Self.full[..<length])
        do {
            let header = try RTPHeader(bytes: bytes)
            #expect(header.payload.upperBound <= length)
            #expect(length >= 28)
        } catch {
            #expect(error == .truncated || error == .invalidPadding)
        }
    }

    @Test("refuses other versions and impossible padding")
    func refusals() {
        var bytes = Self.full
        bytes[0] = 0x72
        #expect(throws: RTPError.unsupportedVersion(1)) { try RTPHeader(bytes: bytes) }
        bytes = Self.full
        bytes[32] = 0
        #expect(throws: RTPError.invalidPadding) { try RTPHeader(bytes: bytes) }
        bytes[32] = 6
        #expect(throws: RTPError.invalidPadding) { try RTPHeader(bytes: bytes) }
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let header = RTPHeader(
                payloadType: UInt8.random(in: 0...127, using: &generator),
                sequenceNumber: SequenceNumber(.random(in: 0...UInt16.max, using: &generator)),
                timestamp: .random(in: 0...UInt32.max, using: &generator),
                ssrc: .random(in: 0...UInt32.max, using: &generator), marker: .random(using: &generator))
            let bytes = try written { (buffer, cursor) throws(RTPError) in try header.write(into: &buffer, at: &cursor)
            }
            #expect(bytes.count == 12)
            #expect(try RTPHeader(bytes: bytes) == header)
        }
    }

    @Test("rewriting changes the five fields and nothing else")
    func rewrite() throws {
        var header = try RTPHeader(bytes: Self.full)
        header.marker = false
        header.payloadType = 111
        header.sequenceNumber = 0xffff
        header.timestamp = 0xffff_fffe
        header.ssrc = 5
        let bytes = try changed(Self.full) { buffer throws(RTPError) in try header.rewrite(&buffer) }
        #expect(try RTPHeader(bytes: bytes) == header)
        #expect(bytes[0] == Self.full[0])
        #expect(bytes[12...] == Self.full[12...])
    }

    @Test("a buffer that is too small is refused before anything is written")
    func smallBuffer() {
        let header = RTPHeader(payloadType: 0, sequenceNumber: 0, timestamp: 0, ssrc: 0)
        #expect(throws: RTPError.bufferTooSmall) {
            try written(11) { (buffer, cursor) throws(RTPError) in try header.write(into: &buffer, at: &cursor) }
        }
    }
}

@Suite("What a datagram is")
struct PacketClassTests {
    @Test(
        "told by the first two bytes",
        arguments: [
            ([0x00, 0x01], PacketClass.stun), ([0x16, 0xfe], .dtls), ([0x80, 0x60], .rtp), ([0x80, 0xe0], .rtp),
            ([0x80, 200], .rtcp), ([0x81, 206], .rtcp), ([0x80, 191], .rtp), ([0x40, 0x00], .unknown),
            ([0x80], .unknown),
        ] as [([UInt8], PacketClass)])
    func classes(bytes: [UInt8], expected: PacketClass) {
        #expect(PacketClass(bytes: bytes) == expected)
    }
}
