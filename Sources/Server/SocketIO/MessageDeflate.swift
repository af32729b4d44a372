import CZlib

/// The compressor and decompressor of permessage-deflate (RFC 7692) without context takeover: one pair serves every connection of
/// a loop, since no message depends on another.
final class MessageDeflate {
    // Heap memory, because zlib keeps the address of its stream.
    private let deflater = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let inflater = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let isSound: Bool

    init() {
        deflater.initialize(to: z_stream())
        inflater.initialize(to: z_stream())
        isSound = media_relay_deflate_init(deflater, 1) == Z_OK && media_relay_inflate_init(inflater) == Z_OK
    }

    deinit {
        deflateEnd(deflater)
        inflateEnd(inflater)
        deflater.deallocate()
        inflater.deallocate()
    }

    /// A message, compressed, without the four bytes that every one of them ends in (section 7.2.1); nil where that fails.
    func deflate(_ message: [UInt8]) -> [UInt8]? {
        guard isSound, deflateReset(deflater) == Z_OK else { return nil }
        var input = message
        let capacity = Int(deflateBound(deflater, UInt(message.count))) + 16
        let count = input.count
        let bytes = input.withUnsafeMutableBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: capacity) { target, used in
                deflater.pointee.next_in = source.baseAddress
                deflater.pointee.avail_in = UInt32(count)
                deflater.pointee.next_out = target.baseAddress
                deflater.pointee.avail_out = UInt32(capacity)
                let result = CZlib.deflate(deflater, Z_SYNC_FLUSH)
                used = result == Z_OK && deflater.pointee.avail_in == 0 ? capacity - Int(deflater.pointee.avail_out) : 0
            }
        }
        return bytes.count >= 4 ? Array(bytes.dropLast(4)) : nil
    }

    /// A message, decompressed; nil where it is not sound or larger than is taken.
    func inflate(_ message: [UInt8], most: Int) -> [UInt8]? {
        guard isSound, inflateReset(inflater) == Z_OK else { return nil }
        var input = message + [0x00, 0x00, 0xFF, 0xFF]
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        let count = input.count
        let isWhole = input.withUnsafeMutableBufferPointer { source in
            inflater.pointee.next_in = source.baseAddress
            inflater.pointee.avail_in = UInt32(count)
            while true {
                let (result, made) = chunk.withUnsafeMutableBufferPointer { target in
                    inflater.pointee.next_out = target.baseAddress
                    inflater.pointee.avail_out = UInt32(target.count)
                    let result = CZlib.inflate(inflater, Z_SYNC_FLUSH)
                    return (result, target.count - Int(inflater.pointee.avail_out))
                }
                output.append(contentsOf: chunk[..<made])
                guard output.count <= most else { return false }
                if result == Z_STREAM_END { return true }
                if result == Z_BUF_ERROR || result == Z_OK, inflater.pointee.avail_in == 0, made < chunk.count {
                    return true
                }
                guard result == Z_OK else { return false }
            }
        }
        return isWhole ? output : nil
    }
}
