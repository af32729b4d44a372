import Testing

@testable import MediaRelay

/// The bytes of a hexadecimal text, in which blanks do not count.
func hex(_ text: String) -> [UInt8] {
    var digits = text.filter { !$0.isWhitespace }[...]
    var bytes: [UInt8] = []
    while let byte = UInt8(digits.prefix(2), radix: 16), digits.count >= 2 {
        bytes.append(byte)
        digits = digits.dropFirst(2)
    }
    return bytes
}

extension SRTPProtector {
    func protectRTP(_ packet: [UInt8]) throws(SRTPError) -> [UInt8] {
        var bytes = packet + [UInt8](repeating: 0, count: suite.tagLength)
        var span = bytes.mutableSpan
        var buffer = span.mutableBytes
        let length = try protectRTP(&buffer, length: packet.count)
        return Array(bytes[..<length])
    }

    func protectRTCP(_ packet: [UInt8]) throws(SRTPError) -> [UInt8] {
        var bytes = packet + [UInt8](repeating: 0, count: suite.controlOverhead)
        var span = bytes.mutableSpan
        var buffer = span.mutableBytes
        let length = try protectRTCP(&buffer, length: packet.count)
        return Array(bytes[..<length])
    }
}

extension SRTPUnprotector {
    func unprotectRTP(_ packet: [UInt8]) throws(SRTPError) -> [UInt8] {
        var bytes = packet
        var span = bytes.mutableSpan
        var buffer = span.mutableBytes
        let length = try unprotectRTP(&buffer)
        return Array(bytes[..<length])
    }

    func unprotectRTCP(_ packet: [UInt8]) throws(SRTPError) -> [UInt8] {
        var bytes = packet
        var span = bytes.mutableSpan
        var buffer = span.mutableBytes
        let length = try unprotectRTCP(&buffer)
        return Array(bytes[..<length])
    }
}

@Suite("SRTP by the RFCs' own examples")
struct SRTPVectorTests {
    @Test("key derivation (RFC 3711, B.3)")
    func derivation() throws {
        let master = try #require(
            SRTPMasterKey(
                suite: .aesCM128HMACSHA1Tag80,
                bytes: hex("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6")))
        let keys = try SRTPSessionKeys(master)
        #expect(keys.rtp.cipher == hex("C61E7A93744F39EE10734AFE3FF7A087"))
        #expect(keys.rtp.salt == hex("30CBBC08863D8C85D49DB34A9AE1"))
        #expect(keys.rtp.authentication == hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"))
    }

    @Test("AES in counter mode (RFC 3711, B.2)")
    func counterMode() throws {
        let cipher = try AESCounterMode(key: hex("2B7E151628AED2A6ABF7158809CF4F3C"))
        let salt = CounterBlock(hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"))
        let block = CounterBlock(salt: salt, ssrc: 0, index: 0)
        let stream = try changed([UInt8](repeating: 0, count: 48)) { buffer throws(SRTPError) in
            try cipher.crypt(&buffer, 0..<48, counter: block)
        }
        #expect(
            stream
                == hex(
                    """
                    E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB
                    41E95B3BB0A2E8DD477901E4FCA894C0
                    """))
    }

    /// The keys of RFC 7714, 16 and 17, which are those of the session.
    private static let galoisKeys = SRTPSessionKeys(
        suite: .aeadAES128GCM,
        rtp: .init(
            cipher: hex("000102030405060708090a0b0c0d0e0f"), authentication: [], salt: hex("517569642070726f2071756f")),
        rtcp: .init(
            cipher: hex("000102030405060708090a0b0c0d0e0f"), authentication: [], salt: hex("517569642070726f2071756f")))

    @Test("AES in Galois/counter mode over RTP (RFC 7714, 16.1.1)")
    func galoisRTP() throws {
        let plain = hex(
            """
            8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465
            73207472 6573
            """)
        let protected = hex(
            """
            8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b
            36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce
            """)
        #expect(try SRTPProtector(Self.galoisKeys).protectRTP(plain) == protected)
        #expect(try SRTPUnprotector(Self.galoisKeys).unprotectRTP(protected) == plain)
    }

    @Test("AES in Galois/counter mode over RTCP (RFC 7714, 17.1)")
    func galoisRTCP() throws {
        let plain = hex(
            """
            81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef
            deadbeef deadbeef
            """)
        let protected = hex(
            """
            81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46
            86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4
            """)
        #expect(try SRTPUnprotector(Self.galoisKeys).unprotectRTCP(protected) == plain)
    }
}

