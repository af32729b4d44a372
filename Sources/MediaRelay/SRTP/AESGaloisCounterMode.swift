internal import COpenSSL

/// AES-128 in Galois/counter mode with tags of 16 bytes, with its key schedule kept from packet to packet.
struct AESGaloisCounterMode: ~Copyable {
    static let tagLength = 16

    // OpenSSL's context lives behind a C pointer, owned by this value alone.
    private let context: OpaquePointer
    private let isEncrypting: CInt

    /// Sets up the key, 16 bytes, for one direction.
    init(key: [UInt8], isEncrypting: Bool) throws(SRTPError) {
        guard key.count == SRTPSuite.keyLength else { throw .invalidKey }
        guard let context = EVP_CIPHER_CTX_new() else { throw .library }
        guard EVP_CipherInit_ex(context, EVP_aes_128_gcm(), nil, key, nil, isEncrypting ? 1 : 0) == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw .library
        }
        self.context = context
        self.isEncrypting = isEncrypting ? 1 : 0
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Encrypts the bytes of `range` in place and writes the tag at `tagOffset`. What the tag covers beside them are the
    /// bytes of `header` and then those of `trailer` (both may be empty).
    @inline(__always)
    func seal(
        _ packet: inout MutableRawSpan, _ range: Range<Int>, header: Range<Int>, trailer: UInt32?, tagOffset: Int,
        nonce: CounterBlock
    ) throws(SRTPError) {
        precondition(range.upperBound <= packet.byteCount && tagOffset + Self.tagLength <= packet.byteCount)
        guard run(&packet, range, header, trailer, nonce, tagOffset) else { throw .library }
    }

    /// Checks the tag at `tagOffset` and decrypts the bytes of `range` in place. The bytes are spoilt when it throws.
    @inline(__always)
    func open(
        _ packet: inout MutableRawSpan, _ range: Range<Int>, header: Range<Int>, trailer: UInt32?, tagOffset: Int,
        nonce: CounterBlock
    ) throws(SRTPError) {
        precondition(range.upperBound <= packet.byteCount && tagOffset + Self.tagLength <= packet.byteCount)
        guard run(&packet, range, header, trailer, nonce, tagOffset) else { throw .authenticationFailed }
    }

    private func run(
        _ packet: inout MutableRawSpan, _ range: Range<Int>, _ header: Range<Int>, _ trailer: UInt32?,
        _ nonce: CounterBlock, _ tagOffset: Int
    ) -> Bool {
        packet.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
            var count: CInt = 0
            let isBegun = withUnsafeBytes(of: nonce.bytes) { initial in
                let iv = initial.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return EVP_CipherInit_ex(context, nil, nil, nil, iv, isEncrypting) == 1
            }
            guard isBegun, EVP_CipherUpdate(context, nil, &count, base + header.lowerBound, CInt(header.count)) == 1
            else {
                return false
            }
            if let trailer {
                let isAdded = withUnsafeBytes(of: trailer.bigEndian) { word in
                    let start = word.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    return EVP_CipherUpdate(context, nil, &count, start, 4) == 1
                }
                guard isAdded else { return false }
            }
            let start = base + range.lowerBound
            if !range.isEmpty {
                guard EVP_CipherUpdate(context, start, &count, start, CInt(range.count)) == 1 else { return false }
            }
            let tag = base + tagOffset
            // Finishing writes nothing in this mode; it wants an address nevertheless.
            guard isEncrypting == 1 else {
                return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(Self.tagLength), tag) == 1
                    && EVP_CipherFinal_ex(context, start, &count) == 1
            }
            return EVP_CipherFinal_ex(context, start, &count) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CInt(Self.tagLength), tag) == 1
        }
    }
}
