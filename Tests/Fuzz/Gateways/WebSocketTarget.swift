@testable import Gateways

/// The client's side of a WebSocket. Its first byte says how it is cut into reads.
func fuzzWebSocket(_ input: [UInt8]) {
    guard let size = input.first else { return }
    let stream = Array(input.dropFirst())
    let whole = webSocketConversation(stream, cutInto: max(1, stream.count))
    let pieces = webSocketConversation(stream, cutInto: max(1, Int(size)))
    precondition(whole.heard == pieces.heard && whole.output == pieces.output)
    precondition(whole.isFinished == pieces.isFinished)
}

private func webSocketConversation(
    _ stream: [UInt8], cutInto size: Int
) -> (heard: [WebSocketConnection.Message], output: [UInt8], isFinished: Bool) {
    var connection = WebSocketConnection(largestMessage: 500, isDeflated: true)
    var heard: [WebSocketConnection.Message] = []
    for start in stride(from: 0, to: stream.count, by: size) {
        connection.receive(
            stream[start..<min(start + size, stream.count)].span,
            inflater: { bytes, most in bytes.count * 2 <= most ? bytes + bytes : nil }
        ) { heard.append($0) }
    }
    for message in heard {
        switch message {
        case .text(let bytes):
            precondition(bytes.count <= 500 && String(validating: bytes, as: UTF8.self) != nil)
        case .binary(let bytes): precondition(bytes.count <= 500)
        case .closed: precondition(connection.isFinished)
        }
    }
    return (heard, connection.output, connection.isFinished)
}
