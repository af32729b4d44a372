@testable import Gateways
@testable import Signaling

/// Messages of the event API, each ended by 0x1E (a binary one begins with `b`): whatever they are, what goes out are packets, and each
/// wish for an answer gets at most one.
func fuzzSocketIO(_ input: [UInt8]) {
    let identity = Identity.account(AccountID(1))
    let claims = TokenClaims(identity: identity, name: .home, stamp: 0)
    var connection = EventConnection(
        deadline: Timestamp(seconds: 1),
        surroundings: EventConnection.Surroundings(verify: { _ in claims }, makeSID: { "s" }))
    var waiting: [Signaling.Tag] = []
    connection.receive(.text(Array("0{\"guest\":\"a\"}".utf8))) { tag, _ in waiting.append(tag) }
    connection.reply(
        waiting.removeFirst(),
        .signedIn(SignedIn(identity: identity, name: .home, role: .user, claims: claims)), now: Timestamp(seconds: 1))
    connection.output = []
    for part in input.split(separator: 0x1E) {
        if part.first == 0x62 {
            connection.receive(.binary(Array(part.dropFirst()))) { tag, _ in waiting.append(tag) }
        } else if String(validating: part, as: UTF8.self) != nil {
            connection.receive(.text(Array(part))) { tag, _ in waiting.append(tag) }
        }
        while !waiting.isEmpty { connection.reply(waiting.removeFirst(), .done, now: Timestamp(seconds: 1)) }
        for packet in connection.output {
            precondition(packet.first == 0x34)
            var decoder = SocketIODecoder()
            // A refused connect is the one that a client never sends.
            if packet[1] != 0x34 { precondition((try? decoder.take(.text(Array(packet.dropFirst())))) != nil) }
        }
        precondition(connection.output.count <= 2)
        connection.output = []
        if !connection.requests.isEmpty { return }
    }
}
