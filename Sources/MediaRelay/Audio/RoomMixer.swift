import Codec

/// Mixes a room: takes the loudest speakers, sums them once, and gives each speaker the sum less their own part.
///
/// Everyone who does not speak hears the same mix, encoded once for each configuration; only the chosen speakers have encoders of their own, for as long as they are chosen.
/// Runs on a codec worker, one batch at a time.
final class RoomMixer {
    private struct Listener {
        var id: MixListenerID
        var configuration: MixConfiguration
        var own: MixTrackID?
    }

    /// The mix goes on for this long after the last speaker: 200 ms.
    private static let trailingTicks = 10
    /// Gains move within this many samples: 5 ms.
    private static let rampSamples = 240

    private let complexity: Int
    private var inputs: [MixInput] = []
    private var gains: [MixTrackID: Float] = [:]
    private var listeners: [Listener] = []
    private var listenersChanged = true
    private var selection: SpeakerSelection
    private var shared = MixBus(excluded: nil, continuing: nil)
    private var own: [MixBus] = []
    private var quietTicks = 0
    private var sum = [Float](repeating: 0, count: MixInput.tickSamples)
    private var mix = [Float](repeating: 0, count: MixInput.tickSamples)
    private var candidates: [SpeakerSelection.Candidate] = []

    /// Makes the mixer of an empty room.
    ///
    /// - Parameters:
    ///   - speakers: how many are mixed at most.
    ///   - complexity: of the Opus encoders, 0…10.
    init(speakers: Int, complexity: Int) {
        self.complexity = complexity
        selection = SpeakerSelection(most: speakers)
    }

    /// Works through a batch: its changes, its packets, its ticks.
    func process(_ batch: MixBatch) {
        for change in batch.changes { apply(change) }
        for packet in batch.packets {
            guard let input = inputs.first(where: { $0.track == packet.track }) else { continue }
            batch.input.read(packet.payload) { input.insert(packet, payload: $0) }
        }
        for tick in batch.ticks { mix(tick, into: batch) }
        for input in inputs {
            batch.levels.append(
                MixBatch.Level(track: input.track, attenuation: input.attenuation, isSpeaking: input.isSpeaking))
        }
        batch.selected.append(contentsOf: selection.tracks)
        batch.isIdle = quietTicks > Self.trailingTicks && inputs.allSatisfy(\.isIdle)
        batch.clearInput()
    }

    private func apply(_ change: MixBatch.Change) {
        switch change {
        case .addTrack(let track, let format):
            if let input = try? MixInput(track: track, format: format) { inputs.append(input) }
        case .removeTrack(let track):
            inputs.removeAll { $0.track == track }
            gains[track] = nil
            selection.remove(track)
        case .listen(let id, let configuration, let own):
            listeners.removeAll { $0.id == id }
            listeners.append(Listener(id: id, configuration: configuration, own: own))
        case .leave(let id):
            listeners.removeAll { $0.id == id }
        }
        listenersChanged = true
    }

    private func mix(_ tick: MixBatch.Tick, into batch: MixBatch) {
        candidates.removeAll(keepingCapacity: true)
        for input in inputs {
            input.render(at: tick.time)
            candidates.append(
                SpeakerSelection.Candidate(
                    track: input.track, attenuation: input.attenuation, isSpeaking: input.isSpeaking))
        }
        selection.update(candidates)
        let audible = !selection.isEmpty
        quietTicks = audible ? 0 : quietTicks + 1
        arrangeBuses(tick: tick.position / Int64(MixInput.tickSamples))
        guard quietTicks <= Self.trailingTicks else {
            shared.pause()
            for bus in own { bus.pause() }
            return
        }
        for index in sum.indices { sum[index] = 0 }
        for input in inputs { addToSum(input) }
        for bus in own {
            guard let speaker = inputs.first(where: { $0.track == bus.excluded }) else { continue }
            // The part is what the ramp left of it, as it went into the sum.
            for index in mix.indices { mix[index] = sum[index] - speaker.samples[index] }
            bus.process(&mix, position: tick.position, into: batch)
        }
        for index in mix.indices { mix[index] = sum[index] }
        shared.process(&mix, position: tick.position, into: batch)
    }

    /// Adds a speaker's tick, faded in or out where the choice has just changed; ``MixInput/samples`` then hold what was added.
    private func addToSum(_ input: MixInput) {
        let target: Float = selection.contains(input.track) ? 1 : 0
        let gain = gains[input.track] ?? 0
        if gain == 0, target == 0 {
            input.scale { _ in 0 }
            return
        }
        if gain != target {
            let step = (target - gain) / Float(Self.rampSamples)
            input.scale { $0 < Self.rampSamples ? gain + step * Float($0) : target }
            gains[input.track] = target
        }
        for index in sum.indices { sum[index] += input.samples[index] }
    }

    /// Keeps a bus for each chosen speaker who listens, and the encoders that somebody listens to.
    private func arrangeBuses(tick: Int64) {
        for bus in own where !isChosenListener(bus.excluded) {
            // Its listeners go back to what everyone hears.
            for listener in listeners where listener.own == bus.excluded { shared.handOver(listener.configuration) }
            listenersChanged = true
        }
        own.removeAll { !isChosenListener($0.excluded) }
        for track in selection.tracks where isChosenListener(track) && !own.contains(where: { $0.excluded == track }) {
            own.append(MixBus(excluded: track, continuing: shared))
            listenersChanged = true
        }
        guard listenersChanged else { return }
        listenersChanged = false
        for bus in own {
            for listener in listeners where listener.own == bus.excluded {
                bus.require(listener.configuration, complexity: complexity, tick: tick)
            }
            bus.release { configuration in
                listeners.contains { $0.own == bus.excluded && $0.configuration == configuration }
            }
        }
        for listener in listeners where !hasOwnBus(listener) {
            shared.require(listener.configuration, complexity: complexity, tick: tick)
        }
        shared.release { configuration in
            listeners.contains { !hasOwnBus($0) && $0.configuration == configuration }
        }
    }

    private func isChosenListener(_ track: MixTrackID?) -> Bool {
        guard let track, selection.contains(track) else { return false }
        return listeners.contains { $0.own == track }
    }

    private func hasOwnBus(_ listener: Listener) -> Bool {
        guard let track = listener.own else { return false }
        return own.contains { $0.excluded == track }
    }
}
