@testable import Gateways
@testable import Signaling

/// A stream of the XML protocol. Its first byte says how it is cut into reads: what is sent and asked for must not depend on that.
func fuzzXML(_ input: [UInt8]) {
    guard let size = input.first else { return }
    let stream = Array(input.dropFirst())
    let whole = xmlConversation(stream, cutInto: max(1, stream.count))
    let pieces = xmlConversation(stream, cutInto: max(1, Int(size)))
    precondition(whole.output == pieces.output)
    precondition(whole.commands == pieces.commands)
    precondition(whole.isFinished == pieces.isFinished)
    // What goes out is documents, one after another.
    var parser = XMLParser(bounds: XMLParser.Bounds(bytes: 1 << 20))
    var offset = 0
    let output = whole.output
    let bytes = output.span
    do {
        while try parser.next(in: bytes, from: &offset) != nil {}
    } catch {
        preconditionFailure("what was sent is not XML")
    }
    precondition(offset == whole.output.count && parser.isBetweenDocuments)
}

private func xmlConversation(
    _ stream: [UInt8], cutInto size: Int
) -> (output: [UInt8], commands: [String], isFinished: Bool) {
    let now = Timestamp(seconds: 1)
    var connection = XMLConnection(timeout: 15_000, now: now)
    var waiting: [(Signaling.Tag, Command)] = []
    var commands: [String] = []
    for start in stride(from: 0, to: stream.count, by: size) {
        connection.receive(stream[start..<min(start + size, stream.count)].span, now: now) { waiting.append(($0, $1)) }
        while !waiting.isEmpty {
            let (tag, command) = waiting.removeFirst()
            commands.append("\(command)")
            var more: [(Signaling.Tag, Command)] = []
            connection.reply(tag, xmlReply(to: command), now: now) { more.append(($0, $1)) }
            waiting += more
        }
        precondition(connection.isFinished || connection.wantsInput)
    }
    return (connection.output, commands, connection.isFinished)
}

private func xmlReply(to command: Command) -> Reply {
    guard case .session(.signIn(.md5(let name, _))) = command else { return .done }
    let identity = Identity.account(AccountID(1))
    return .signedIn(
        SignedIn(
            identity: identity, name: name, role: .user,
            claims: TokenClaims(identity: identity, name: name, stamp: 0), room: nil))
}
