/// The parts of a frame (RFC 6455, section 5.2).
enum WebSocketFrame {
    /// What a frame is.
    enum Opcode: UInt8 {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA

        var isControl: Bool { rawValue >= 0x8 }
    }

    /// The first byte's bit of a message's last frame.
    static let final: UInt8 = 0x80
    /// The first byte's bit of a compressed message's first frame.
    static let compressed: UInt8 = 0x40

    /// Writes the header of an unmasked frame, as a server sends it.
    static func writeHeader(_ first: UInt8, count: Int, to bytes: inout [UInt8]) {
        bytes.append(first)
        switch count {
        case 0...125: bytes.append(UInt8(truncatingIfNeeded: count))
        case 126...0xFFFF:
            bytes.append(126)
            BigEndian.append(UInt16(truncatingIfNeeded: count), to: &bytes)
        default:
            bytes.append(127)
            BigEndian.append(UInt64(count), to: &bytes)
        }
    }
}
