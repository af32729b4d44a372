import Testing

@testable import Gateways

@Suite struct LineFramerTests {
    /// Everything that a framer makes of a stream that arrives in the given pieces.
    private func frame(_ pieces: [[UInt8]]) -> (lines: [String], overflow: Bool) {
        let framer = LineFramer()
        var line: [UInt8] = []
        var lines: [String] = []
        for piece in pieces {
            var offset = 0
            reading: while true {
                switch framer.next(in: piece.span, from: &offset, into: &line) {
                case .line:
                    lines.append(String(decoding: line, as: UTF8.self))
                    line.removeAll(keepingCapacity: true)
                case .more:
                    #expect(offset == piece.count)
                    break reading
                case .overflow:
                    return (lines, true)
                }
            }
        }
        return (lines, false)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func endsLinesAtCRLFAndAtBareLF() {
        #expect(frame([bytes("a\r\nb\n\r\nc\rd\n\n")]).lines == ["a", "b", "", "c\rd", ""])
    }

    @Test func takesOnlyOneReturnOff() {
        #expect(frame([bytes("a\r\r\n")]).lines == ["a\r"])
    }

    @Test func keepsAnUnfinishedLine() {
        #expect(
            frame([bytes("ab"), bytes("cd"), bytes(""), bytes("e\r"), bytes("\nf\n"), bytes("g")]).lines == [
                "abcde", "f",
            ])
    }

    @Test func doesNotDependOnHowTheStreamIsCut() {
        let stream = bytes("#login anon bob\r\n\n#broadcast \"h\u{E9}llo\"\n#whoami\r\n\r\n#quit\r\n")
        let whole = frame([stream])
        #expect(whole.lines.count == 6)
        for size in 1...stream.count {
            let pieces = stride(from: 0, to: stream.count, by: size).map {
                Array(stream[$0..<min($0 + size, stream.count)])
            }
            #expect(frame(pieces).lines == whole.lines)
        }
    }

    @Test(arguments: [1, 7, 500, 999, 1_000, 4_096])
    func overflowsAtAThousandBytesWithoutLF(size: Int) {
        func cut(_ stream: [UInt8]) -> [[UInt8]] {
            stride(from: 0, to: stream.count, by: size).map { Array(stream[$0..<min($0 + size, stream.count)]) }
        }
        let long = [UInt8](repeating: 0x61, count: 999)
        let fits = frame(cut(long + [0x0A] + long + [0x0A]))
        #expect(fits.lines.map(\.utf8.count) == [999, 999])
        #expect(!fits.overflow)

        let exact = frame(cut(long + [0x61, 0x0A]))
        #expect(exact.lines.isEmpty)
        #expect(exact.overflow)

        // The return counts among the bytes, and what came before keeps its place.
        let withReturn = frame(cut(bytes("ok\r\n") + long + [0x0D, 0x0A]))
        #expect(withReturn.lines == ["ok"])
        #expect(withReturn.overflow)
    }
}
