import Testing

@testable import Gateways
@testable import Signaling

@Suite struct LinePlainMessageTests {
    /// What a connection hands over at once, and what it submits.
    private func handle(
        _ input: String, isDecided: Bool = true, on harness: LineHarness = .signedIn()
    ) -> (direct: [String], submitted: Int, sent: String) {
        var harness = harness
        var direct: [String] = []
        var submitted = 0
        let connection = harness.connection
        connection.receive(
            Array(input.utf8).span, scratch: &harness.scratch, submit: { _, _ in submitted += 1 },
            direct: { receiver, text in
                direct.append("\(string(receiver))|\(string(text))")
                if isDecided { connection.confirm() }
                return isDecided
            })
        return (direct, submitted, harness.sent())
    }

    private func string(_ bytes: Span<UInt8>) -> String {
        bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    @Test func plainMessagesAreHandedOverAtOnce() {
        let (direct, submitted, sent) = handle(
            "#sendto ann \"hi\"\r\n#broadcast \"to all, with spaces\"\n#sendto b#2 \"x\"\r\n")
        #expect(direct == ["ann|hi", "|to all, with spaces", "b#2|x"])
        #expect(submitted == 0)
        #expect(sent == "@status 0\r\n@status 0\r\n@status 0\r\n")
    }

    @Test func whatIsNotDecidedIsSubmitted() {
        let (direct, submitted, sent) = handle("#sendto ann \"hi\"\r\n", isDecided: false)
        #expect(direct == ["ann|hi"])
        #expect(submitted == 1)
        #expect(sent.isEmpty)
    }

    @Test(arguments: [
        "#sendto  ann \"hi\"\r\n", "#sendto ann  \"hi\"\r\n", "#sendto\tann \"hi\"\r\n", " #sendto ann \"hi\"\r\n",
        "#sendto ann hi\r\n", "#sendto ann \"h\\\"i\"\r\n", "#sendto ann \"h\\\\i\"\r\n", "#sendto ann \"hé\"\r\n",
        "#sendto Ännie \"hi\"\r\n", "#sendto \"a b\" \"hi\"\r\n", "#sendto ann \"hi\" \r\n", "#sendto ann \"a\tb\"\r\n",
        "#sendto ann \"\"\r\n", "#broadcast \"\"\r\n", "#broadcast  \"hi\"\r\n", "#broadcast hi\r\n",
        "#broadcast \"h\\\"i\"\r\n",
    ])
    func whatIsOutOfTheOrdinaryTakesTheOtherWay(_ line: String) {
        let (direct, submitted, sent) = handle(line)
        #expect(direct.isEmpty)
        #expect(submitted == 1)
        #expect(sent.isEmpty)
    }

    @Test(arguments: [
        "#sendto ann \"hi\"x\r\n", "#sendto ann \"hi\r\n", "#sendto ann \"h\u{1}i\"\r\n",
        "#sendto ann \"h\u{7F}i\"\r\n",
        "#sendto ann \"hi\" more\r\n", "#broadcast \"hi\" \"there\"\r\n", "#sendto ann \"hi\"\r\r\n",
    ])
    func whatIsWrongIsRefused(_ line: String) {
        let (direct, submitted, sent) = handle(line)
        #expect(direct.isEmpty)
        #expect(submitted == 0)
        #expect(sent == "@status -1\r\n")
    }

    @Test func aNameOfThirtyBytesIsTheLongest() {
        let name = String(repeating: "n", count: 30)
        #expect(handle("#sendto \(name) \"hi\"\r\n").direct == ["\(name)|hi"])
        let (direct, _, sent) = handle("#sendto \(name)n \"hi\"\r\n")
        #expect(direct.isEmpty)
        #expect(sent == "@status -4\r\n")
    }

    @Test func aLineMayBeAsLongAsAnyOther() {
        // 1,000 bytes without a line feed are too many.
        let text = String(repeating: "x", count: LineFramer.capacity - "#broadcast \"\"\r".utf8.count - 1)
        #expect(handle("#broadcast \"\(text)\"\r\n").direct == ["|\(text)"])
        let (direct, _, sent) = handle("#broadcast \"\(text)x\"\r\n")
        #expect(direct.isEmpty)
        #expect(sent == "@mess #server \"input buffer exceeded\"\r\n")
    }

    @Test func aLineInPiecesIsReadAsOne() {
        var harness = LineHarness.signedIn()
        harness.send("#sendto ann \"h")
        let (direct, submitted, _) = handle("i\"\r\n#sendto ann \"two\"\r\n", on: harness)
        // The first waits for its answer, so the second may not overtake it.
        #expect(direct.isEmpty)
        #expect(submitted == 2)
    }

    @Test func nothingOvertakesWhatWaits() {
        let (direct, submitted, sent) = handle("#whoami\r\n#sendto ann \"hi\"\r\n")
        #expect(direct.isEmpty)
        #expect(submitted == 2)
        #expect(sent.isEmpty)
    }

    @Test func partsOfABoardMessageAreNoMessages() {
        let (direct, submitted, _) = handle("#postmessage m 0 1\r\n#sendto ann \"hi\"\r\n")
        #expect(direct.isEmpty)
        #expect(submitted == 1)
    }

    @Test func beforeALoginThereAreNone() {
        let (direct, submitted, sent) = handle("#sendto ann \"hi\"\r\n", on: LineHarness())
        #expect(direct.isEmpty)
        #expect(submitted == 0)
        #expect(sent == "@status 3500\r\n")
    }

    @Test func whatIsWrittenIsWhatAnEventWouldBe() {
        let connection = LineHarness.signedIn("bob the great").connection
        let message = Message(
            id: MessageID(sequence: 1, server: 1), number: 1, from: name("bob the great"), place: .room(.home),
            text: "hi, all", at: Timestamp(seconds: 1))
        var written: [UInt8] = []
        LinePlainMessage.write(prefix: connection.roomPrefix, Array("hi, all".utf8).span, to: &written)
        #expect(written == LineEvent(.message(message))?.bytes)

        var direct = message
        direct.place = .user(from: message.from, to: name("ann"))
        written = []
        LinePlainMessage.write(prefix: connection.privatePrefix, Array("hi, all".utf8).span, to: &written)
        #expect(written == LineEvent(.message(direct))?.bytes)
    }
}