@Suite("SRTP as libsrtp2 has it")
struct SRTPOracleTests {
    /// Master keys for which libsrtp2 protected the packets below.
    static func master(_ suite: SRTPSuite) throws -> SRTPMasterKey {
        let salt = (0..<suite.saltLength).map { UInt8(0xa0 + $0) }
        return try #require(SRTPMasterKey(suite: suite, bytes: (1...16).map { UInt8($0) } + salt))
    }

    /// A packet with a source and an extension just before the number wraps, the last one before it, and one after it.
    static let plain = [
        "91e0fffe0001e240deadbeef00000001bede000110aa00007061796c6f6164206f6e65",
        "8060ffff0001e600deadbeef7365636f6e64", "806000000001e9c0deadbeef6166746572207468652077726170",
    ].map(hex)

    static let protected: [SRTPSuite: [[UInt8]]] = [
        .aeadAES128GCM: [
            "91e0fffe0001e240deadbeef00000001bede000110aa000092396d87f86b7eb448ec47a66f9766f45f208928eb49d7a2c251e7",
            "8060ffff0001e600deadbeefd37f1a078acc76efddfa2deb9376fe50a9237519fcc4",
            "806000000001e9c0deadbeeff8b9d8d9df0b7cd6cfab0de7d3b590d6e25978bf222c0aacc61f1871d5b9",
        ].map(hex),
        .aesCM128HMACSHA1Tag80: [
            "91e0fffe0001e240deadbeef00000001bede000110aa0000fdf4972419c3de8c289acb582dc371c08ecc508ef7",
            "8060ffff0001e600deadbeefaac2d7bb4aa9015c320f2fca0f4dc692",
            "806000000001e9c0deadbeefb2cf65707ab8ced2fb9670d32414dd6c49ee04ce70525722",
        ].map(hex),
    ]

    static let report = hex("80c90001deadbeef81cb0001deadbeef")

    static let protectedReports: [SRTPSuite: [[UInt8]]] = [
        .aeadAES128GCM: [
            "80c90001deadbeefc74cd37a4af488c8848ac7b6f2d0f196895e6b48e12b14a980000001",
            "80c90001deadbeeff94352ea287c7f38d6870eed42b9fb0dd864b6972ce0a24e80000002",
        ].map(hex),
        .aesCM128HMACSHA1Tag80: [
            "80c90001deadbeefbd5ec56546e12dd980000001ee419313a8b9c0e44094",
            "80c90001deadbeef194b890bb7ebac82800000027b958d86af7b4bae15ec",
        ].map(hex),
    ]

    @Test("RTP over the end of a cycle, both ways", arguments: SRTPSuite.allCases)
    func rtp(suite: SRTPSuite) throws {
        let protector = try SRTPProtector(Self.master(suite))
        let unprotector = try SRTPUnprotector(Self.master(suite))
        let expected = try #require(Self.protected[suite])
        for (plain, protected) in zip(Self.plain, expected) {
            #expect(try protector.protectRTP(plain) == protected)
            #expect(try unprotector.unprotectRTP(protected) == plain)
        }
    }

    @Test("RTCP, both ways", arguments: SRTPSuite.allCases)
    func rtcp(suite: SRTPSuite) throws {
        let protector = try SRTPProtector(Self.master(suite))
        let unprotector = try SRTPUnprotector(Self.master(suite))
        for protected in try #require(Self.protectedReports[suite]) {
            #expect(try protector.protectRTCP(Self.report) == protected)
            #expect(try unprotector.unprotectRTCP(protected) == Self.report)
        }
    }
}

@Suite("What SRTP does not believe")
struct SRTPRefusalTests {
    private func packet(_ number: UInt16, ssrc: UInt32 = 7, payload: [UInt8] = [1, 2, 3]) throws -> [UInt8] {
        try written { (buffer, cursor) throws(RTPError) in
            try RTPHeader(payloadType: 96, sequenceNumber: SequenceNumber(number), timestamp: 0, ssrc: ssrc)
                .write(into: &buffer, at: &cursor)
            buffer.copy(payload.span.bytes, at: cursor)
            cursor += payload.count
        }
    }

