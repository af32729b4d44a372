/// How AEAD_AES_128_GCM seals and opens the packets of one kind (RFC 7714).
struct GaloisTransform: ~Copyable {
    private let cipher: AESGaloisCounterMode
    private let salt: CounterBlock

    init(_ keys: SRTPSessionKeys.Set, isEncrypting: Bool) throws(SRTPError) {
        cipher = try AESGaloisCounterMode(key: keys.cipher, isEncrypting: isEncrypting)
        salt = CounterBlock(keys.salt)
    }

    @inline(__always)
    func sealRTP(
        _ packet: inout MutableRawSpan, length: Int, payload: Int, ssrc: UInt32, index: UInt64
    ) throws(SRTPError) {
        let nonce = CounterBlock(nonceWithSalt: salt, ssrc: ssrc, index: index)
        try cipher.seal(&packet, payload..<length, header: 0..<payload, trailer: nil, tagOffset: length, nonce: nonce)
    }

    @inline(__always)
    func openRTP(
        _ packet: inout MutableRawSpan, end: Int, payload: Int, ssrc: UInt32, index: UInt64
    ) throws(SRTPError) {
        let nonce = CounterBlock(nonceWithSalt: salt, ssrc: ssrc, index: index)
        try cipher.open(&packet, payload..<end, header: 0..<payload, trailer: nil, tagOffset: end, nonce: nonce)
    }

    /// The tag follows the ciphertext, the word with the index follows the tag.
    func sealRTCP(_ packet: inout MutableRawSpan, length: Int, ssrc: UInt32, word: UInt32) throws(SRTPError) {
        let index = UInt64(word & ~SRTPTransform.encryptedFlag)
        let nonce = CounterBlock(nonceWithSalt: salt, ssrc: ssrc, index: index)
        try cipher.seal(&packet, 8..<length, header: 0..<8, trailer: word, tagOffset: length, nonce: nonce)
        packet.store(word, at: length + AESGaloisCounterMode.tagLength)
    }

    func openRTCP(_ packet: inout MutableRawSpan, end: Int, ssrc: UInt32, word: UInt32) throws(SRTPError) {
        let index = UInt64(word & ~SRTPTransform.encryptedFlag)
        let nonce = CounterBlock(nonceWithSalt: salt, ssrc: ssrc, index: index)
        // What is not encrypted is all authenticated as a header is.
        let readable = word & SRTPTransform.encryptedFlag != 0 ? 8 : end
        try cipher.open(&packet, readable..<end, header: 0..<readable, trailer: word, tagOffset: end, nonce: nonce)
    }
}
