/// Puts packets together from the messages of an Engine.IO session: the text, then its binary attachments.
public struct SocketIODecoder: Sendable {
    /// The most attachments of a packet.
    static let mostAttachments = 32
    /// The most bytes of a packet's attachments together.
    static let mostAttachedBytes = 4_000_000
    /// The longest namespace, in bytes.
    static let longestNamespace = 256

    private let bounds: JSONDocument.Bounds
    /// A packet whose attachments are still coming.
    private var waiting: (packet: SocketIOPacket, missing: Int)?

    /// A decoder at the beginning of a connection.
    public init(bounds: JSONDocument.Bounds = JSONDocument.Bounds()) {
        self.bounds = bounds
    }

    /// Takes the next message; a packet where one is whole.
    public mutating func take(_ message: EngineSession.Message) throws(SocketIOError) -> SocketIOPacket? {
        switch message {
        case .text(let text):
            guard waiting == nil else { throw .badAttachments }
            let (packet, count) = try decode(text)
            guard count > 0 else { return packet }
            waiting = (packet, count)
            return nil
        case .binary(let data):
            guard var (packet, missing) = waiting else { throw .badAttachments }
            waiting = nil
            let held = packet.attachments.reduce(0) { $0 + $1.count }
            guard data.count <= Self.mostAttachedBytes - held else { throw .badAttachments }
            packet.attachments.append(data)
            missing -= 1
            guard missing > 0 else { return packet }
            waiting = (packet, missing)
            return nil
        }
    }

    private func decode(_ text: [UInt8]) throws(SocketIOError) -> (SocketIOPacket, attachments: Int) {
        guard let digit = text.first, (0x30...0x36).contains(digit) else { throw .unknownType }
        let isBinary = digit >= 0x35
        guard let kind = SocketIOPacket.Kind(rawValue: isBinary ? digit - 0x33 : digit - 0x30) else {
            throw .unknownType
        }
        var position = 1
        var attachments = 0
        if isBinary {
            guard let count = Self.number(text, &position), position < text.count, text[position] == 0x2D else {
                throw .malformed
            }
            guard (1...UInt64(Self.mostAttachments)).contains(count) else { throw .badAttachments }
            attachments = Int(count)
            position += 1
        }
        let namespace = try Self.namespace(text, &position)
        let id = kind == .event || kind == .acknowledgement ? Self.number(text, &position) : nil
        var packet = SocketIOPacket(kind: kind, namespace: namespace, id: id)
        if position < text.count {
            guard let document = try? JSONDocument(Array(text[position...]), bounds: bounds) else { throw .badPayload }
            packet.payload = document
        }
        try check(packet, attachments: attachments)
        return (packet, attachments)
    }

    /// Digits, if some stand there.
    private static func number(_ text: [UInt8], _ position: inout Int) -> UInt64? {
        let start = position
        var value: UInt64 = 0
        while position < text.count, (0x30...0x39).contains(text[position]), position - start < 18 {
            value = value * 10 + UInt64(text[position] - 0x30)
            position += 1
        }
        return position > start ? value : nil
    }

    private static func namespace(_ text: [UInt8], _ position: inout Int) throws(SocketIOError) -> String {
        guard position < text.count, text[position] == 0x2F else { return "/" }
        let rest = text[position...]
        let end = rest.firstIndex(of: 0x2C) ?? rest.endIndex
        guard end - position <= longestNamespace else { throw .malformed }
        let name = String(decoding: text[position..<end], as: UTF8.self)
        position = min(end + 1, text.count)
        // A query behind the name, as older clients send it, is no part of it.
        return String(name.prefix { $0 != "?" })
    }

    // What a payload may be

    private static let reservedEvents: Set<String> = [
        "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener",
    ]

    private func check(_ packet: SocketIOPacket, attachments: Int) throws(SocketIOError) {
        let payload = packet.payload?.root
        switch packet.kind {
        case .connect: guard payload.map(\.isObject) ?? true else { throw .badPayload }
        case .disconnect: guard payload == nil else { throw .badPayload }
        case .event:
            guard let payload, payload.isArray, let name = payload.elements.first?.string,
                !Self.reservedEvents.contains(name)
            else { throw .badPayload }
        case .acknowledgement:
            guard let payload, payload.isArray, packet.id != nil else { throw .badPayload }
        case .connectError: throw .badPayload
        }
        if attachments > 0 {
            guard let document = packet.payload, document.placeholdersFit(attachments) else { throw .badAttachments }
        }
    }
}

extension JSONDocument {
    /// Whether each placeholder stands for one of so many attachments.
    fileprivate func placeholdersFit(_ attachments: Int) -> Bool {
        for index in nodes.indices where nodes[index].kind == .object {
            let object = JSONValue(document: self, index: index)
            guard object["_placeholder"]?.bool == true else { continue }
            guard let number = object["num"]?.integer, (0..<Int64(attachments)).contains(number) else { return false }
        }
        return true
    }
}
