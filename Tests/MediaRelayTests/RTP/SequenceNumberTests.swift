import Testing

@testable import MediaRelay

@Suite("Sequence numbers and timestamps that wrap")
struct SequenceNumberTests {
    @Test("distances go the shorter way around")
    func distances() {
        #expect(SequenceNumber(1).distance(from: 0xffff) == 2)
        #expect(SequenceNumber(0xffff).distance(from: 1) == -2)
        #expect(SequenceNumber(0).isAfter(0xffff))
        #expect(!SequenceNumber(5).isAfter(5))
        #expect(SequenceNumber(0xfffe).advanced(by: 5) == 3)
        #expect(SequenceNumber(3).advanced(by: -5) == 0xfffe)
    }

    @Test("unwrapped numbers differ as the packets do, across cycles, reordering and losses")
    func unwrapping() {
        var generator = SeededGenerator(seed: 2)
        var unwrapper = SequenceUnwrapper()
        var truth: Int64 = 40_000
        let offset = Int64(unwrapper.unwrap(SequenceNumber(UInt16(truth)))) - truth
        for _ in 0..<20_000 {
            truth += Int64.random(in: 0...60, using: &generator)
            let late = truth - Int64.random(in: 0...200, using: &generator)
            #expect(Int64(unwrapper.unwrap(SequenceNumber(UInt16(truncatingIfNeeded: truth)))) - truth == offset)
            #expect(Int64(unwrapper.unwrap(SequenceNumber(UInt16(truncatingIfNeeded: late)))) - late == offset)
        }
        #expect(unwrapper.highest == UInt64(truth + offset))
    }

    @Test("timestamps go on past 32 bits")
    func timestamps() {
        var unwrapper = TimestampUnwrapper()
        let first = unwrapper.unwrap(0xffff_ff00)
        #expect(unwrapper.unwrap(0x0000_0100) == first + 0x200)
        #expect(unwrapper.unwrap(0xffff_ffff) == first + 0xff)
        #expect(unwrapper.highest == first + 0x200)
    }
}
