import Testing

@testable import MediaRelay

@Suite("Keys, connections and retransmissions in descriptions")
struct SecureNegotiationTests {
    private static let counterKey = "AQIDBAUGBwgJCgsMDQ4PEKChoqOkpaanqKmqq6yt"
    private static let galoisKey = "AQIDBAUGBwgJCgsMDQ4PEKChoqOkpaanqKmqqw=="
    private static let head = "v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\n"
    private static let opus = "a=rtpmap:96 opus/48000/2\n"

    private func policy() throws -> NegotiationPolicy {
        NegotiationPolicy(
            audio: .init(codecs: [.opus]), video: .init(codecs: [.vp8]), plainRTP: .loopback,
            profiles: [.avp, .avpf, .savp, .savpf, .tcpAVP, .tcpSAVP], requester: try #require(IPAddress("192.0.2.9")))
    }

    private func plan(_ media: String, _ change: (inout NegotiationPolicy) -> Void = { _ in }) throws -> MediaPlan {
        var policy = try policy()
        change(&policy)
        return try Negotiation.plan(try SessionDescription(parsing: Self.head + media), policy: policy)
    }

    private func answer(_ plan: MediaPlan, key: SRTPMasterKey?) throws -> MediaDescription {
        let address = try #require(IPAddress("192.0.2.1"))
        return plan.answer(
            origin: SDPOrigin(sessionID: 1, version: 1, address: address), address: address,
            local: [0: LocalMedia(port: 10_000, masterKey: key)]
        ).media[0]
    }

    @Test("base64 of all lengths, and what is none")
    func base64() {
        #expect(Base64.encode(Array("foobar".utf8)) == "Zm9vYmFy")
        var generator = SeededGenerator(seed: 9)
        for length in 0..<64 {
            let bytes = generator.bytes(length)
            let text = Base64.encode(bytes)
            #expect(text.utf8.count % 4 == 0)
            #expect(Base64.decode(text[...]) == bytes)
            let bare = text.prefix { $0 != "=" }
            #expect(Base64.decode(bare) == bytes)
        }
        for text in ["A", "AA=", "AAA==", "A===", "AB", "A A=", "Zm9v!", "====", "Zm9vYmF=x"] as [Substring] {
            #expect(Base64.decode(text) == nil)
        }
    }

    @Test("a key, with its lifetime, and the attribute as it is written again")
    func attribute() throws {
        let attribute = try #require(
            CryptoAttribute("1 AES_CM_128_HMAC_SHA1_80 inline:\(Self.counterKey)|2^20 WSH=128 -X"))
        #expect(attribute.tag == 1)
        #expect(attribute.key == (try SRTPOracleTests.master(.aesCM128HMACSHA1Tag80)))
        #expect(attribute.value == "1 AES_CM_128_HMAC_SHA1_80 inline:\(Self.counterKey)")
    }

    @Test(
        "keys that cannot be used",
        arguments: [
            "1 AES_CM_128_HMAC_SHA1_32 inline:\(counterKey)", "1 AEAD_AES_128_GCM inline:\(counterKey)",
            "1 AES_CM_128_HMAC_SHA1_80 inline:\(counterKey)|2^20|1:4",
            "1 AES_CM_128_HMAC_SHA1_80 inline:\(counterKey)|1:4",
            "1 AES_CM_128_HMAC_SHA1_80 inline:\(counterKey);inline:\(counterKey)",
            "1 AES_CM_128_HMAC_SHA1_80 inline:\(counterKey) UNENCRYPTED_SRTP",
            "1 AES_CM_128_HMAC_SHA1_80 \(counterKey)",
            "x AES_CM_128_HMAC_SHA1_80 inline:\(counterKey)", "1 AES_CM_128_HMAC_SHA1_80", "",
        ])
    func unusable(value: String) {
        #expect(CryptoAttribute(value) == nil)
    }

