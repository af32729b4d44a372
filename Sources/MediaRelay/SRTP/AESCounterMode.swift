internal import COpenSSL

/// AES-128 in counter mode, with its key schedule kept from packet to packet.
struct AESCounterMode: ~Copyable {
    // OpenSSL's context lives behind a C pointer, owned by this value alone.
    private let context: OpaquePointer

    /// Sets up the key, 16 bytes.
    init(key: [UInt8]) throws(SRTPError) {
        guard key.count == SRTPSuite.keyLength else { throw .invalidKey }
        guard let context = EVP_CIPHER_CTX_new() else { throw .library }
        guard EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, key, nil) == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw .library
        }
        self.context = context
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Encrypts or decrypts the bytes of `range` in place, which is the same.
    @inline(__always)
    func crypt(_ packet: inout MutableRawSpan, _ range: Range<Int>, counter: CounterBlock) throws(SRTPError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= packet.byteCount)
        var isDone = false
        withUnsafeBytes(of: counter.bytes) { initial in
            let iv = initial.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard EVP_EncryptInit_ex(context, nil, nil, nil, iv) == 1 else { return }
            packet.withUnsafeMutableBytes { bytes in
                // A range that is not empty lies in memory that has an address.
                guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
                let start = base + range.lowerBound
                var count: CInt = 0
                isDone = EVP_EncryptUpdate(context, start, &count, start, CInt(range.count)) == 1
            }
        }
        guard isDone else { throw .library }
    }
}
