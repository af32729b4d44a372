import Testing

@testable import MediaRelay

@Suite("Session descriptions (RFC 8866)")
struct SessionDescriptionTests {
    /// As ffmpeg writes it for Opus.
    static let ffmpeg = """
        v=0
        o=- 0 0 IN IP4 127.0.0.1
        s=No Name
        c=IN IP4 127.0.0.1
        t=0 0
        a=tool:libavformat LIBAVFORMAT_VERSION
        m=audio 40000 RTP/AVP 96
        b=AS:32
        a=rtpmap:96 opus/48000/2
        a=fmtp:96 sprop-stereo=1

        """

    /// In the manner of GStreamer: upper-case names, framerate, ts-refclk and the session's own attributes.
    static let gstreamer = """
        v=0
        o=- 12345678901234567890 1 IN IP6 ::1
        s=Session streamed with GStreamer
        i=rtsp-server
        t=0 0
        a=tool:GStreamer
        a=type:broadcast
        a=range:npt=now-
        m=audio 5004 RTP/AVPF 97 101
        c=IN IP6 ::1
        b=AS:64
        a=rtpmap:97 OPUS/48000/2
        a=fmtp:97 sprop-maxcapturerate=48000; sprop-stereo=0;useinbandfec=1
        a=rtpmap:101 telephone-event/48000
        a=fmtp:101 0-15
        a=rtcp-fb:* nack
        a=rtcp:5010 IN IP6 ::1
        a=ts-refclk:local
        a=recvonly
        a=maxptime:60
        m=video 5006/2 RTP/AVP 96
        c=IN IP6 ::1/127
        a=rtpmap:96 VP8/90000
        a=framerate:15
        a=rtcp-fb:96 nack pli
        a=rtcp-fb:96 ccm fir
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2/sendonly urn:example
        a=mid:video0
        a=rtcp-mux
        a=ssrc:1234 cname:user1
        a=ssrc:1234 msid:a b
        a=ssrc:99 cname:user1
        """

    @Test("what ffmpeg writes, with either line end and after a line SDP:")
    func ffmpegForm() throws {
        let plain = try SessionDescription(parsing: Self.ffmpeg)
        let crlf = String(Self.ffmpeg.flatMap { $0 == "\n" ? ["\r", "\n"] : [$0] })
        #expect(try SessionDescription(parsing: crlf) == plain)
        #expect(try SessionDescription(parsing: "SDP:\n" + crlf) == plain)
        #expect(try SessionDescription(parsing: Array(crlf.utf8)) == plain)
        #expect(plain.name == "No Name")
        #expect(plain.connection?.address == .loopbackV4)
        let audio = try #require(plain.media.first)
        #expect(audio.kind == .audio && audio.port == 40000 && audio.formats == ["96"])
        #expect(audio.bandwidths == [SDPBandwidth(modifier: "AS", value: 32)])
        #expect(audio.rtpMap(of: 96) == RTPMap(payloadType: 96, encoding: "opus", clockRate: 48000, channels: 2))
        #expect(audio.parameters(of: 96).flag("sprop-stereo"))
        #expect(audio.direction == nil && !audio.multiplexesRTCP)
    }

    @Test("what GStreamer writes: every typed reading")
    func gstreamerForm() throws {
        let session = try SessionDescription(parsing: Self.gstreamer)
        #expect(session.connection == nil)
        #expect(session.attribute("tool") == "GStreamer")
        #expect(session.media.count == 2)
        let audio = session.media[0]
        #expect(audio.connection?.address == IPAddress("::1"))
        #expect(audio.parameters(of: 97)["USEINBANDFEC"] == "1")
        #expect(audio.parameters(of: 97)["sprop-stereo"] == "0")
        #expect(audio.parameters(of: 101).text == "0-15")
        #expect(audio.feedback(of: 97) == .nack)
        #expect(audio.rtcp?.port == 5010 && audio.rtcp?.connection?.address == IPAddress("::1"))
        #expect(audio.direction == .recvonly && audio.maximumPacketTime == 60 && audio.packetTime == nil)
        let video = session.media[1]
        #expect(video.port == 5006 && video.portCount == 2)
        #expect(video.connection?.host == "::1")
        #expect(video.feedback(of: 96) == [.pictureLoss, .fullIntra])
        #expect(video.extensionMaps.count == 2)
        #expect(video.extensionMaps[1] == ExtensionMap(identifier: 2, direction: .sendonly, uri: "urn:example"))
        #expect(video.mid == "video0" && video.multiplexesRTCP && video.sources == [1234, 99])
        #expect(video.attribute("framerate") == "15")
    }

