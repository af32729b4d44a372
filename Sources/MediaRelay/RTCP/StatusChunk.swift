/// The two-byte chunks in which transport-wide feedback says what became of each packet.
enum StatusChunk {
    static let notReceived: UInt16 = 0
    static let smallDelta: UInt16 = 1
    static let largeDelta: UInt16 = 2

    /// How many packets a chunk covers.
    @inline(__always)
    static func length(of chunk: UInt16) -> Int {
        if chunk & 0x8000 == 0 { return Int(chunk & 0x1fff) }
        return chunk & 0x4000 == 0 ? 14 : 7
    }

    /// The symbols of one chunk, taken one by one.
    struct Run: Sendable {
        private var left = 0
        private var width: UInt16 = 0
        private var bits: UInt16 = 0

        init() {}

        init(chunk: UInt16) {
            left = StatusChunk.length(of: chunk)
            if chunk & 0x8000 == 0 {
                // A run: the same symbol each time.
                bits = chunk >> 13 & 3
            } else {
                // A vector: its symbols from the highest bits down.
                width = chunk & 0x4000 == 0 ? 1 : 2
                bits = chunk << 2
            }
        }

        var isEmpty: Bool { left == 0 }

        mutating func next() -> UInt16 {
            left -= 1
            guard width > 0 else { return bits }
            let symbol = bits >> (16 - width)
            bits <<= width
            return symbol
        }
    }
}
