import Testing

@testable import MediaRelay

@Suite("From an offer to an answer (RFC 3264)")
struct NegotiationTests {
    private static let head = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n"
    private static let audio = "m=audio 5004 RTP/AVP 96\na=rtpmap:96 opus/48000/2\n"
    private static let video = "m=video 5006 RTP/AVP 97\na=rtpmap:97 VP8/90000\n"
    private static let origin = SDPOrigin(sessionID: 9, version: 1, address: .loopbackV4)

    private func policy(
        audioSend: Bool = true, videoSend: Bool = true, hasVideo: Bool = true, videoSections: Int = 4
    ) -> NegotiationPolicy {
        NegotiationPolicy(
            audio: .init(codecs: [.opus], maySend: audioSend, maximumBitrate: 64_000),
            video: hasVideo
                ? .init(codecs: [.vp8], maySend: videoSend, maximumBitrate: 80_000, maximumSections: videoSections)
                : nil,
            requester: .loopbackV4)
    }

    private func plan(_ media: String, _ policy: NegotiationPolicy) throws -> MediaPlan {
        try Negotiation.plan(try SessionDescription(parsing: Self.head + media), policy: policy)
    }

    private func section(_ plan: MediaPlan, _ index: Int = 0) throws -> AcceptedSection {
        guard case .accepted(let section) = plan.sections[index].outcome else {
            throw NegotiationError.malformed("section \(index) was refused: \(plan.sections[index].outcome)")
        }
        return section
    }