    @Test("writing and reading again gives the same", arguments: [ffmpeg, gstreamer])
    func roundTrip(text: String) throws {
        let session = try SessionDescription(parsing: text)
        #expect(try SessionDescription(parsing: session.description) == session)
    }

    @Test("a value with a line break does not become a line")
    func injection() throws {
        var session = try SessionDescription(parsing: Self.ffmpeg)
        session.name = "room\r\na=inactive\n"
        let again = try SessionDescription(parsing: session.description)
        #expect(again.name == "rooma=inactive")
        #expect(again.attributes == session.attributes)
    }

    @Test(
        "what breaks the syntax is refused with its line",
        arguments: [
            ("s=x\nv=0\n", 1), ("v=1\n", 1), ("v=0\nv=0\n", 2), ("v=0\nnonsense\n", 2), ("v=0\n=x\n", 2),
            ("v=0\no=- 0 0 IN IP4\n", 2),
            ("v=0\no=- x 0 IN IP4 h\n", 2), ("v=0\no=- 0 0 IN IP9 h\n", 2), ("v=0\nc=IN IP4\n", 2), ("v=0\nb=AS\n", 2),
            ("v=0\nb=AS:-1\n", 2), ("v=0\na=\n", 2), ("v=0\na=:x\n", 2), ("v=0\nm=audio 1 RTP/AVP\n", 2),
            ("v=0\nm=audio 65536 RTP/AVP 0\n", 2), ("v=0\nm=audio 1/0 RTP/AVP 0\n", 2), ("v=0\na=x\0y\n", 2),
            ("v=0\nA=x\n", 2),
        ])
    func malformed(text: String, line: Int) {
        do {
            _ = try SessionDescription(parsing: text)
            Issue.record("was accepted")
        } catch {
            guard case .malformed(line, _) = error else {
                Issue.record("another error: \(error)")
                return
            }
        }
    }

    @Test("what is missing is named")
    func missing() {
        #expect(throws: SDPError.missing("v= line")) { try SessionDescription(parsing: "") }
        #expect(throws: SDPError.missing("o= line")) { try SessionDescription(parsing: "v=0\ns=-\n") }
    }

    @Test("limits hold")
    func limits() {
        let head = "v=0\no=- 0 0 IN IP4 h\n"
        #expect(throws: SDPError.tooLong) {
            try SessionDescription(parsing: head + String(repeating: "a", count: SessionDescription.maximumLength))
        }
        #expect(throws: SDPError.tooMany("lines")) {
            try SessionDescription(parsing: head + String(repeating: "\n", count: 2100))
        }
        #expect(throws: SDPError.tooMany("media sections")) {
            try SessionDescription(parsing: head + String(repeating: "m=audio 1 RTP/AVP 0\n", count: 33))
        }
        #expect(throws: SDPError.tooMany("attributes")) {
            try SessionDescription(parsing: head + String(repeating: "a=x\n", count: 513))
        }
        #expect(throws: SDPError.tooMany("formats")) {
            try SessionDescription(parsing: head + "m=audio 1 RTP/AVP" + String(repeating: " 1", count: 129))
        }
        #expect(throws: SDPError.malformed(line: 1, reason: "the text is not UTF-8")) {
            try SessionDescription(parsing: [0x76, 0x3d, 0x30, 0xff])
        }
    }

    @Test("parameters keep their order when one is set")
    func parameters() {
        var parameters = FormatParameters("minptime=10; useinbandfec=1 ;cbr")
        #expect(parameters.integer("minptime") == 10)
        #expect(parameters.flag("useinbandfec") && !parameters.flag("cbr"))
        parameters["USEINBANDFEC"] = "0"
        parameters["usedtx"] = "1"
        parameters["minptime"] = nil
        #expect(parameters.text == "useinbandfec=0;cbr;usedtx=1")
    }
}
