import Codec
import Glibc
import Testing

@testable import MediaRelay

/// One speaker over a network that loses, delays, reorders and repeats packets, with a clock of its own.
@Suite("Sound over a bad network")
struct SimulatedNetworkTests {
    /// What a network does to packets.
    struct Network: Sendable, CustomTestStringConvertible {
        var name: String
        /// Share of the packets lost, and how many are lost together.
        var loss = 0.0
        var burst = 1
        /// The greatest extra delay in ms.
        var jitter = 0
        /// Share of the packets that come twice.
        var duplicates = 0.0
        /// How much faster the sender's clock runs, in parts of a million.
        var drift = 0.0
        /// The delay beyond the network's lowest that nothing may exceed once the buffer knows the network, in ms.
        var mostDelay: Int64
        /// The share of the tone's energy that every second must have.
        var leastTone = 0.5

        var testDescription: String { name }
    }

    /// What came out.
    struct Outcome {
        var samples: [Float] = []
        var delays: [Int64] = []
        var concealed = 0
    }

    private func run(_ network: Network, seconds: Int) throws -> Outcome {
        var generator = SeededGenerator(seed: 42)
        let source = try ToneSource(frequency: 440, ssrc: 1, fec: true)
        let input = try MixInput(track: 1)
        var arrivals: [(time: Int64, bytes: [UInt8])] = []
        var sent = 0.0
        var toLose = 0
        while sent < Double(seconds) * 1e9 {
            let packet = try source.next()
            if toLose == 0, Double.random(in: 0..<1, using: &generator) < network.loss / Double(network.burst) {
                toLose = network.burst
            }
            let base = Int64(sent) + 30_000_000
            if toLose > 0 {
                toLose -= 1
            } else {
                for _ in 0..<(Double.random(in: 0..<1, using: &generator) < network.duplicates ? 2 : 1) {
                    let extra = Int64.random(in: 0...Int64(network.jitter) * 1_000_000, using: &generator)
                    arrivals.append((base + extra, packet))
                }
            }
            sent += 20e6 / (1 + network.drift / 1e6)
        }
        arrivals.sort { $0.time < $1.time }
        var outcome = Outcome()
        var next = 0
        for tick in 0..<seconds * 50 {
            let now = MediaTime(nanoseconds: Int64(tick) * 20_000_000 + 11_000_000)
            while next < arrivals.count, arrivals[next].time <= now.nanoseconds {
                let bytes = arrivals[next].bytes
                let header = try RTPHeader(parsing: bytes.span.bytes)
                let packet = MixBatch.Packet(
                    track: 1, sequenceNumber: header.sequenceNumber, timestamp: header.timestamp,
                    arrival: MediaTime(nanoseconds: arrivals[next].time), payload: header.payload)
                input.insert(packet, payload: bytes.span.bytes.extracting(header.payload))
                next += 1
            }
            input.render(at: now)
            // The first seconds are for getting to know the network.
            guard tick >= 250 else { continue }
            outcome.samples += input.samples
            // What is left is played from the next tick on.
            if let delay = input.delay(at: now.advanced(milliseconds: 20)) { outcome.delays.append(delay / 1_000_000) }
        }
        outcome.concealed = input.concealedTicks
        return outcome
    }

    /// The share of the sound's energy that is in the tone, second by second, at its worst.
    private func worstTone(_ samples: [Float]) -> Double {
        var worst = 1.0
        for start in stride(from: 0, to: samples.count - 48_000, by: 48_000) {
            let part = samples[start..<start + 48_000]
            var energy = 0.0
            for sample in part { energy += Double(sample) * Double(sample) }
            worst = min(worst, energy / (48_000 * 0.045))
        }
        return worst
    }

    @Test(
        "The sound goes on and never falls far behind",
        arguments: [
            Network(name: "perfect", mostDelay: 40),
            Network(name: "1 % lost", loss: 0.01, mostDelay: 50),
            Network(name: "5 % lost", loss: 0.05, mostDelay: 60),
            Network(name: "20 % lost", loss: 0.2, mostDelay: 80, leastTone: 0.4),
            Network(name: "10 % lost in bursts of four", loss: 0.1, burst: 4, mostDelay: 80),
            Network(name: "40 ms of jitter, out of order", jitter: 40, mostDelay: 40 + 60),
            Network(name: "200 ms of jitter, out of order", jitter: 200, mostDelay: 200 + 80),
            Network(name: "a tenth comes twice", duplicates: 0.1, mostDelay: 40),
            Network(
                name: "5 % lost, 60 ms of jitter, a fast clock", loss: 0.05, jitter: 60, drift: 200, mostDelay: 60 + 80),
        ])
    func continuity(network: Network) throws {
        let outcome = try run(network, seconds: 25)
        #expect(outcome.delays.count > 950, "it stopped playing")
        let most = outcome.delays.max() ?? .max
        #expect(most <= network.mostDelay, "up to \(most) ms behind")
        #expect(worstTone(outcome.samples) > network.leastTone, "sound is missing")
        if network.loss == 0, network.jitter == 0 { #expect(outcome.concealed == 0) }
    }

    @Test("A clock that is off is followed for as long as it runs", arguments: [-200.0, 200.0])
    func drift(partsOfAMillion: Double) throws {
        // 200 ppm are 24 ms in two minutes: more than a packet too many or too few.
        let outcome = try run(Network(name: "drift", drift: partsOfAMillion, mostDelay: 40), seconds: 120)
        #expect((outcome.delays.max() ?? .max) <= 40)
        #expect((outcome.delays.min() ?? .min) >= 0)
        #expect(worstTone(outcome.samples) > 0.9)
    }
}