    @Test("audio and video: ports, payload types, addresses and the answer's text")
    func wholeAnswer() throws {
        let plan = try plan(
            Self.audio + "a=ptime:40\na=mid:a\n" + Self.video + "a=rtcp-fb:97 nack pli\na=rtcp-mux\n", policy())
        let audio = try section(plan)
        #expect(audio.remoteRTP == TransportAddress(.loopbackV4, 5004))
        #expect(audio.remoteRTCP == TransportAddress(.loopbackV4, 5005))
        #expect(audio.sendCodec.codec == .opus && audio.sendCodec.payloadType == 96)
        #expect(audio.packetTime == 40 && audio.direction == .sendrecv)
        let video = try section(plan, 1)
        #expect(video.multiplexesRTCP && video.remoteRTCP == video.remoteRTP)
        #expect(video.sendCodec.feedback == .pictureLoss)

        let answer = plan.answer(
            origin: Self.origin, address: .loopbackV4,
            local: [0: LocalMedia(port: 10000, ssrc: 7, canonicalName: "c"), 1: LocalMedia(port: 10002)])
        #expect(
            answer.description == """
                v=0\r
                o=- 9 1 IN IP4 127.0.0.1\r
                s=-\r
                c=IN IP4 127.0.0.1\r
                t=0 0\r
                m=audio 10000 RTP/AVP 96\r
                b=AS:72\r
                b=TIAS:66400\r
                a=mid:a\r
                a=sendrecv\r
                a=rtpmap:96 opus/48000/2\r
                a=fmtp:96 minptime=10;maxaveragebitrate=64000;useinbandfec=1\r
                a=ptime:40\r
                a=ssrc:7 cname:c\r
                m=video 10002 RTP/AVP 97\r
                b=AS:93\r
                b=TIAS:83744\r
                a=sendrecv\r
                a=rtcp-mux\r
                a=rtpmap:97 VP8/90000\r
                a=rtcp-fb:97 nack pli\r

                """)
        #expect(try SessionDescription(parsing: answer.description) == answer)
    }

    @Test(
        "directions are answered from the other side, and without leave to send only one is left",
        arguments: [
            ("sendrecv", true, MediaDirection.sendrecv), ("sendonly", true, .recvonly), ("recvonly", true, .sendonly),
            ("inactive", true, .inactive), ("sendrecv", false, .sendonly), ("recvonly", false, .sendonly),
            ("inactive", false, .inactive),
        ])
    func directions(offered: String, maySend: Bool, expected: MediaDirection) throws {
        let plan = try plan(Self.audio + "a=\(offered)\n", policy(audioSend: maySend))
        #expect(try section(plan).direction == expected)
    }

    @Test("the session's direction holds where a section has none")
    func sessionDirection() throws {
        let offer = try SessionDescription(
            parsing: Self.head + "a=recvonly\n" + Self.audio + Self.video + "a=sendonly\n")
        let plan = try Negotiation.plan(offer, policy: policy())
        #expect(try section(plan).direction == .sendonly)
        #expect(try section(plan, 1).direction == .recvonly)
    }

    @Test("refused sections get port 0, the others are answered")
    func partly() throws {
        let plan = try plan(
            Self.audio + "m=video 5006 RTP/AVP 98\na=rtpmap:98 H264/90000\na=mid:v\n" + Self.video
                + "m=text 9 RTP/AVP 1\n",
            policy())
        #expect(plan.sections[1].outcome == .refused(.codec))
        #expect(plan.sections[3].outcome == .refused(.wrongKind))
        #expect(plan.accepted.map(\.index) == [0, 2])
        let answer = plan.answer(
            origin: Self.origin, address: .loopbackV4, local: [0: LocalMedia(port: 10000), 2: LocalMedia(port: 10004)])
        #expect(answer.media.map(\.port) == [10000, 0, 10004, 0])
        #expect(answer.media[1].formats == ["98"] && answer.media[1].mid == "v")
        #expect(answer.media[3].kind == .other("text"))
    }

    @Test("an offer of which nothing can be had says why")
    func refusals() throws {
        let h264 = "m=video 5006 RTP/AVP 98\na=rtpmap:98 H264/90000\n"
        #expect(throws: NegotiationError.unsupported(.codec)) { try plan(h264, policy()) }
        #expect(throws: NegotiationError.forbidden(.wrongKind)) { try plan(Self.video, policy(hasVideo: false)) }
        #expect(throws: NegotiationError.forbidden(.notPermitted)) {
            try plan(Self.video + "a=sendonly\n", policy(videoSend: false))
        }
        #expect(throws: NegotiationError.unsupported(.profile)) { try plan("m=audio 5004 RTP/XYZ 96\n", policy()) }
        #expect(throws: NegotiationError.unsupported(.codec)) {
            try plan("m=audio 5004 RTP/AVP 0\n" + Self.video, policy(hasVideo: false))
        }
        #expect(throws: NegotiationError.self) { try plan("", policy()) }
        #expect(throws: NegotiationError.self) { try plan("m=audio 0 RTP/AVP 96\n", policy()) }
    }

    @Test("plain RTP stays on this machine unless it is allowed anywhere")
    func plainRTP() throws {
        let elsewhere = Self.audio + "c=IN IP4 192.0.2.9\n"
        #expect(throws: NegotiationError.forbidden(.plainRTP)) { try plan(elsewhere, policy()) }
        #expect(throws: NegotiationError.forbidden(.plainRTP)) {
            try plan(Self.audio + "a=rtcp:6000 IN IP4 192.0.2.9\n", policy())
        }
        var wide = policy()
        wide.requester = try #require(IPAddress("192.0.2.9"))
        #expect(throws: NegotiationError.forbidden(.plainRTP)) { try plan(Self.audio, wide) }
        wide.plainRTP = .any
        #expect(try section(try plan(elsewhere, wide)).remoteRTP.address == wide.requester)
        let unspecified = try plan(Self.audio + "c=IN IP4 0.0.0.0\n", wide)
        #expect(try section(unspecified).remoteRTP.address == wide.requester)
        wide.plainRTP = .off
        #expect(throws: NegotiationError.forbidden(.plainRTP)) { try plan(elsewhere, wide) }
    }

    @Test(
        "offers that cannot be used",
        arguments: [
            "m=audio 5004 RTP/AVP 96\nc=IN IP4 example.org\n", "m=audio 5004 RTP/AVP 96\nc=IN IP4 224.2.1.1/127\n",
            "m=audio 5004 RTP/AVP 200\n", "m=audio 5004 RTP/AVP webrtc-datachannel\n", "m=audio 65535 RTP/AVP 96\n",
            "m=audio 5004 RTP/AVP 96\nc=IN IP4 ::1\n",
        ])
    func malformed(media: String) {
        do {
            _ = try plan(media, policy())
            Issue.record("was accepted")
        } catch {
            guard case .malformed = error as? NegotiationError else {
                Issue.record("another error: \(error)")
                return
            }
        }
    }

    @Test("several video sections, up to the limit")
    func severalVideos() throws {
        let plan = try plan(Self.video + Self.video + Self.video, policy(videoSections: 2))
        #expect(plan.accepted.map(\.index) == [0, 1])
        #expect(plan.sections[2].outcome == .refused(.tooMany))
    }

    @Test("a second audio section is refused, and one that was refused itself does not count")
    func audioSections() throws {
        let plan = try plan("m=audio 5000 RTP/AVP 0\n" + Self.audio + Self.audio, policy())
        #expect(plan.sections[0].outcome == .refused(.codec))
        #expect(plan.accepted.map(\.index) == [1])
        #expect(plan.sections[2].outcome == .refused(.tooMany))
    }

    @Test("what the offer asks of Opus, telephone events and header extensions")
    func details() throws {
        let plan = try plan(
            """
            m=audio 5004 RTP/AVPF 0 111 101 102 13
            a=rtpmap:111 opus/48000/2
            a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;maxaveragebitrate=20000;usedtx=1;maxplaybackrate=16000
            a=rtpmap:101 telephone-event/48000
            a=rtpmap:102 telephone-event/8000
            a=extmap:3/sendrecv urn:ietf:params:rtp-hdrext:ssrc-audio-level
            a=extmap:4 urn:example
            a=extmap:5/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level
            a=rtcp-fb:111 transport-cc
            a=rtcp-fb:111 nack rpsi
            b=TIAS:24000
            b=AS:40
            a=ssrc:77 cname:x
            a=rtcp:7000
            a=ptime:60

            """, policy())
        let audio = try section(plan)
        let opus = OpusParameters(audio.sendCodec.parameters)
        #expect(
            opus.minimumPacketTime == 10 && opus.maximumAverageBitrate == 20000 && opus.maximumPlaybackRate == 16000)
        #expect(opus.stereo && opus.useInbandFEC && opus.useDTX)
        #expect(audio.codecs.count == 1 && audio.auxiliary.map(\.payloadType) == [101])
        #expect(audio.audioLevelIdentifier == 3 && audio.headerExtensions.count == 2)
        #expect(audio.sendCodec.feedback == .transportWide)
        #expect(audio.bandwidth.applicationSpecific == 40_000 && audio.bandwidth.transportIndependent == 24_000)
        #expect(audio.sources == [77] && audio.packetTime == 60)
        #expect(audio.remoteRTCP.port == 7000 && audio.profile == .avpf)

        let answer = plan.answer(
            origin: Self.origin, address: .loopbackV4, local: [0: LocalMedia(port: 10000, rtcpPort: 10007)]
        ).media[0]
        #expect(answer.formats == ["111", "101"])
        #expect(answer.parameters(of: 101).text == "0-15")
        #expect(answer.rtcp?.port == 10007)
        #expect(answer.extensionMaps.map(\.direction) == [.sendrecv, .recvonly])
    }

    @Test("Opus parameters out of range are as if they were not there")
    func opusRanges() {
        let opus = OpusParameters(FormatParameters("minptime=1;maxplaybackrate=1;maxaveragebitrate=5;stereo=2"))
        #expect(opus.minimumPacketTime == 3 && opus.maximumPlaybackRate == 48000 && opus.maximumAverageBitrate == 6000)
        #expect(!opus.stereo)
        #expect(OpusParameters(opus.formatParameters) == opus)
    }

    @Test("the description for a player")
    func listen() throws {
        let listen = ListenDescription(
            name: "lobby", address: .loopbackV4,
            streams: [
                .init(codec: .opus, payloadType: 96, port: 40000), .init(codec: .vp8, payloadType: 97, port: 40002),
            ])
        let description = listen.sessionDescription(origin: Self.origin)
        #expect(description.name == "lobby" && description.connection?.address == .loopbackV4)
        #expect(description.media.map(\.port) == [40000, 40002])
        #expect(description.media.allSatisfy { $0.direction == .recvonly && $0.profile == "RTP/AVP" })
        #expect(description.media[1].rtpMap(of: 97)?.encoding == "VP8")
        #expect(try SessionDescription(parsing: description.description) == description)
    }
}
