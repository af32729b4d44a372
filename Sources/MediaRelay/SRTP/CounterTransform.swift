/// How AES_CM_128_HMAC_SHA1_80 seals and opens the packets of one kind (RFC 3711, 4).
struct CounterTransform: ~Copyable {
    private let cipher: AESCounterMode
    private let mac: HMACSHA1
    private let salt: CounterBlock

    init(_ keys: SRTPSessionKeys.Set) throws(SRTPError) {
        let mac = try HMACSHA1(key: keys.authentication)
        cipher = try AESCounterMode(key: keys.cipher)
        self.mac = mac
        salt = CounterBlock(keys.salt)
    }

    @inline(__always)
    func sealRTP(
        _ packet: inout MutableRawSpan, length: Int, payload: Int, ssrc: UInt32, index: UInt64
    ) throws(SRTPError) {
        try crypt(&packet, payload..<length, ssrc, index)
        writeTag(mac.tag(packet.bytes, count: length, word: UInt32(truncatingIfNeeded: index >> 16)), &packet, length)
    }

    @inline(__always)
    func openRTP(
        _ packet: inout MutableRawSpan, end: Int, payload: Int, ssrc: UInt32, index: UInt64
    ) throws(SRTPError) {
        let tag = mac.tag(packet.bytes, count: end, word: UInt32(truncatingIfNeeded: index >> 16))
        guard isEqual(tag, packet.bytes, end) else { throw .authenticationFailed }
        try crypt(&packet, payload..<end, ssrc, index)
    }

    /// The word with the index follows the ciphertext, the tag over both follows the word.
    func sealRTCP(_ packet: inout MutableRawSpan, length: Int, ssrc: UInt32, word: UInt32) throws(SRTPError) {
        try crypt(&packet, 8..<length, ssrc, UInt64(word & ~SRTPTransform.encryptedFlag))
        packet.store(word, at: length)
        writeTag(mac.tag(packet.bytes, count: length + 4, word: nil), &packet, length + 4)
    }

    func openRTCP(_ packet: inout MutableRawSpan, end: Int, ssrc: UInt32, word: UInt32) throws(SRTPError) {
        let tag = mac.tag(packet.bytes, count: end + 4, word: nil)
        guard isEqual(tag, packet.bytes, end + 4) else { throw .authenticationFailed }
        guard word & SRTPTransform.encryptedFlag != 0 else { return }
        try crypt(&packet, 8..<end, ssrc, UInt64(word & ~SRTPTransform.encryptedFlag))
    }

    @inline(__always)
    private func crypt(
        _ packet: inout MutableRawSpan, _ range: Range<Int>, _ ssrc: UInt32, _ index: UInt64
    ) throws(SRTPError) {
        guard !range.isEmpty else { return }
        try cipher.crypt(&packet, range, counter: CounterBlock(salt: salt, ssrc: ssrc, index: index))
    }

    @inline(__always)
    private func writeTag(_ tag: (UInt64, UInt16), _ packet: inout MutableRawSpan, _ offset: Int) {
        packet.store(tag.0, at: offset)
        packet.store(tag.1, at: offset + 8)
    }

    /// Compares a tag with the one at `offset` in constant time.
    @inline(__always)
    private func isEqual(_ tag: (UInt64, UInt16), _ packet: RawSpan, _ offset: Int) -> Bool {
        (tag.0 ^ packet.uint64(at: offset)) | UInt64(tag.1 ^ packet.uint16(at: offset + 8)) == 0
    }
}
