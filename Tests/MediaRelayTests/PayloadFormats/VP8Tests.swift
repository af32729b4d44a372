import Testing

@testable import MediaRelay

@Suite("VP8 payload descriptor (RFC 7741)")
struct VP8DescriptorTests {
    @Test("one byte, without extension")
    func short() throws {
        let descriptor = try VP8Descriptor(bytes: [0x10, 0x00])
        #expect(descriptor.startsFrame)
        #expect(descriptor.length == 1)
        #expect(descriptor.pictureID == nil)
    }

    @Test("all fields, long picture number")
    func full() throws {
        let bytes: [UInt8] = [0xb3, 0xf0, 0x92, 0x34, 0x07, 0x6a, 0xee]
        let descriptor = try VP8Descriptor(bytes: bytes)
        #expect(descriptor.isNonReference)
        #expect(descriptor.startsPartition && descriptor.partitionIndex == 3 && !descriptor.startsFrame)
        #expect(descriptor.pictureID == 0x1234 && descriptor.hasLongPictureID)
        #expect(descriptor.baseLayerIndex == 7)
        #expect(descriptor.temporalLayer == 1 && descriptor.isLayerSync)
        #expect(descriptor.keyFrameIndex == 10)
        #expect(descriptor.length == 6)
    }

    @Test("cuts are refused: a descriptor without data is none", arguments: 0..<7)
    func cuts(length: Int) {
        let bytes: [UInt8] = [0xb3, 0xf0, 0x92, 0x34, 0x07, 0x6a]
        #expect(throws: RTPError.truncated) { try VP8Descriptor(bytes: Array(bytes.prefix(length))) }
    }

    @Test("written descriptors are read back, rewritten ones keep their width")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<1000 {
            var descriptor = VP8Descriptor()
            descriptor.isNonReference = .random(using: &generator)
            descriptor.startsPartition = .random(using: &generator)
            descriptor.partitionIndex = .random(in: 0...7, using: &generator)
            descriptor.hasLongPictureID = .random(using: &generator)
            if .random(using: &generator) {
                descriptor.pictureID = .random(in: 0...(descriptor.hasLongPictureID ? 0x7fff : 0x7f), using: &generator)
            } else {
                descriptor.hasLongPictureID = false
            }
            if .random(using: &generator) { descriptor.baseLayerIndex = .random(in: 0...255, using: &generator) }
            if .random(using: &generator) {
                descriptor.temporalLayer = .random(in: 0...3, using: &generator)
                descriptor.isLayerSync = .random(using: &generator)
            }
            if .random(using: &generator) { descriptor.keyFrameIndex = .random(in: 0...31, using: &generator) }
            let bytes = try written { (buffer, cursor) throws(RTPError) in
                try descriptor.write(into: &buffer, at: &cursor)
                cursor += 1
            }
            let parsed = try VP8Descriptor(bytes: bytes)
            #expect(parsed.length == descriptor.encodedLength)
            #expect(parsed.pictureID == descriptor.pictureID && parsed.hasLongPictureID == descriptor.hasLongPictureID)
            #expect(parsed.baseLayerIndex == descriptor.baseLayerIndex)
            #expect(parsed.temporalLayer == descriptor.temporalLayer && parsed.isLayerSync == descriptor.isLayerSync)
            #expect(parsed.keyFrameIndex == descriptor.keyFrameIndex)
            #expect(parsed.startsPartition == descriptor.startsPartition)

            let rewritten = changed(bytes) { (buffer: inout MutableRawSpan) in
                parsed.rewrite(pictureID: 0x5a5b, baseLayerIndex: 99, in: &buffer, payloadAt: 0)
            }
            let again = try VP8Descriptor(bytes: rewritten)
            #expect(again.pictureID == parsed.pictureID.map { _ in parsed.hasLongPictureID ? 0x5a5b : 0x5b })
            #expect(again.baseLayerIndex == parsed.baseLayerIndex.map { _ in 99 })
            #expect(again.temporalLayer == parsed.temporalLayer && again.keyFrameIndex == parsed.keyFrameIndex)
            #expect(again.length == parsed.length)
        }
    }
}

