internal import COpenSSL

/// HMAC-SHA1 (RFC 2104) whose two padded keys are hashed once; a tag then costs the hashing of the packet and copies of
/// two small values.
struct HMACSHA1 {
    private let inner: SHA_CTX
    private let outer: SHA_CTX

    /// Hashes the pads of a key of at most 64 bytes.
    init(key: [UInt8]) throws(SRTPError) {
        guard key.count <= 64 else { throw .invalidKey }
        func pad(_ mask: UInt8) throws(SRTPError) -> SHA_CTX {
            let block = (0..<64).map { ($0 < key.count ? key[$0] : 0) ^ mask }
            var context = SHA_CTX()
            guard SHA1_Init(&context) == 1, SHA1_Update(&context, block, block.count) == 1 else { throw .library }
            return context
        }
        inner = try pad(0x36)
        outer = try pad(0x5c)
    }

    /// The first ten bytes of the tag over the first `count` bytes of `packet` and, where there is one, a word behind them:
    /// eight bytes and two.
    @inline(__always)
    func tag(_ packet: RawSpan, count: Int, word: UInt32?) -> (UInt64, UInt16) {
        precondition(count <= packet.byteCount)
        var digest: (UInt64, UInt64, UInt32) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digest) { digest in
            guard let target = digest.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            // None of these can fail.
            var context = inner
            _ = packet.withUnsafeBytes { SHA1_Update(&context, $0.baseAddress, count) }
            if let word { _ = withUnsafeBytes(of: word.bigEndian) { SHA1_Update(&context, $0.baseAddress, 4) } }
            SHA1_Final(target, &context)
            context = outer
            SHA1_Update(&context, target, 20)
            SHA1_Final(target, &context)
        }
        return (UInt64(bigEndian: digest.0), UInt16(truncatingIfNeeded: UInt64(bigEndian: digest.1) >> 48))
    }
}
