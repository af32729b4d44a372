/// The ciphers of one direction: how a packet of known index is sealed and opened, for each suite.
enum SRTPTransform: ~Copyable {
    case galois(Pair<GaloisTransform>)
    case counter(Pair<CounterTransform>)

    /// The ciphers for the two kinds of packets.
    struct Pair<Transform: ~Copyable>: ~Copyable {
        let rtp: Transform
        let rtcp: Transform
    }

    /// The bit that says that an SRTCP packet is encrypted.
    static let encryptedFlag: UInt32 = 0x8000_0000

    init(_ keys: SRTPSessionKeys, isEncrypting: Bool) throws(SRTPError) {
        switch keys.suite {
        case .aeadAES128GCM:
            let rtp = try GaloisTransform(keys.rtp, isEncrypting: isEncrypting)
            let rtcp = try GaloisTransform(keys.rtcp, isEncrypting: isEncrypting)
            self = .galois(Pair(rtp: rtp, rtcp: rtcp))
        case .aesCM128HMACSHA1Tag80:
            let rtp = try CounterTransform(keys.rtp)
            let rtcp = try CounterTransform(keys.rtcp)
            self = .counter(Pair(rtp: rtp, rtcp: rtcp))
        }
    }

    /// Protects an RTP packet of `length` bytes whose payload begins at `payload`.
    @inline(__always)
    func sealRTP(
        _ packet: inout MutableRawSpan, length: Int, payload: Int, ssrc: UInt32, index: UInt64
    ) throws(SRTPError) {
        switch self {
        case .galois(let pair):
            try pair.rtp.sealRTP(&packet, length: length, payload: payload, ssrc: ssrc, index: index)
        case .counter(let pair):
            try pair.rtp.sealRTP(&packet, length: length, payload: payload, ssrc: ssrc, index: index)
        }
    }

    /// Checks and decrypts an RTP packet whose payload begins at `payload` and whose tag at `end`.
    @inline(__always)
    func openRTP(
        _ packet: inout MutableRawSpan, end: Int, payload: Int, ssrc: UInt32, index: UInt64
    ) throws(SRTPError) {
        switch self {
        case .galois(let pair):
            try pair.rtp.openRTP(&packet, end: end, payload: payload, ssrc: ssrc, index: index)
        case .counter(let pair):
            try pair.rtp.openRTP(&packet, end: end, payload: payload, ssrc: ssrc, index: index)
        }
    }

    /// Protects an RTCP datagram of `length` bytes: its first eight stay readable, `word` and the tag are added.
    func sealRTCP(_ packet: inout MutableRawSpan, length: Int, ssrc: UInt32, word: UInt32) throws(SRTPError) {
        switch self {
        case .galois(let pair): try pair.rtcp.sealRTCP(&packet, length: length, ssrc: ssrc, word: word)
        case .counter(let pair): try pair.rtcp.sealRTCP(&packet, length: length, ssrc: ssrc, word: word)
        }
    }

    /// Checks and decrypts an RTCP datagram that ends, without what protection added, at `end`.
    func openRTCP(_ packet: inout MutableRawSpan, end: Int, ssrc: UInt32, word: UInt32) throws(SRTPError) {
        switch self {
        case .galois(let pair): try pair.rtcp.openRTCP(&packet, end: end, ssrc: ssrc, word: word)
        case .counter(let pair): try pair.rtcp.openRTCP(&packet, end: end, ssrc: ssrc, word: word)
        }
    }
}