@Suite("VP8 frames in packets")
struct VP8FrameTests {
    /// The first bytes of a key frame of 320 by 240 and of one that is none.
    private static let key: [UInt8] = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]
    private static let inter: [UInt8] = [0x11, 0x02, 0x00]

    @Test("key frames and their size are told by the first bytes")
    func payloadHeader() throws {
        let key = try #require(VP8PayloadHeader(bytes: Self.key))
        #expect(key.isKeyFrame && key.width == 320 && key.height == 240)
        let inter = try #require(VP8PayloadHeader(bytes: Self.inter))
        #expect(!inter.isKeyFrame && inter.width == nil)
        #expect(VP8PayloadHeader(bytes: Array(Self.key[..<2])) == nil)
        let cut = try #require(VP8PayloadHeader(bytes: Array(Self.key[..<9])))
        #expect(cut.isKeyFrame && cut.width == nil)
    }

    /// The packets of a frame, each a header and a payload.
    private func packetize(
        _ frame: [UInt8], _ packetizer: inout VP8Packetizer, number: inout SequenceNumber, timestamp: UInt32
    ) throws -> [[UInt8]] {
        packetizer.begin(frameLength: frame.count)
        var found: [[UInt8]] = []
        while !packetizer.isDone {
            var isLast = false
            var bytes = try written { (buffer, cursor) throws(RTPError) in
                try RTPHeader(payloadType: 96, sequenceNumber: number, timestamp: timestamp, ssrc: 1)
                    .write(into: &buffer, at: &cursor)
                isLast = try packetizer.next(of: frame.span.bytes, into: &buffer, at: &cursor) ?? false
            }
            if isLast { bytes[1] |= 0x80 }
            number = number.advanced(by: 1)
            found.append(bytes)
        }
        return found
    }

    private func give(_ packet: [UInt8], to depacketizer: inout VP8Depacketizer) throws -> VP8Depacketizer.Result {
        try depacketizer.receive(try RTPHeader(bytes: packet), packet.span.bytes)
    }

    @Test("frames of any length come back whole, in packets of nearly one size")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 7)
        var packetizer = VP8Packetizer(maximumPayload: 1104, pictureID: 0x7ffe)
        var depacketizer = VP8Depacketizer()
        var number: SequenceNumber = 65_530
        for index in 0..<200 {
            let isKey = index % 10 == 0
            let frame = (isKey ? Self.key : Self.inter) + generator.bytes(Int.random(in: 0...5000, using: &generator))
            let packets = try packetize(frame, &packetizer, number: &number, timestamp: UInt32(index) * 3000)
            let sizes = packets.map { $0.count - 12 }
            #expect(sizes.allSatisfy { $0 <= 1104 })
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
            for packet in packets.dropLast() { #expect(try give(packet, to: &depacketizer) == .incomplete) }
            #expect(try give(packets[packets.count - 1], to: &depacketizer) == .complete(isKeyFrame: isKey))
            #expect(depacketizer.frame == frame)
            #expect(depacketizer.descriptor.pictureID == UInt16(0x7ffe + index) & 0x7fff)
        }
        #expect(depacketizer.droppedFrames == 0)
    }

    @Test("a frame without one of its packets is dropped, and the next one is whole", arguments: 0..<4)
    func losses(lost: Int) throws {
        var packetizer = VP8Packetizer(maximumPayload: 104, pictureID: 0)
        var depacketizer = VP8Depacketizer()
        var number: SequenceNumber = 0
        let first = try packetize(
            Self.key + [UInt8](repeating: 1, count: 385), &packetizer, number: &number, timestamp: 0)
        let second = try packetize(Self.inter + [2, 3], &packetizer, number: &number, timestamp: 3000)
        #expect(first.count == 4)
        var results: [VP8Depacketizer.Result] = []
        for (index, packet) in (first + second).enumerated() where index != lost {
            results.append(try give(packet, to: &depacketizer))
        }
        #expect(results.filter { $0 != .incomplete } == [.complete(isKeyFrame: false)])
        #expect(depacketizer.frame == Self.inter + [2, 3])
    }

    @Test("a frame that is too large is dropped")
    func tooLarge() throws {
        var packetizer = VP8Packetizer(maximumPayload: 1000, pictureID: 0)
        var depacketizer = VP8Depacketizer(maximumFrame: 3000)
        var number: SequenceNumber = 0
        for packet in try packetize([UInt8](repeating: 0, count: 4000), &packetizer, number: &number, timestamp: 0) {
            #expect(try give(packet, to: &depacketizer) == .incomplete)
        }
        #expect(depacketizer.droppedFrames == 1)
    }
}
