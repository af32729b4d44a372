import Testing

@testable import Gateways

@Suite struct WebSocketConnectionTests {
    /// A frame as a client sends it.
    private static func frame(
        _ first: UInt8, _ payload: [UInt8], mask: [UInt8] = [0x12, 0x34, 0x56, 0x78], isMasked: Bool = true
    ) -> [UInt8] {
        var bytes = [first]
        let flag: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case 0...125: bytes.append(flag | UInt8(payload.count))
        case 126...0xFFFF: bytes += [flag | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(flag | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 0xFF)) }
        }
        guard isMasked else { return bytes + payload }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    private final class Peer {
        var connection = WebSocketConnection(largestMessage: 1000, isDeflated: false)
        var heard: [WebSocketConnection.Message] = []

        func send(_ bytes: [UInt8]) {
            var heard: [WebSocketConnection.Message] = []
            connection.receive(bytes.span, inflater: { bytes, _ in bytes.reversed() }) { heard.append($0) }
            self.heard += heard
        }

        func sent() -> [UInt8] {
            defer { connection.output = [] }
            return connection.output
        }
    }

    @Test func aMessageInAnySplit() {
        let bytes =
            Self.frame(0x81, Array("hello".utf8)) + Self.frame(0x82, [1, 2, 3])
            + Self.frame(0x81, [UInt8](repeating: 0x61, count: 300))
        let expected: [WebSocketConnection.Message] = [
            .text(Array("hello".utf8)), .binary([1, 2, 3]), .text([UInt8](repeating: 0x61, count: 300)),
        ]
        for size in [1, 2, 3, 5, 7, bytes.count] {
            let peer = Peer()
            for start in stride(from: 0, to: bytes.count, by: size) {
                peer.send(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(peer.heard == expected)
            #expect(!peer.connection.isFinished)
        }
    }

    @Test func fragmentsWithAPingBetween() {
        let peer = Peer()
        peer.send(Self.frame(0x01, Array("he".utf8)))
        peer.send(Self.frame(0x89, Array("hi".utf8)))
        peer.send(Self.frame(0x00, Array("l".utf8)))
        #expect(peer.heard.isEmpty)
        peer.send(Self.frame(0x80, Array("lo".utf8)))
        #expect(peer.heard == [.text(Array("hello".utf8))])
        #expect(peer.sent() == [0x8A, 2] + Array("hi".utf8))
    }

    @Test func emptyMessages() {
        let peer = Peer()
        peer.send(Self.frame(0x81, []))
        peer.send(Self.frame(0x82, []))
        #expect(peer.heard == [.text([]), .binary([])])
    }

    @Test func writesFramesWithTheShortestLength() {
        let peer = Peer()
        for (count, header) in [
            (0, [0x82, 0]), (125, [0x82, 125]), (126, [0x82, 126, 0, 126]), (65535, [0x82, 126, 0xFF, 0xFF]),
            (65536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])] {
            peer.connection.send(binary: [UInt8](repeating: 7, count: count))
            let sent = peer.sent()
            #expect(Array(sent.prefix(header.count)) == header)
            #expect(sent.count == header.count + count)
        }
    }

    @Test(
        arguments: [
            // Not masked, reserved bits, reserved opcodes, a long or fragmented ping, fragments that do not fit.
            (frame(0x81, [0x61], isMasked: false), 1002), (frame(0xA1, [0x61]), 1002), (frame(0x91, []), 1002),
            (frame(0xC1, [0x61]), 1002), (frame(0x83, []), 1002), (frame(0x8B, []), 1002),
            (frame(0x89, [UInt8](repeating: 0, count: 126)), 1002), (frame(0x09, []), 1002), (frame(0x80, []), 1002),
            (frame(0x01, [0x61]) + frame(0x81, [0x61]), 1002),
            // Not UTF-8, in one frame and over two.
            (frame(0x81, [0xFF]), 1007), (frame(0x01, [0xC3]) + frame(0x80, [0x28]), 1007), (frame(0x81, [0xC3]), 1007),
            // Too large, at once and together, or with a length past all reason.
            (frame(0x81, [UInt8](repeating: 0x61, count: 1001)), 1009),
            (
                frame(0x01, [UInt8](repeating: 0x61, count: 600)) + frame(0x80, [UInt8](repeating: 0x61, count: 401)),
                1009
            ),
            ([0x82, 0xFF] + [UInt8](repeating: 0xFF, count: 12), 1009),
        ] as [([UInt8], Int)])
    func aWrongFrameCloses(_ bytes: [UInt8], _ code: Int) {
        let peer = Peer()
        peer.send(bytes)
        #expect(peer.heard.last == .closed(code: UInt16(code)))
        #expect(peer.connection.isFinished)
        #expect(peer.sent().suffix(4) == [0x88, 2, UInt8(code >> 8), UInt8(code & 0xFF)])
        peer.send(Self.frame(0x81, [0x61]))
        #expect(peer.heard.count { if case .closed = $0 { true } else { false } } == 1)
    }

    @Test func closing() {
        for (payload, code, answer) in [
            ([], 1005, [0x88, 0]), ([0x03, 0xE8], 1000, [0x88, 2, 0x03, 0xE8]),
            ([0x03, 0xE9, 0x62, 0x79, 0x65], 1001, [0x88, 2, 0x03, 0xE9]), ([0x03], 1002, [0x88, 2, 0x03, 0xEA]),
            ([0x03, 0xED], 1002, [0x88, 2, 0x03, 0xEA]), ([0x03, 0xE8, 0xFF], 1007, [0x88, 2, 0x03, 0xEF]),
        ] as [([UInt8], UInt16, [UInt8])] {
            let peer = Peer()
            peer.send(Self.frame(0x88, payload))
            #expect(peer.heard == [.closed(code: code)])
            #expect(peer.sent() == answer)
            #expect(peer.connection.isFinished)
            peer.connection.send(text: [0x61])
            #expect(peer.sent().isEmpty)
        }
    }

    @Test func compressedMessages() {
        let peer = Peer()
        peer.connection = WebSocketConnection(largestMessage: 1000, isDeflated: true)
        // The stand-in for the decompressor turns a message around.
        peer.send(Self.frame(0xC1, Array("cba".utf8)) + Self.frame(0x81, Array("abc".utf8)))
        #expect(peer.heard == [.text(Array("abc".utf8)), .text(Array("abc".utf8))])
        peer.connection.send(text: [UInt8](repeating: 0x61, count: 2000), deflater: { _ in [1, 2, 3] })
        #expect(peer.sent() == [0xC1, 3, 1, 2, 3])
        peer.connection.send(text: [UInt8](repeating: 0x61, count: 10), deflater: { _ in [1, 2, 3] })
        #expect(peer.sent().first == 0x81)
        peer.send(Self.frame(0x41, Array("b".utf8)) + Self.frame(0xC0, Array("a".utf8)))
        #expect(peer.heard.last == .closed(code: 1002))
    }
}
