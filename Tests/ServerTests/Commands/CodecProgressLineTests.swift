import Testing

@testable import Server

@Suite struct CodecProgressLineTests {
    @Test func barSpeedAndTimeLeft() {
        let line = CodecProgressLine.text(bytes: 250, total: 1000, seconds: 90, elapsed: 3)
        #expect(line == "[#######-----------------------] 25 %  1:30  30×  0:09 left")
    }

    @Test func beginningAndEnd() {
        #expect(
            CodecProgressLine.text(bytes: 0, total: 1000, seconds: 0, elapsed: 0) == "0:00  0×")
        #expect(
            CodecProgressLine.text(bytes: 1000, total: 1000, seconds: 601, elapsed: 10)
                == "[##############################] 100 %  10:01  60×  0:00 left")
    }

    /// A pipe has no length, and a file may grow while it is read.
    @Test func lengthUnknownOrWrong() {
        #expect(CodecProgressLine.text(bytes: 5000, total: 0, seconds: 12, elapsed: 4) == "0:12  3×")
        #expect(
            CodecProgressLine.text(bytes: 3000, total: 1000, seconds: 12, elapsed: 4)
                == "[##############################] 100 %  0:12  3×  0:00 left")
    }
}
