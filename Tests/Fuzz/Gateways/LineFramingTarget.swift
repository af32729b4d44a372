@testable import Gateways
@testable import Signaling

/// A stream of the line protocol. Its first byte says how it is cut into reads.
///
/// What is answered must not depend on the cuts; every line that goes out is whole and one of the protocol's; what the writer
/// quotes is read back as it was.
func fuzzLineFraming(_ input: [UInt8]) {
    guard let size = input.first else { return }
    let stream = Array(input.dropFirst())
    let whole = conversation(stream, cutInto: stream.count)
    let pieces = conversation(stream, cutInto: max(1, Int(size)))
    precondition(whole.output == pieces.output)
    precondition(whole.commands == pieces.commands)
    precondition(whole.isFinished == pieces.isFinished)
    checkLines(whole.output)
    checkWords(stream)
}

/// What a connection makes of a stream when every command is done at once.
private func conversation(
    _ stream: [UInt8], cutInto size: Int
) -> (output: [UInt8], commands: [String], isFinished: Bool) {
    let connection = LineConnection()
    var scratch = LineWords()
    var waiting: [(Signaling.Tag, Command)] = []
    var commands: [String] = []
    var start = 0
    while start < stream.count {
        let end = min(start + size, stream.count)
        connection.receive(stream[start..<end].span, scratch: &scratch) { waiting.append(($0, $1)) }
        start = end
        while !waiting.isEmpty {
            let (tag, command) = waiting.removeFirst()
            commands.append("\(command)")
            var more: [(Signaling.Tag, Command)] = []
            connection.reply(tag, reply(to: command), now: Timestamp(seconds: 1), scratch: &scratch) {
                more.append(($0, $1))
            }
            waiting += more
        }
        precondition(connection.isFinished || connection.wantsInput)
    }
    return (connection.output, commands, connection.isFinished)
}

private func reply(to command: Command) -> Reply {
    guard case .session(.signIn(let credentials)) = command else { return .done }
    guard case .guest(let name) = credentials else {
        return .refused(Refusal(.badCredentials, "No.", cause: .wrongUserPassword))
    }
    let identity = Identity.guest(GuestID(1))
    let holder = name ?? .home
    return .signedIn(
        SignedIn(
            identity: identity, name: holder, role: .guest,
            claims: TokenClaims(identity: identity, name: holder, stamp: 0), room: .home))
}

private func checkLines(_ output: [UInt8]) {
    var lines = output.split(separator: 0x0A, omittingEmptySubsequences: false)
    precondition(lines.removeLast().isEmpty)
    for line in lines {
        precondition(line.last == 0x0D && line.first == UInt8(ascii: "@"))
        precondition(!line.dropLast().contains { $0 < 0x20 && $0 != 0x09 })
    }
}

private func checkWords(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    var writer = LineWriter()
    writer.word(text.utf8.span)
    writer.quoted(text.utf8.span)
    var words = LineWords()
    words.bytes = writer.bytes
    precondition(words.split() && words.count == 2 && words.word(0) == words.word(1))
    if LineText.isClean(text.utf8.span) { precondition(words.word(0) == Array(text.utf8)) }
    LineText.forEachLine(text.utf8.span) { line in
        precondition(line.indices.allSatisfy { line[$0] != 0x0A && line[$0] != 0x0D })
    }
}
