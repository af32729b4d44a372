import Glibc
import Testing

@testable import MediaRelay

@Suite("Theora in packets and in descriptions")
struct TheoraTests {
    private static let identification: [UInt8] =
        [0x80] + Array("theora".utf8) + [3, 2, 1] + [UInt8](repeating: 4, count: 32)
    private static let comment: [UInt8] = [0x81] + Array("theora".utf8) + [1, 0, 0, 0, 0x78, 0, 0, 0, 0]
    private static let setup: [UInt8] = [0x82] + Array("theora".utf8) + [UInt8](repeating: 5, count: 300)

    private func configuration(comment: [UInt8] = comment) throws -> TheoraConfiguration {
        try #require(
            TheoraConfiguration(
                identifier: 0xabcdef, identification: Self.identification, comment: comment, setup: Self.setup))
    }

    /// The packets of one packet of Theora.
    private func packetize(
        _ data: [UInt8], _ kind: TheoraPayloadHeader.Kind, _ packetizer: inout TheoraPacketizer,
        _ number: inout SequenceNumber
    ) throws -> [[UInt8]] {
        packetizer.begin(length: data.count, kind: kind)
        var found: [[UInt8]] = []
        var isLast = false
        while !isLast {
            found.append(
                try written { (buffer, cursor) throws(RTPError) in
                    try RTPHeader(payloadType: 96, sequenceNumber: number, timestamp: 0, ssrc: 1)
                        .write(into: &buffer, at: &cursor)
                    isLast = try packetizer.next(of: data.span.bytes, into: &buffer, at: &cursor) ?? true
                })
            number = number.advanced(by: 1)
        }
        return found
    }

    private func give(
        _ packet: [UInt8], to depacketizer: inout TheoraDepacketizer
    ) throws -> [(TheoraPayloadHeader, [UInt8])] {
        var found: [(TheoraPayloadHeader, [UInt8])] = []
        try depacketizer.receive(try RTPHeader(bytes: packet), packet.span.bytes) { head, data in
            found.append((head, data.withUnsafeBytes { Array($0) }))
        }
        return found
    }

    @Test("packets of any length come back whole, empty ones included")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 10)
        var packetizer = TheoraPacketizer(maximumPayload: 1000, identifier: 0x123456)
        var depacketizer = TheoraDepacketizer()
        var number: SequenceNumber = 65_500
        for length in [0, 1, 994, 995, 996, 5000] + (0..<60).map({ _ in Int.random(in: 0...9000, using: &generator) }) {
            let data = generator.bytes(length)
            let packets = try packetize(data, .data, &packetizer, &number)
            #expect(packets.allSatisfy { $0.count <= 1012 })
            var found: [(TheoraPayloadHeader, [UInt8])] = []
            for packet in packets { found += try give(packet, to: &depacketizer) }
            #expect(found.count == 1)
            #expect(found.first?.1 == data)
            #expect(found.first?.0.kind == .data && found.first?.0.identifier == 0x123456)
        }
        #expect(depacketizer.dropped == 0)
    }

    @Test("several whole packets in one payload")
    func several() throws {
        let packet: [UInt8] =
            [0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 7, 0x03] + [0, 2, 0x3f, 1] + [0, 0] + [0, 1, 0x40]
        var depacketizer = TheoraDepacketizer()
        let found = try give(packet, to: &depacketizer)
        #expect(found.map(\.1) == [[0x3f, 1], [], [0x40]])
        let areKeyFrames = found.map { TheoraDepacketizer.isKeyFrame($0.1.span.bytes) }
        #expect(areKeyFrames == [true, false, false])
    }

    @Test("without one of its parts a packet is dropped, and the next is whole", arguments: 0..<4)
    func losses(lost: Int) throws {
        var packetizer = TheoraPacketizer(maximumPayload: 106, identifier: 1)
        var depacketizer = TheoraDepacketizer()
        var number: SequenceNumber = 0
        let packets =
            try packetize([UInt8](repeating: 1, count: 400), .data, &packetizer, &number)
            + packetize([9, 9], .data, &packetizer, &number)
        #expect(packets.count == 5)
        var found: [[UInt8]] = []
        for (index, packet) in packets.enumerated() where index != lost {
            found += try give(packet, to: &depacketizer).map(\.1)
        }
        #expect(found == [[9, 9]])
    }

    @Test("payloads that break the format are refused")
    func broken() {
        let head: [UInt8] = [0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
        for payload in [
            [0], [0, 0, 7], [0, 0, 7, 0x01], [0, 0, 7, 0x01, 0], [0, 0, 7, 0x01, 0, 5, 1], [0, 0, 7, 0x00, 0, 0],
            [0, 0, 7, 0x41, 0, 0], [0, 0, 7, 0x31, 0, 0], [0, 0, 7, 0x02, 0, 1, 1],
        ] as [[UInt8]] {
            var depacketizer = TheoraDepacketizer()
            #expect(throws: RTPError.self) { try give(head + payload, to: &depacketizer) }
        }
    }

    @Test("a configuration goes into the description and into the stream, and comes back")
    func configurations() throws {
        let configuration = try configuration()
        #expect(TheoraConfiguration(parameter: configuration.parameter) == configuration)
        #expect(TheoraConfiguration(identifier: 0xabcdef, packed: configuration.packed) == configuration)
        let parameters = TheoraParameters(width: 64, height: 48, configuration: configuration)
        let text = parameters.formatParameters.text
        #expect(text.contains("delivery-method=inline") && text.contains("sampling=YCbCr-4:2:0"))
        #expect(TheoraParameters(FormatParameters(text[...])) == parameters)
    }

    @Test("an empty comment header is mended, other broken headers are refused")
    func mending() throws {
        let mended = try configuration(comment: [])
        #expect(mended.comment == [0x81] + Array("theora".utf8) + [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(TheoraConfiguration(parameter: mended.parameter) == mended)
        #expect(TheoraConfiguration(identifier: 1, identification: Self.setup, comment: [], setup: Self.setup) == nil)
        #expect(TheoraConfiguration(identifier: 1, packed: [2, 0xff, 0xff, 0xff, 0]) == nil)
        #expect(TheoraConfiguration(identifier: 1, packed: [2, 42]) == nil)
        #expect(TheoraConfiguration(parameter: "AAAA") == nil)
    }

    @Test("what ffmpeg writes, whose comment header is empty")
    func ffmpeg() throws {
        let path = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(fopen("/\(path)/Fuzz/Corpus/SDP/ffmpeg-theora", "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = fread(&bytes, 1, bytes.count, file)
        let session = try SessionDescription(parsing: Array(bytes[..<count]))
        let parameters = TheoraParameters(try #require(session.media.first).parameters(of: 96))
        let configuration = try #require(parameters.configuration)
        #expect(parameters.width == 64 && parameters.height == 64)
        #expect(configuration.identifier == 0xfecdba)
        #expect(configuration.identification.count == 42 && configuration.setup.count == 3204)
        #expect(configuration.comment.count == 15)
    }

    @Test("parameters of Speex")
    func speex() {
        let speex = SpeexParameters(FormatParameters("vbr=on;cng=on;mode=\"3,4,99\""))
        #expect(speex.variableBitrate == .on && speex.comfortNoise && speex.modes == [3, 4])
        #expect(SpeexParameters(speex.formatParameters) == speex)
        #expect(SpeexParameters(FormatParameters("vbr=x;mode=\"1,any\"")) == SpeexParameters())
    }

    @Test("a part whose length leaves out its heading, as GStreamer writes it, is taken whole")
    func shortLengths() throws {
        let parts: [(flags: UInt8, length: UInt8, data: [UInt8])] = [
            (0x50, 2, [2, 1, 1, 9, 9]), (0x90, 3, [8, 8, 8]), (0xD0, 2, [7, 7]),
        ]
        var depacketizer = TheoraDepacketizer()
        var found: [UInt8] = []
        for (index, part) in parts.enumerated() {
            let header = RTPHeader(
                sequenceNumber: SequenceNumber(UInt16(index)), timestamp: 0, marker: false, payload: 0..<6 + part.data.count)
            let payload = [0x56, 0x84, 0x81, part.flags, 0, part.length] + part.data
            try depacketizer.receive(header, payload.span.bytes) { head, data in
                #expect(head.kind == .configuration)
                found = data.withUnsafeBytes { Array($0) }
            }
        }
        #expect(found == [2, 1, 1, 9, 9, 8, 8, 8, 7, 7])
    }
}
