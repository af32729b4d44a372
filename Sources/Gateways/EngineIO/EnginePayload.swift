/// Several packets in the body of a poll: between them the record separator, binary ones in Base64 behind a `b`.
enum EnginePayload {
    private static let separator: UInt8 = 0x1E
    private static let binary: UInt8 = 0x62

    /// Writes packets.
    static func encode(_ packets: some Sequence<EnginePacket>) -> [UInt8] {
        var bytes: [UInt8] = []
        for packet in packets {
            if !bytes.isEmpty { bytes.append(separator) }
            switch packet {
            case .text(let text): bytes.append(contentsOf: text)
            case .binary(let data):
                bytes.append(binary)
                Base64.encode(data, to: &bytes)
            }
        }
        return bytes
    }

    /// Reads packets; nil where one is empty, is not UTF-8, or is no Base64.
    static func decode(_ body: [UInt8]) -> [EnginePacket]? {
        guard UTF8Text.isValid(body.span) else { return nil }
        var packets: [EnginePacket] = []
        for part in body.split(separator: separator, omittingEmptySubsequences: false) {
            guard let first = part.first else { return nil }
            if first == binary {
                guard let data = Base64.decode(part.dropFirst()) else { return nil }
                packets.append(.binary(data))
            } else {
                packets.append(.text(Array(part)))
            }
        }
        return packets
    }
}
