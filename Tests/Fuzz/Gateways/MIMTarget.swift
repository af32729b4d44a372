@testable import Gateways
@testable import Signaling

/// What a MIM client sends to the central server, and to a user's port. The first byte says how it is cut into reads.
func fuzzMIM(_ input: [UInt8]) {
    guard let size = input.first, let address = IPAddress("10.0.0.1") else { return }
    let stream = Array(input.dropFirst())
    func logIn(cutInto size: Int) -> ([Command], Bool) {
        var connection = MIMConnection(from: address, welcome: "w", timeout: 1000, now: Timestamp(seconds: 1))
        var commands: [Command] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            connection.receive(stream[start..<min(start + size, stream.count)].span) { commands.append($1) }
        }
        precondition(commands.count <= 1)
        return (commands, connection.isFinished)
    }
    let (whole, pieces) = (logIn(cutInto: max(1, stream.count)), logIn(cutInto: max(1, Int(size))))
    precondition(whole.0.count == pieces.0.count && whole.1 == pieces.1)

    func chat(cutInto size: Int) -> ([MIMChat.Line], Bool) {
        var (chat, lines) = (MIMChat(isIncoming: true), [MIMChat.Line]())
        for start in stride(from: 0, to: stream.count, by: size) {
            let isSound = chat.receive(stream[start..<min(start + size, stream.count)].span) {
                lines.append($0)
                return true
            }
            if !isSound { return (lines, false) }
        }
        return (lines, true)
    }
    let (one, many) = (chat(cutInto: max(1, stream.count)), chat(cutInto: max(1, Int(size))))
    precondition(one.0 == many.0 && one.1 == many.1)
    for case .message(let text) in one.0 {
        let encoded = MIMChat.encode(text)
        precondition(encoded.last == 0x0A)
        for line in encoded.split(separator: 0x0A) { precondition(line.count <= MIMChat.longestLine) }
    }
}
