import Gateways
import Signaling

/// One conversation across the bridge: a connection between a MIM client and the port of a user of another protocol, begun by either.
final class MIMChatClient: StreamOwner {
    /// The user of the other protocol.
    let user: Name

    private let door: MIMDoor
    private let isIncoming: Bool
    private var chat: MIMChat
    private var stream: StreamChannel?
    /// Whose conversation it is, once that is known.
    private weak var client: MIMClient?
    private var address: IPAddress?
    /// What is said before the connection is there.
    private var waiting: [UInt8] = []

    init(_ door: MIMDoor, with user: Name, isIncoming: Bool) {
        self.door = door
        self.user = user
        self.isIncoming = isIncoming
        chat = MIMChat(isIncoming: isIncoming)
    }

    /// The conversation is one that the user begins: it opens with their name.
    func begin(with client: MIMClient) {
        self.client = client
        waiting = MIMChat.encode(user.text)
    }

    /// Says something to the client.
    func send(_ text: String) {
        let bytes = MIMChat.encode(text)
        guard let stream else {
            if waiting.count + bytes.count <= door.messageQueue { waiting.append(contentsOf: bytes) }
            return
        }
        if !stream.send(bytes) { stream.abort() }
    }

    /// Ends the conversation.
    func finish() {
        stream?.finish()
    }

    func opened(_ stream: StreamChannel) {
        self.stream = stream
        if isIncoming {
            address = stream.remoteAddress.flatMap { IPAddress($0) }
            guard door.connections.admit(address) else {
                address = nil
                return stream.abort()
            }
        }
        stream.send(waiting)
        waiting = []
    }

    func read(_ bytes: Span<UInt8>) {
        var isAccepted = true
        let isSound = chat.receive(bytes) { line in
            switch line {
            case .name(let name): isAccepted = accept(name)
            case .message(let text): if !text.isEmpty { client?.say(text, to: user) }
            }
            return isAccepted
        }
        if !isSound || !isAccepted { stream?.finish() }
    }

    var wantsInput: Bool { true }

    func ended() {
        stream = nil
        if let address { door.connections.release(address) }
        address = nil
        client?.remove(self)
    }

    /// Whoever connects must be a client that is logged in, from the address that it is logged in from.
    private func accept(_ name: String) -> Bool {
        guard let address, let client = door.client(named: name, at: address), client.insert(self) else { return false }
        self.client = client
        return true
    }
}
