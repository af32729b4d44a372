import Codec
import Glibc
import MediaRelay
import Testing

@testable import Server

@Suite("The call endpoint, without sockets")
struct CallEndpointTests {
    private static func setup(_ input: CallInput?, ssrc: UInt32) -> CallEndpoint.Setup {
        CallEndpoint.Setup(
            input: input, bitrate: 32_000, payloadType: 96, ssrc: ssrc, firstNumber: 65_500,
            firstTimestamp: 0xffff_f000,
            canonicalName: "test")
    }

    /// All datagrams that are due.
    private static func drain(_ endpoint: inout CallEndpoint, at now: UInt64) throws -> [[UInt8]] {
        var datagrams: [[UInt8]] = []
        while true {
            var bytes = [UInt8](repeating: 0, count: 2048)
            var cursor = 0
            var isWritten = false
            do {
                var span = bytes.mutableSpan
                var buffer = span.mutableBytes
                isWritten = try endpoint.next(
                    time: NTPTime(unixNanoseconds: 1_700_000_000_000_000_000 + now), at: now, into: &buffer, at: &cursor
                )
            }
            guard isWritten else { return datagrams }
            datagrams.append(Array(bytes[..<cursor]))
        }
    }

    private static func finish(_ endpoint: inout CallEndpoint, at now: UInt64) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 2048)
        var cursor = 0
        do {
            var span = bytes.mutableSpan
            var buffer = span.mutableBytes
            try endpoint.finish(time: NTPTime(unixNanoseconds: now), at: now, into: &buffer, at: &cursor)
        }
        return Array(bytes[..<cursor])
    }

    /// The Opus packets of an Ogg file: when each begins, and how long it lasts.
    private static func packets(_ file: [UInt8]) throws -> [(start: Int64, duration: Int64)] {
        var reader = OggMediaReader()
        try reader.feed(file.span.bytes)
        reader.finish()
        var found: [(Int64, Int64)] = []
        while let event = reader.next() {
            switch event {
            case .packet(let packet): found.append((packet.start, packet.duration))
            case .damage(let damage): Issue.record("the file is damaged: \(damage)")
            default: break
            }
        }
        return found
    }

    /// What a listener writes of two seconds of tone, when `order` decides what becomes of each sent datagram.
    private static func heard(
        _ order: (inout [[UInt8]], Int) -> Void
    ) throws -> (file: [UInt8], progress: CallEndpoint.Progress, sent: CallEndpoint.Progress, ended: Bool) {
        var speaker = try CallEndpoint(setup(.tone(frequency: 440), ssrc: 1), at: 0)
        var listener = try CallEndpoint(setup(nil, ssrc: 2), at: 0)
        var file: [UInt8] = []
        let wall = NTPTime(unixNanoseconds: 1_700_000_000_000_000_000)
        for step in 0..<400 {
            let now = UInt64(step) * 5_000_000
            var datagrams = try drain(&speaker, at: now)
            order(&datagrams, step)
            for datagram in datagrams { listener.receive(datagram.span.bytes, time: wall, at: now + 1_000_000) }
            for datagram in try drain(&listener, at: now) {
                speaker.receive(
                    datagram.span.bytes, time: NTPTime(unixNanoseconds: 1_700_000_000_000_000_000 + now), at: now)
            }
            file += listener.takeOutput()
        }
        let goodbye = try finish(&speaker, at: 2_000_000_000)
        listener.receive(goodbye.span.bytes, time: wall, at: 2_000_000_000)
        _ = try finish(&listener, at: 2_000_000_000)
        file += listener.takeOutput()
        return (file, listener.progress, speaker.progress, listener.hasEnded)
    }

    @Test("a tone is sent at its pace, and what is heard is a whole Ogg file")
    func toneArrives() throws {
        let (file, progress, sent, ended) = try Self.heard { _, _ in }
        let packets = try Self.packets(file)
        #expect(packets.count == 100)
        #expect(packets.map(\.duration).reduce(0, +) == 96_000)
        #expect(sent.sentPackets == 100 && progress.receivedPackets == 100 && progress.lostPackets == 0)
        #expect(sent.sentBytes == progress.receivedBytes)
        #expect(ended)
    }

    @Test("what is lost leaves a gap of its length, and what is swapped is put right")
    func lossAndReordering() throws {
        var heldBack: [[UInt8]] = []
        var count = 0
        let (file, progress, _, _) = try Self.heard { datagrams, _ in
            var out: [[UInt8]] = []
            for datagram in datagrams {
                guard PacketClass(of: datagram.span.bytes) == .rtp else {
                    out.append(datagram)
                    continue
                }
                count += 1
                switch count {
                case 10, 11: continue
                case 30: heldBack.append(datagram)
                case 32: out += [datagram] + heldBack
                default: out.append(datagram)
                }
            }
            datagrams = out
        }
        let packets = try Self.packets(file)
        #expect(packets.count == 98)
        #expect(progress.lostPackets == 2)
        let steps = zip(packets, packets.dropFirst()).map { $1.start - $0.start }
        #expect(steps.filter { $0 == 960 }.count == 96)
        #expect(steps.filter { $0 == 2880 }.count == 1)
    }

    @Test("what is no packet of this call is ignored")
    func strangers() throws {
        var listener = try CallEndpoint(Self.setup(nil, ssrc: 2), at: 0)
        let wall = NTPTime(rawValue: 0)
        for bytes in [[], [0x80], [0x80, 97, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9], [0x80, 200, 0, 9], [0, 1, 2]]
            as [[UInt8]]
        {
            listener.receive(bytes.span.bytes, time: wall, at: 0)
        }
        #expect(listener.progress == CallEndpoint.Progress())
        #expect(!listener.hasEnded)
    }

    @Test("packets of a file are sent as they are, until its end")
    func fileIsSent() throws {
        let (file, _, _, _) = try Self.heard { _, _ in }
        let path = "/tmp/media-relay-call-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).opus"
        defer { unlink(path) }
        try OutputFile(path: path).write(file)
        var speaker = try CallEndpoint(Self.setup(.file(path: path), ssrc: 1), at: 0)
        var count = 0
        var step: UInt64 = 0
        while !speaker.hasSentAll, step < 1000 {
            count += try Self.drain(&speaker, at: step * 5_000_000)
                .filter { PacketClass(of: $0.span.bytes) == .rtp }.count
            step += 1
        }
        #expect(count == 100)
        #expect(step == 397)
    }

    @Test("a file that is missing, or has no Opus, is a sentence")
    func badFiles() throws {
        #expect(throws: CommandFailure.self) {
            try CallEndpoint(Self.setup(.file(path: "/nowhere/at/all"), ssrc: 1), at: 0)
        }
        #expect(throws: CommandFailure.self) {
            try CallEndpoint(Self.setup(.file(path: "/proc/version"), ssrc: 1), at: 0)
        }
    }
}