    @Test("any flipped bit of a packet is found, and changes nothing", arguments: SRTPSuite.allCases)
    func flippedBits(suite: SRTPSuite) throws {
        let master = try SRTPOracleTests.master(suite)
        let protector = try SRTPProtector(master)
        let unprotector = try SRTPUnprotector(master)
        let rtp = try protector.protectRTP(try packet(5))
        let rtcp = try protector.protectRTCP(SRTPOracleTests.report)
        for bit in 0..<rtp.count * 8 {
            var forged = rtp
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SRTPError.self) { try unprotector.unprotectRTP(forged) }
        }
        for bit in 0..<rtcp.count * 8 {
            var forged = rtcp
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SRTPError.self) { try unprotector.unprotectRTCP(forged) }
        }
        #expect(try unprotector.unprotectRTP(rtp) == packet(5))
        #expect(try unprotector.unprotectRTCP(rtcp) == SRTPOracleTests.report)
    }

    @Test("a packet is taken once, and not when it is older than the window", arguments: SRTPSuite.allCases)
    func replay(suite: SRTPSuite) throws {
        let master = try SRTPOracleTests.master(suite)
        let protector = try SRTPProtector(master)
        let unprotector = try SRTPUnprotector(master)
        let numbers: [UInt16] = [65_400, 65_402, 65_401, 65_530, 3, 2]
        var packets: [UInt16: [UInt8]] = [:]
        for number in numbers.sorted(by: {
            SequenceNumber($0).distance(from: 65_000) < SequenceNumber($1).distance(from: 65_000)
        }) {
            packets[number] = try protector.protectRTP(try packet(number))
        }
        let old = try protector.protectRTP(try packet(65_399))
        for number in numbers {
            let bytes = try #require(packets[number])
            #expect(try unprotector.unprotectRTP(bytes) == packet(number))
            #expect(throws: SRTPError.replayed) { try unprotector.unprotectRTP(bytes) }
        }
        // 140 before the newest.
        #expect(throws: SRTPError.replayed) { try unprotector.unprotectRTP(old) }
        let report = try protector.protectRTCP(SRTPOracleTests.report)
        _ = try unprotector.unprotectRTCP(report)
        #expect(throws: SRTPError.replayed) { try unprotector.unprotectRTCP(report) }
    }

    @Test("sources under one key are kept apart, and forged ones leave no trace", arguments: SRTPSuite.allCases)
    func sources(suite: SRTPSuite) throws {
        let master = try SRTPOracleTests.master(suite)
        let protector = try SRTPProtector(master)
        let unprotector = try SRTPUnprotector(master)
        for ssrc in 100..<200 as Range<UInt32> {
            var forged = try packet(1, ssrc: ssrc)
            forged += [UInt8](repeating: 0, count: 20)
            #expect(throws: SRTPError.authenticationFailed) { try unprotector.unprotectRTP(forged) }
        }
        for ssrc in 1...64 as ClosedRange<UInt32> {
            for number in [65_535, 0, 1] as [UInt16] {
                let plain = try packet(number, ssrc: ssrc)
                #expect(try unprotector.unprotectRTP(try protector.protectRTP(plain)) == plain)
            }
        }
        #expect(throws: SRTPError.tooManySources) {
            try unprotector.unprotectRTP(try protector.protectRTP(try packet(1, ssrc: 65)))
        }
    }

    @Test("short packets, small buffers and keys of another length", arguments: SRTPSuite.allCases)
    func sizes(suite: SRTPSuite) throws {
        let master = try SRTPOracleTests.master(suite)
        let protector = try SRTPProtector(master)
        let unprotector = try SRTPUnprotector(master)
        let rtp = try protector.protectRTP(try packet(5, payload: []))
        #expect(rtp.count == 12 + suite.tagLength)
        for length in 0..<rtp.count {
            #expect(throws: SRTPError.self) { try unprotector.unprotectRTP(Array(rtp[..<length])) }
            #expect(throws: SRTPError.self) { try unprotector.unprotectRTCP(Array(rtp[..<length])) }
        }
        #expect(try unprotector.unprotectRTP(rtp) == packet(5, payload: []))
        #expect(throws: SRTPError.bufferTooSmall) {
            try changed(try packet(6)) { buffer throws(SRTPError) in
                _ = try protector.protectRTP(&buffer, length: buffer.byteCount)
            }
        }
        #expect(SRTPMasterKey(suite: suite, bytes: Array(master.bytes.dropLast())) == nil)
        #expect("\(master)" == "\(suite.rawValue) key" && String(reflecting: master) == "\(master)")
    }

    @Test("the window remembers 128 packets")
    func window() {
        var window = ReplayWindow()
        #expect(window.allows(0))
        window.accept(1000)
        window.accept(1127)
        #expect(window.allows(1001) && !window.allows(1000) && !window.allows(999) && !window.allows(1127))
        window.accept(1001)
        #expect(!window.allows(1001))
        window.accept(5000)
        #expect(!window.allows(1127) && window.allows(4999) && !window.allows(4872) && window.allows(4873))
    }

    @Test("indices follow the number nearest to the highest")
    func indices() {
        #expect(PacketIndex.estimate(7, highest: nil) == 7)
        #expect(PacketIndex.estimate(3, highest: 65_530) == 65_539)
        #expect(PacketIndex.estimate(65_530, highest: 65_539) == 65_530)
        #expect(PacketIndex.estimate(65_530, highest: 2) == nil)
        #expect(PacketIndex.estimate(0, highest: (1 << 48) - 1) == nil)
    }
}
