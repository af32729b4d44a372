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

    private var jitter: JitterBuffer
    private var queue = SampleQueue()
    private let decoder: TrackDecoder
    /// Ticks of the track's clock in a second.
    private let clockRate: Int
    private var speechTicks = 0
    private var idle = true

    /// Makes the input of a track.
    init(track: MixTrackID, format: AudioFormat = .opus) throws(CodecError) {
        self.track = track
        decoder = try TrackDecoder(format)
        jitter = JitterBuffer(clockRate: format.clockRate)
        clockRate = format.clockRate
    }

    /// What waits to be played, in ticks of the track's clock.
    private var buffered: Int { queue.count * clockRate / 48_000 }

    /// Whether somebody speaks, or did until just now.
    var isSpeaking: Bool { speechTicks > 0 }

    /// Whether there is nothing to play and nothing to come.
    var isIdle: Bool { idle && jitter.packetCount == 0 }

    /// How long after the network's lowest delay the next sample is played, in ns; nil while nothing plays.
    func delay(at now: MediaTime) -> Int64? {
        jitter.heldDelay(at: now, buffered: buffered)
    }

    /// Takes in a packet.
    func insert(_ packet: MixBatch.Packet, payload: RawSpan) {
        guard let summary = decoder.summary(of: payload) else {
            brokenPackets += 1
            return
        }
        jitter.insert(
            sequenceNumber: packet.sequenceNumber, timestamp: packet.timestamp, arrival: packet.arrival,
            samples: summary.ticks, hasFEC: summary.hasFEC, payload: payload)
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
        if jitter.skip(at: now, buffered: buffered, beyond: Self.skipBeyond) { queue.removeAll() }
        let surplus = jitter.surplus(at: now, buffered: buffered)
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
        let step = jitter.next(at: now, buffered: buffered)
        idle = false
        switch step {
        case .packet(let slot):
            decode { free in jitter.withPayload(slot: slot) { decoder.decode($0, into: &free) } }
        case .recover(let slot, let ticks):
            concealedTicks += 1
            decode { free in jitter.withPayload(slot: slot) { decoder.recover(before: $0, ticks: ticks, into: &free) } }
        case .conceal(let ticks), .wait(let ticks):
            concealedTicks += 1
            decode { free in decoder.conceal(ticks: ticks, into: &free) }
        case .silence(let ticks):
            queue.appendSilence(ticks * 48_000 / clockRate)
        case .idle:
            idle = true
            return false
        }
        return true
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