@Suite("What a call is told on its command line, and by the server")
struct CallArgumentTests {
    @Test("inputs")
    func inputs() {
        #expect(CallInput(argument: "tone") == .tone(frequency: 440))
        #expect(CallInput(argument: "tone:1000") == .tone(frequency: 1000))
        #expect(CallInput(argument: "tone:5") == nil && CallInput(argument: "tone:x") == nil)
        #expect(CallInput(argument: "tones.opus") == .file(path: "tones.opus"))
    }

    @Test("addresses of servers")
    func addresses() {
        #expect(ServerAddress("http://127.0.0.1:7000") == ServerAddress(host: "127.0.0.1", port: 7000))
        #expect(ServerAddress("http://[::1]:7000/") == ServerAddress(host: "::1", port: 7000))
        #expect(ServerAddress("example.org") == ServerAddress(host: "example.org", port: 80))
        #expect(ServerAddress("http://[::1]:7000")?.description == "http://[::1]:7000")
        for text in ["", "http://", "http://h:0", "http://h:x", "https://h", "http://h:1/path"] {
            #expect(ServerAddress(text) == nil)
        }
    }

    @Test("what the offer and the answer say")
    func offerAndAnswer() throws {
        let local = TransportAddress(.loopbackV4, 40_000)
        let offer = CallSignaling.offer(local: local, direction: .sendrecv, sessionID: 1)
        let policy = NegotiationPolicy(
            audio: .init(codecs: [.opus], maySend: false), video: nil, requester: .loopbackV4)
        let plan = try Negotiation.plan(offer, policy: policy)
        let answer = plan.answer(
            origin: SDPOrigin(sessionID: 2, version: 1, address: .loopbackV4), address: .loopbackV4,
            local: [0: LocalMedia(port: 10_000)])
        let session = try CallSignaling.session(answer: Array(answer.description.utf8), path: "/p", token: "t")
        #expect(session.remote == TransportAddress(.loopbackV4, 10_000))
        #expect(session.direction == .recvonly)
        var refused = answer
        refused.media[0].port = 0
        #expect(throws: CommandFailure.self) {
            try CallSignaling.session(answer: Array(refused.description.utf8), path: "/p", token: "t")
        }
        #expect(throws: CommandFailure.self) { try CallSignaling.session(answer: [1, 2, 3], path: "/p", token: "t") }
    }
}
