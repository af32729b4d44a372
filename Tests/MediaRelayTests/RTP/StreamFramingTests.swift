import Testing

@testable import MediaRelay

@Suite("Packets on a stream (RFC 4571)")
struct StreamFramingTests {
    private func framed(_ packets: [[UInt8]]) -> [UInt8] {
        packets.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xff)] + $0 }
    }

    private func receive(_ bytes: [UInt8], into framing: inout StreamFraming) -> [[UInt8]] {
        var found: [[UInt8]] = []
        framing.receive(bytes.span.bytes) { packet in found.append(packet.withUnsafeBytes { Array($0) }) }
        return found
    }

    @Test("packets come whole, however the stream is cut")
    func cuts() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<200 {
            let packets = (0..<20).map { _ in generator.bytes(Int.random(in: 1...300, using: &generator)) }
            var stream = framed(packets)[...]
            var framing = StreamFraming(maximumLength: 300)
            var found: [[UInt8]] = []
            while !stream.isEmpty {
                let count = Int.random(in: 1...400, using: &generator)
                found += receive(Array(stream.prefix(count)), into: &framing)
                stream = stream.dropFirst(count)
            }
            #expect(found == packets)
            #expect(framing.oversized == 0)
        }
    }

    @Test("what is too long is skipped, and empty frames are read over", arguments: [1, 2, 3, 7, 1000])
    func oversized(step: Int) {
        let stream = framed([[1, 2, 3], [UInt8](repeating: 9, count: 500), [], [4, 5]])
        var framing = StreamFraming(maximumLength: 64)
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: stream.count, by: step) {
            found += receive(Array(stream[start..<min(start + step, stream.count)]), into: &framing)
        }
        #expect(found == [[1, 2, 3], [4, 5]])
        #expect(framing.oversized == 1)
    }

    @Test("the heading, and the original number of a retransmission")
    func headings() throws {
        let bytes = try written { (buffer, cursor) throws(RTPError) in
            try StreamFraming.writeHeading(length: 0x0203, into: &buffer, at: &cursor)
            try Retransmission.write(original: 0xabcd, into: &buffer, at: &cursor)
        }
        #expect(bytes == [2, 3, 0xab, 0xcd])
        let number = try Retransmission.originalNumber(bytes.span.bytes.extracting(2..<4))
        #expect(number == 0xabcd)
        #expect(throws: RTPError.self) {
            try written { (buffer, cursor) throws(RTPError) in
                try StreamFraming.writeHeading(length: 65_536, into: &buffer, at: &cursor)
            }
        }
    }
}