    @Test("the first suite that is supported is taken, and answered with a key of our own")
    func secureOffer() throws {
        let plan = try plan(
            """
            m=audio 5004 RTP/SAVP 96
            \(Self.opus)a=crypto:1 F8_128_HMAC_SHA1_80 inline:\(Self.counterKey)
            a=crypto:2 AEAD_AES_128_GCM inline:\(Self.galoisKey)|2^31
            a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:\(Self.counterKey)

            """)
        let section = try #require(plan.accepted.first?.section)
        #expect(section.crypto?.tag == 2)
        let key = try #require(SRTPMasterKey(suite: .aeadAES128GCM, bytes: [UInt8](repeating: 5, count: 28)))
        let media = try answer(plan, key: key)
        #expect(media.port == 10_000 && media.profile == "RTP/SAVP")
        #expect(media.cryptoAttributes == [CryptoAttribute(tag: 2, key: key)])
        // Without a key, or with one of another suite, the section cannot be had.
        #expect(try answer(plan, key: nil).port == 0)
        #expect(try answer(plan, key: try SRTPOracleTests.master(.aesCM128HMACSHA1Tag80)).port == 0)
    }

    @Test("without a key that can be used, SRTP is unsupported, and what is plain stays forbidden elsewhere")
    func missingKeys() throws {
        #expect(throws: NegotiationError.unsupported(.key)) { try plan("m=audio 5004 RTP/SAVP 96\n" + Self.opus) }
        #expect(throws: NegotiationError.forbidden(.plainRTP)) { try plan("m=audio 5004 RTP/AVP 96\n" + Self.opus) }
        #expect(throws: NegotiationError.unsupported(.profile)) {
            try plan("m=audio 5004 RTP/SAVP 96\n" + Self.opus) { $0.profiles = [.avp] }
        }
    }

    @Test("keys under RTP/AVP, as ffmpeg writes them, make it secure")
    func keysUnderPlainProfile() throws {
        let media =
            "m=audio 5004 RTP/AVP 96\n\(Self.opus)a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:\(Self.counterKey)\n"
        let section = try #require(try plan(media).accepted.first?.section)
        #expect(section.crypto != nil && section.profile == .avp)
        #expect(throws: NegotiationError.forbidden(.plainRTP)) { try plan(media) { $0.profiles = [.avp] } }
    }

    @Test("over TCP this server waits, and RTCP shares the connection")
    func tcp() throws {
        let plan = try plan(
            "m=audio 9 TCP/RTP/AVP 96\n\(Self.opus)a=setup:actpass\na=connection:new\n"
        ) { $0.plainRTP = .any }
        let section = try #require(plan.accepted.first?.section)
        #expect(section.profile.isTCP && section.multiplexesRTCP && section.remoteRTCP == section.remoteRTP)
        let media = try answer(plan, key: nil)
        #expect(media.attribute("setup") == "passive" && media.attribute("connection") == "new")
        #expect(throws: NegotiationError.unsupported(.connection)) {
            try self.plan("m=audio 9 TCP/RTP/AVP 96\n\(Self.opus)a=setup:passive\n") { $0.plainRTP = .any }
        }
    }

    @Test("retransmissions are bound to their codec, where the policy wants them")
    func retransmissions() throws {
        let offer = """
            m=video 5004 RTP/AVPF 97 98 99
            a=rtpmap:97 VP8/90000
            a=rtpmap:98 rtx/90000
            a=fmtp:98 apt=99
            a=rtpmap:99 rtx/90000
            a=fmtp:99 apt=97;rtx-time=500

            """
        let without = try plan(offer) { $0.plainRTP = .any }
        #expect(without.accepted.first?.section.sendCodec.retransmissionType == nil)
        let plan = try plan(offer) {
            $0.plainRTP = .any
            $0.retransmits = true
        }
        #expect(plan.accepted.first?.section.sendCodec.retransmissionType == 99)
        let media = try answer(plan, key: nil)
        #expect(media.formats == ["97", "99"])
        #expect(media.rtpMap(of: 99)?.names("rtx", clockRate: 90_000) == true)
        #expect(media.parameters(of: 99).integer("apt") == 97)
    }
}
