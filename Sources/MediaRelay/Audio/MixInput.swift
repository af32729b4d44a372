import Codec

/// One speaker's way into the mix: jitter buffer, decoder and the samples that wait; mono at 48 kHz.
final class MixInput {
    /// Samples of a tick.
    static let tickSamples = 960
    /// More than this much too much (or too little) held, in ns, is shortened (or stretched).
    private static let tolerance: Int64 = 15_000_000
    /// More than this is skipped at once.
    private static let skipBeyond: Int64 = 60_000_000
    /// Under this level (dB below full scale) nothing is speech.
    private static let silence: Float = 60
    private static let speakingTicks = 15

    /// The track whose packets come in here.
    let track: MixTrackID
    /// The tick's samples, after ``render(at:)``.
    private(set) var samples = [Float](repeating: 0, count: tickSamples)
    /// How loud the track is: dB below full scale, falling slowly.
    private(set) var attenuation: Float = 127
    /// Packets that could not be decoded.
    private(set) var brokenPackets = 0
    /// Ticks in which something had to be concealed.
    private(set) var concealedTicks = 0

    private var jitter = JitterBuffer(clockRate: 48_000)
    private var queue = SampleQueue()
    private var decoder: OpusDecoder
    private var speechTicks = 0
    private var idle = true

    /// Makes the input of a track.
    init(track: MixTrackID) throws(CodecError) {
        self.track = track
        decoder = try OpusDecoder(sampleRate: 48_000, channels: 1)
    }

    /// Whether somebody speaks, or did until just now.
    var isSpeaking: Bool { speechTicks > 0 }

    /// Whether there is nothing to play and nothing to come.
    var isIdle: Bool { idle && jitter.packetCount == 0 }

    /// How long after the network's lowest delay the next sample is played, in ns; nil while nothing plays.
    func delay(at now: MediaTime) -> Int64? {
        jitter.heldDelay(at: now, buffered: queue.count)
    }

    /// Takes in a packet.
    func insert(_ packet: MixBatch.Packet, payload: RawSpan) {
        guard let opus = OpusPacket(payload) else {
            brokenPackets += 1
            return
        }
        jitter.insert(
            sequenceNumber: packet.sequenceNumber, timestamp: packet.timestamp, arrival: packet.arrival,
            samples: opus.duration, hasFEC: opus.hasForwardErrorCorrection, payload: payload)
    }

    /// Plays the next 20 ms into ``samples``.
    func render(at now: MediaTime) {
        keepPace(at: now)
        while queue.count < Self.tickSamples {
            guard decodeNext(at: now) else { break }
        }
        queue.take(into: &samples)
        measure()
    }

    /// Multiplies the tick's samples by a gain that depends on their place in it.
    func scale(_ gain: (Int) -> Float) {
        for index in samples.indices { samples[index] *= gain(index) }
    }

    private func keepPace(at now: MediaTime) {
        if jitter.skip(at: now, buffered: queue.count, beyond: Self.skipBeyond) { queue.removeAll() }
        let surplus = jitter.surplus(at: now, buffered: queue.count)
        if surplus > Self.tolerance {
            while queue.count < SampleQueue.samplesToShorten + Self.tickSamples, jitter.hasNext {
                guard decodeNext(at: now) else { break }
            }
            _ = queue.shorten()
        } else if surplus < -Self.tolerance {
            while queue.count < SampleQueue.samplesToShorten, jitter.hasNext {
                guard decodeNext(at: now) else { break }
            }
            _ = queue.stretch()
        }
    }

    /// Decodes one more packet, or what stands in for it; false where the stream does not play.
    private func decodeNext(at now: MediaTime) -> Bool {
        let step = jitter.next(at: now, buffered: queue.count)
        idle = false
        switch step {
        case .packet(let slot):
            decode { free in
                jitter.withPayload(slot: slot) { (try? decoder.decode($0, into: &free)) ?? 0 }
            }
        case .recover(let slot, let samples):
            concealedTicks += 1
            let length = Self.concealable(samples)
            decode { free in
                jitter.withPayload(slot: slot) { (try? decoder.decodeFEC(of: $0, samples: length, into: &free)) ?? 0 }
            }
        case .conceal(let samples), .wait(let samples):
            concealedTicks += 1
            let length = Self.concealable(samples)
            decode { free in (try? decoder.conceal(samples: length, into: &free)) ?? 0 }
        case .silence(let samples):
            queue.appendSilence(samples)
        case .idle:
            idle = true
            return false
        }
        return true
    }

    /// A length that the decoder can make up: a multiple of 2.5 ms, at most 120 ms.
    private static func concealable(_ samples: Int) -> Int {
        min(max(1, (samples + 60) / 120) * 120, 5_760)
    }

    /// Runs the decoder into the queue; a packet that it refuses becomes a tick of silence.
    private func decode(_ body: (inout MutableSpan<Float>) -> Int) {
        let before = queue.count
        queue.append(body)
        guard queue.count == before else { return }
        brokenPackets += 1
        queue.appendSilence(Self.tickSamples)
    }

    private func measure() {
        let level = Float(Codec.AudioLevel(of: samples.span).rawValue)
        attenuation = level < attenuation ? level : min(127, attenuation + min(1.5, level - attenuation))
        if level < Self.silence {
            speechTicks = Self.speakingTicks
        } else if speechTicks > 0 {
            speechTicks -= 1
        }
    }
}
