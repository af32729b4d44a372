import Codec
import Glibc
import Testing

@testable import MediaRelay

/// A listener passes between the mix that all hear and one of their own whenever they begin to speak or fall silent.
@Suite("Hand-over between mixes")
struct HandOverTests {
    /// What somebody hears of a steady tone while they themselves speak and fall silent, again and again.
    private func heard(_ format: AudioFormat, ticks: Int, interrupting: Bool) throws -> [Float] {
        let mixer = RoomMixer(speakers: 4, complexity: 5)
        let batch = MixBatch()
        let configuration = MixConfiguration(format: format, bitrate: 32_000, ticks: ticks)
        batch.changes = [
            .addTrack(1, .opus), .addTrack(2, .opus), .listen(10, configuration, own: 2),
            .listen(11, configuration, own: nil),
        ]
        let tone = try ToneSource(frequency: 600, ssrc: 1)
        let voice = try ToneSource(frequency: 1_000, ssrc: 2)
        let decoder = try TrackDecoder(format)
        var samples: [Float] = []
        for tick in 0..<600 {
            let now = MediaTime(nanoseconds: Int64(tick) * 20_000_000)
            // Half a second of speech, a second and a half of silence: longer than a speaker keeps the place.
            let isSpeaking = interrupting && tick > 100 && tick % 100 < 25
            for (track, source) in [(MixTrackID(1), tone), (2, voice)] where track == 1 || isSpeaking {
                let packet = try source.next()
                let header = try RTPHeader(parsing: packet.span.bytes)
                let payload = packet.span.bytes.extracting(header.payload)
                _ = batch.append(
                    track: track, sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, arrival: now,
                    payload: payload)
            }
            batch.ticks.append(MixBatch.Tick(time: now.advanced(milliseconds: 9), position: Int64(tick) * 960))
            mixer.process(batch)
            let own: MixTrackID? = batch.selected.contains(2) ? 2 : nil
            for frame in batch.frames where frame.excluded == own {
                var pcm = [Float](repeating: 0, count: 5_760)
                let count = batch.output.read(frame.payload) { payload in
                    var span = pcm.mutableSpan
                    return decoder.decode(payload, into: &span)
                }
                samples.append(contentsOf: pcm[..<count])
            }
            batch.clearOutput()
        }
        return samples
    }

    private func greatestJump(_ samples: [Float]) -> Float {
        // The first half second is the onset itself.
        zip(samples.dropFirst(24_000), samples.dropFirst(24_001)).map { abs($1 - $0) }.max() ?? 0
    }

    @Test(
        "A sine has no jump at any hand-over that it does not have without one",
        arguments: [AudioFormat.opus, .speex(.narrow), .speex(.wide), .speex(.ultraWide)], [1, 3])
    func clicks(format: AudioFormat, ticks: Int) throws {
        let calm = try heard(format, ticks: ticks, interrupting: false)
        let passed = try heard(format, ticks: ticks, interrupting: true)
        #expect(abs(calm.count - passed.count) <= 960 * ticks)
        let (usual, most) = (greatestJump(calm), greatestJump(passed))
        #expect(most <= 1.2 * usual, "\(most) against \(usual)")
    }

    @Test("Eight loud voices at once never wrap round and never reach full scale")
    func loudness() throws {
        let mixer = RoomMixer(speakers: 8, complexity: 5)
        let batch = MixBatch()
        batch.changes = (1...8).map { .addTrack(MixTrackID($0), .opus) }
        batch.changes.append(.listen(10, MixConfiguration(bitrate: 128_000, ticks: 1), own: nil))
        let sources = try (1...8).map {
            try ToneSource(frequency: 200 + 130 * Double($0), ssrc: UInt32($0), amplitude: 0.95)
        }
        let decoder = try TrackDecoder(.opus)
        var samples: [Float] = []
        for tick in 0..<200 {
            let now = MediaTime(nanoseconds: Int64(tick) * 20_000_000)
            for (index, source) in sources.enumerated() {
                let packet = try source.next()
                let header = try RTPHeader(parsing: packet.span.bytes)
                _ = batch.append(
                    track: MixTrackID(index + 1), sequenceNumber: header.sequenceNumber, timestamp: header.timestamp,
                    arrival: now, payload: packet.span.bytes.extracting(header.payload))
            }
            batch.ticks.append(MixBatch.Tick(time: now.advanced(milliseconds: 9), position: Int64(tick) * 960))
            mixer.process(batch)
            for frame in batch.frames {
                var pcm = [Float](repeating: 0, count: 5_760)
                let count = batch.output.read(frame.payload) { payload in
                    var span = pcm.mutableSpan
                    return decoder.decode(payload, into: &span)
                }
                samples.append(contentsOf: pcm[..<count])
            }
            batch.clearOutput()
        }
        #expect(samples.count > 150 * 960)
        // The codec itself rings a little above what it is given.
        #expect((samples.map { abs($0) }.max() ?? 0) < 1.1)
        // A wrap or a hard edge would be a step of nearly the whole range.
        #expect(zip(samples, samples.dropFirst()).allSatisfy { abs($1 - $0) < 0.6 })
        #expect(samples.suffix(48_000).contains { abs($0) > 0.7 })
    }
}
