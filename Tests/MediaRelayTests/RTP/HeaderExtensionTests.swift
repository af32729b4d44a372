import Testing

@testable import MediaRelay

@Suite("Header extensions (RFC 8285)")
struct HeaderExtensionTests {
    private func packet(profile: [UInt8], body: [UInt8]) -> [UInt8] {
        [0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7] + profile + [0, UInt8(body.count / 4)] + body + [0x55]
    }

    private func elements(_ bytes: [UInt8]) throws -> [[UInt8]] {
        let header = try RTPHeader(bytes: bytes)
        var iterator = HeaderExtensionIterator(header)
        var found: [[UInt8]] = []
        while let element = iterator.next(in: bytes.span.bytes) {
            found.append([element.identifier] + bytes[element.range])
        }
        return found
    }

    @Test("one-byte elements with padding between and after them")
    func oneByte() throws {
        let bytes = packet(
            profile: [0xbe, 0xde], body: [0x10, 0xaa, 0x21, 0xbb, 0xcc, 0x00, 0x00, 0x30, 0xdd, 0, 0, 0])
        #expect(try elements(bytes) == [[1, 0xaa], [2, 0xbb, 0xcc], [3, 0xdd]])
    }

    @Test("two-byte elements, empty ones included")
    func twoByte() throws {
        let bytes = packet(profile: [0x10, 0x05], body: [0x01, 0x00, 0x02, 0x01, 0xbb, 0x00, 0xc8, 0x02, 1, 2, 0, 0])
        #expect(try elements(bytes) == [[1], [2, 0xbb], [200, 1, 2]])
    }

    @Test("an element that runs over the end, and the reserved identifier, end the walk")
    func broken() throws {
        #expect(try elements(packet(profile: [0xbe, 0xde], body: [0x10, 0xaa, 0x23, 0xbb])) == [[1, 0xaa]])
        #expect(try elements(packet(profile: [0xbe, 0xde], body: [0x10, 0xaa, 0xf0, 0xbb])) == [[1, 0xaa]])
        #expect(try elements(packet(profile: [0x10, 0x00], body: [0x01, 0xff, 0xf0, 0xbb])) == [])
        #expect(try elements(packet(profile: [0x12, 0x34], body: [0x10, 0xaa, 0, 0])) == [])
    }

    @Test("the audio level is written, found and read")
    func audioLevel() throws {
        let header = RTPHeader(payloadType: 96, sequenceNumber: 9, timestamp: 1, ssrc: 2)
        let level = AudioLevel(hasVoice: true, attenuation: 42)
        let bytes = try written { (buffer, cursor) throws(RTPError) in
            try header.write(into: &buffer, at: &cursor)
            let writer = try HeaderExtensionWriter(packetStart: 0, into: &buffer, at: &cursor)
            try writer.append(3, ([7, 8, 9] as [UInt8]).span.bytes, into: &buffer, at: &cursor)
            try writer.append(5, level, into: &buffer, at: &cursor)
            try writer.finish(into: &buffer, at: &cursor)
        }
        let packet = bytes.span.bytes
        let parsed = try RTPHeader(parsing: packet)
        #expect(parsed.payload == 24..<24)
        #expect(AudioLevel(header: parsed, identifier: 5, in: packet) == level)
        #expect(AudioLevel(header: parsed, identifier: 4, in: packet) == nil)
        #expect(try elements(bytes) == [[3, 7, 8, 9], [5, 0xaa]])
    }

    @Test("identifiers that the one-byte layout lacks are refused", arguments: [0, 15, 200] as [UInt8])
    func identifiers(identifier: UInt8) {
        #expect(throws: RTPError.invalidExtension) {
            try written { (buffer, cursor) throws(RTPError) in
                cursor = 12
                let writer = try HeaderExtensionWriter(packetStart: 0, into: &buffer, at: &cursor)
                try writer.append(identifier, AudioLevel(hasVoice: false, attenuation: 0), into: &buffer, at: &cursor)
            }
        }
    }
}
