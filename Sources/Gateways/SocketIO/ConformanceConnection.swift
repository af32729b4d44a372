/// The behaviour that the protocols' own conformance suites ask of a server: what is sent is sent back. It is served instead of the event API where
/// `socketIO.protocolTest` is set.
public struct ConformanceConnection: Sendable {
    /// What is to be sent on the session.
    public enum Output: Hashable, Sendable {
        /// A text with the digit of the message in front.
        case text([UInt8])
        /// A binary message.
        case binary([UInt8])
        /// The session is closed.
        case close
    }

    /// What is to be sent; the shell empties it.
    public var output: [Output] = []
    /// When the session ends unless a namespace has been connected to, in milliseconds since 1970; nil once one has.
    public private(set) var deadline: Int64?

    private var decoder = SocketIODecoder()
    private var connected: Set<String> = []
    private let makeSID: @Sendable () -> String

    private static let namespaces: Set<String> = ["/", "/custom"]

    /// A connection.
    ///
    /// - Parameters:
    ///   - deadline: milliseconds since 1970.
    ///   - makeSID: makes an unguessable id for each namespace that is connected to.
    public init(deadline: Int64, makeSID: @escaping @Sendable () -> String) {
        self.deadline = deadline
        self.makeSID = makeSID
    }

    /// The time is so many milliseconds since 1970.
    public mutating func advance(to now: Int64) {
        guard let moment = deadline, now >= moment else { return }
        deadline = nil
        output.append(.close)
    }

    /// Takes a message of the session.
    public mutating func receive(_ message: EngineSession.Message) {
        do throws(SocketIOError) {
            guard let packet = try decoder.take(message) else { return }
            take(packet)
        } catch {
            output.append(.close)
        }
    }

    private mutating func take(_ packet: SocketIOPacket) {
        switch packet.kind {
        case .connect: connect(packet)
        case .disconnect: connected.remove(packet.namespace)
        case .event where connected.contains(packet.namespace): answer(packet)
        case .acknowledgement where connected.contains(packet.namespace): break
        default: output.append(.close)
        }
    }

    private mutating func connect(_ packet: SocketIOPacket) {
        guard Self.namespaces.contains(packet.namespace) else {
            return output.append(
                .text(SocketIOEncoder.connectError("Invalid namespace", namespace: packet.namespace)))
        }
        guard connected.insert(packet.namespace).inserted else { return output.append(.close) }
        deadline = nil
        var welcome = JSONWriter(after: SocketIOEncoder.begin(.connect, namespace: packet.namespace))
        welcome.object { $0.member("sid", makeSID()) }
        output.append(.text(welcome.bytes))
        var event = JSONWriter(after: SocketIOEncoder.begin(.event, namespace: packet.namespace))
        event.array {
            $0.string("auth")
            $0.raw(packet.payload?.bytes ?? Array("{}".utf8))
        }
        output.append(.text(event.bytes))
    }

    private mutating func answer(_ packet: SocketIOPacket) {
        guard packet.namespace == "/", let arguments = packet.payload?.root.elements else { return }
        switch (arguments.first?.string, packet.id) {
        case ("message", _):
            var writer = JSONWriter(after: SocketIOEncoder.begin(.event, attachments: packet.attachments.count))
            writer.array {
                $0.string("message-back")
                for argument in arguments.dropFirst() { $0.raw(argument.raw) }
            }
            output.append(.text(writer.bytes))
        case ("message-with-ack", let id?):
            var writer = JSONWriter(
                after: SocketIOEncoder.begin(.acknowledgement, id: id, attachments: packet.attachments.count))
            writer.array { for argument in arguments.dropFirst() { $0.raw(argument.raw) } }
            output.append(.text(writer.bytes))
        default: return
        }
        for attachment in packet.attachments { output.append(.binary(attachment)) }
    }
}
