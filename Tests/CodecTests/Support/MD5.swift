import Glibc

/// RFC 1321, for comparing with what ffmpeg says of its pictures.
enum MD5 {
    private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
    private static let sines: [UInt32] = (0..<64).map { UInt32(4_294_967_296 * abs(sin(Double($0 + 1)))) }

    static func hex(_ message: [UInt8]) -> String {
        var bytes = message
        bytes.append(0x80)
        while bytes.count % 64 != 56 { bytes.append(0) }
        let length = UInt64(message.count) * 8
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: length >> UInt64(shift * 8))) }
        var state: (UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)
        bytes.withUnsafeBytes { raw in
            for block in stride(from: 0, to: raw.count, by: 64) { mix(&state, raw, block) }
        }
        return [state.0, state.1, state.2, state.3].flatMap { word in
            (0..<4).map { byte -> String in
                let value = String(word >> UInt32(byte * 8) & 255, radix: 16)
                return value.count == 1 ? "0" + value : value
            }
        }.joined()
    }

    private static func mix(
        _ state: inout (UInt32, UInt32, UInt32, UInt32), _ raw: UnsafeRawBufferPointer, _ block: Int
    ) {
        var (a, b, c, d) = state
        for index in 0..<64 {
            let mixed: UInt32
            let word: Int
            switch index / 16 {
            case 0: (mixed, word) = ((b & c) | (~b & d), index)
            case 1: (mixed, word) = ((d & b) | (~d & c), (5 * index + 1) % 16)
            case 2: (mixed, word) = (b ^ c ^ d, (3 * index + 5) % 16)
            default: (mixed, word) = (c ^ (b | ~d), 7 * index % 16)
            }
            let part = raw.loadUnaligned(fromByteOffset: block + word * 4, as: UInt32.self)
            let sum = a &+ mixed &+ sines[index] &+ part
            let shift = shifts[index / 16 * 4 + index % 4]
            (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 - shift)))
        }
        state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
    }
}
