/// Writes packets as the texts of Engine.IO messages, the digit of the message (4) in front.
enum SocketIOEncoder {
    /// A packet's beginning: its type, namespace and id.
    static func begin(
        _ kind: SocketIOPacket.Kind, namespace: String = "/", id: UInt64? = nil, attachments: Int = 0
    ) -> [UInt8] {
        var bytes: [UInt8] = [EnginePacket.Kind.message]
        if attachments > 0 {
            bytes.append(kind == .event ? 0x35 : 0x36)
            bytes.append(contentsOf: String(attachments).utf8)
            bytes.append(0x2D)
        } else {
            bytes.append(0x30 + kind.rawValue)
        }
        if namespace != "/" {
            bytes.append(contentsOf: namespace.utf8)
            bytes.append(0x2C)
        }
        if let id { bytes.append(contentsOf: String(id).utf8) }
        return bytes
    }

    /// An event with one argument.
    static func event(_ name: StaticString, _ argument: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(after: begin(.event))
        writer.array {
            $0.string("\(name)")
            argument(&$0)
        }
        return writer.bytes
    }

    /// A refused connection.
    static func connectError(_ message: String, code: String? = nil, namespace: String = "/") -> [UInt8] {
        var writer = JSONWriter(after: begin(.connectError, namespace: namespace))
        writer.object {
            $0.member("message", message)
            if let code {
                $0.name("data")
                $0.object { $0.member("code", code) }
            }
        }
        return writer.bytes
    }
}
