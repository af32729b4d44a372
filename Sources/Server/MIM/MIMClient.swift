import Gateways
import NIOCore
import NIOPosix
import Signaling

/// A connection to the MIM port: joins a ``StreamChannel``, a ``MIMConnection`` and a session of the hub, and keeps the client's
/// conversations with users of other protocols.
final class MIMClient: StreamOwner {
    private let door: MIMDoor
    private let alarm: LoopAlarm
    private var connection: MIMConnection?
    private var stream: StreamChannel?
    private var session: SessionID?
    private var address: IPAddress?
    private var chats: [Name: MIMChatClient] = [:]
    private var isListed = false

    /// How many conversations one client may have.
    private static let mostChats = 100
    /// How long a client's chat server may take to answer.
    private static let connectTime = TimeAmount.seconds(5)

    init(_ door: MIMDoor) {
        self.door = door
        alarm = LoopAlarm(eventLoop: door.signaling.eventLoop)
    }

    // From the socket

    func opened(_ stream: StreamChannel) {
        self.stream = stream
        guard let peer = stream.remoteAddress, let address = IPAddress(peer), door.connections.admit(address) else {
            return stream.abort()
        }
        self.address = address
        let welcome =
            door.guestsCanEnter
            ? "Welcome to media-relay." : "Guests are not admitted here, and MIM has no passwords: goodbye."
        let connection = MIMConnection(
            from: address, welcome: welcome, timeout: MIMDoor.loginTime, now: SignalingLoop.now())
        self.connection = connection
        guard door.guestsCanEnter else {
            flush()
            return stream.finish()
        }
        session = door.signaling.open(
            Origin(door: .mim, address: address, port: UInt16(peer.port ?? 0)), .mim(self))
        alarm.set(connection.deadline) { [unowned self] in
            self.connection?.advance(to: SignalingLoop.now())
            flush()
        }
        flush()
    }

    func read(_ bytes: Span<UInt8>) {
        connection?.receive(bytes, submit: submit)
        flush()
    }

    var wantsInput: Bool { true }

    func ended() {
        alarm.stop()
        if let address { door.connections.release(address) }
        stream = nil
        for chat in chats.values { chat.finish() }
        chats = [:]
        endSession()
    }

    // From the hub

    func reply(_ tag: Tag, _ reply: Reply) {
        connection?.reply(tag, reply, submit: submit)
        if !isListed, let session, let user = connection?.user, let entry = connection?.entry {
            isListed = true
            door.insert(self, entry, user, for: session)
        }
        flush()
    }

    func deliver(_ event: Event) {
        guard case .message(let message) = event, case .user(let from, _) = message.place,
            from != connection?.user
        else { return }
        send(message.text, from: from)
    }

    func closed() {
        leave()
        session = nil
        connection?.close()
        flush()
    }

    // The table

    /// Tells of a line of the table.
    func tell(_ entry: MIMEntry, isAdded: Bool) {
        guard let here = stream?.localAddress.flatMap({ IPAddress($0) }) else { return }
        connection?.output.append(contentsOf: entry.block(isAdded: isAdded, here: here))
        flush()
    }

    // Conversations

    /// A conversation that the client has begun. False where it has too many.
    func insert(_ chat: MIMChatClient) -> Bool {
        guard chats.count < Self.mostChats else { return false }
        chats.updateValue(chat, forKey: chat.user)?.finish()
        return true
    }

    /// A conversation has ended.
    func remove(_ chat: MIMChatClient) {
        if chats[chat.user] === chat { chats[chat.user] = nil }
    }

    /// The other is gone.
    func endChat(with user: Name) {
        chats[user]?.finish()
    }

    /// Says something to a user of another protocol.
    func say(_ text: String, to user: Name) {
        guard let session else { return }
        door.signaling.submit(.message(.toUsers([user], Outgoing(text))), from: session, tag: Tag(0))
    }

    /// Brings a message of a user of another protocol to the client: on the conversation that is open, or on a new one to its own chat
    /// server, at the address that its connection came from.
    private func send(_ text: String, from user: Name) {
        if let chat = chats[user] { return chat.send(text) }
        guard chats.count < Self.mostChats, let entry = connection?.entry, let peer = stream?.remoteAddress,
            let host = peer.ipAddress
        else { return }
        let chat = MIMChatClient(door, with: user, isIncoming: false)
        chats[user] = chat
        chat.begin(with: self)
        chat.send(text)
        let bound = NIOLoopBound((door, chat), eventLoop: door.signaling.eventLoop)
        let bootstrap = ClientBootstrap(group: door.signaling.eventLoop)
            .connectTimeout(Self.connectTime)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (door, chat) = bound.value
                    try StreamChannel.configure(channel, bound: door.messageQueue)
                    try channel.pipeline.syncOperations.addHandler(
                        StreamChannel(owner: chat, bound: door.messageQueue))
                }
            }
        bootstrap.connect(host: host, port: Int(entry.port)).whenFailure { _ in bound.value.1.ended() }
    }

    private var submit: MIMConnection.Submission {
        let (signaling, session) = (door.signaling, session)
        return { tag, command in
            if let session { signaling.submit(command, from: session, tag: tag) }
        }
    }

    private func flush() {
        guard let stream, let output = connection?.output else { return }
        connection?.output = []
        if !output.isEmpty, !stream.send(output) {
            endSession()
            return stream.abort()
        }
        if connection?.isFinished == true {
            endSession()
            stream.finish()
        }
    }

    private func leave() {
        guard let session else { return }
        door.remove(session, connection?.user)
        for chat in chats.values { chat.finish() }
    }

    private func endSession() {
        leave()
        guard let session else { return }
        self.session = nil
        door.signaling.close(session)
    }
}
