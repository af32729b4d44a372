/// The keys that protect the packets of one direction: one set for RTP and one for RTCP.
struct SRTPSessionKeys {
    /// The keys for one kind of packet.
    struct Set {
        /// The AES-128 key.
        var cipher: [UInt8]
        /// The HMAC key; empty where the cipher authenticates by itself.
        var authentication: [UInt8]
        /// The salt of the cipher.
        var salt: [UInt8]
    }

    let suite: SRTPSuite
    let rtp: Set
    let rtcp: Set

    /// Keys that are known already.
    init(suite: SRTPSuite, rtp: Set, rtcp: Set) {
        self.suite = suite
        self.rtp = rtp
        self.rtcp = rtcp
    }

    /// The keys that a master key gives (RFC 3711, 4.3; the derivation rate is 0). RFC 7714, 11 uses the same function, its
    /// shorter salt filled up with zeros.
    init(_ master: SRTPMasterKey) throws(SRTPError) {
        func set(_ label: UInt8) throws(SRTPError) -> Set {
            let authenticationLength = master.suite == .aesCM128HMACSHA1Tag80 ? 20 : 0
            return Set(
                cipher: try Self.derive(master, label: label, length: SRTPSuite.keyLength),
                authentication: try Self.derive(master, label: label + 1, length: authenticationLength),
                salt: try Self.derive(master, label: label + 2, length: master.suite.saltLength))
        }
        self.init(suite: master.suite, rtp: try set(0), rtcp: try set(3))
    }

    private static func derive(_ master: SRTPMasterKey, label: UInt8, length: Int) throws(SRTPError) -> [UInt8] {
        var input = Array(master.salt) + [UInt8](repeating: 0, count: 14 - master.salt.count)
        input[7] ^= label
        var output = [UInt8](repeating: 0, count: length)
        guard length > 0 else { return output }
        let cipher = try AESCounterMode(key: Array(master.key))
        var span = output.mutableSpan
        var bytes = span.mutableBytes
        try cipher.crypt(&bytes, 0..<length, counter: CounterBlock(input))
        return output
    }
}
