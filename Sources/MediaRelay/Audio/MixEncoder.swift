import Codec

/// Encodes one mix for all who want it alike.
///
/// Listeners pass from one encoder to another when they begin to speak or fall silent. So that it is not heard, an encoder that starts is first run over the sound that
/// its new listeners have just had, and the first packets after any hand-over do not lean on earlier ones.
final class MixEncoder {
    /// Packets made without prediction after a hand-over.
    private static let independentPackets = 2

    let configuration: MixConfiguration
    private let encoder: FrameEncoder
    private var pending: [Float]
    private var pendingCount = 0
    private var independent = 0
    private var paused = true

    /// Makes an encoder.
    ///
    /// - Parameters:
    ///   - history: the sound up to now.
    ///   - tick: the number of the tick that is mixed next; packets of several ticks begin where the room's clock is a multiple of them.
    init(_ configuration: MixConfiguration, complexity: Int, history: [Float], tick: Int64) throws(CodecError) {
        self.configuration = configuration
        encoder = try FrameEncoder(configuration, complexity: complexity)
        let length = encoder.packetSamples
        pending = [Float](repeating: 0, count: length)

        // The packet before the current one sets the encoder's memory; what it gives is thrown away.
        let current = Int(tick % Int64(length / MixInput.tickSamples)) * MixInput.tickSamples
        let end = history.count - current
        for index in max(0, length - end)..<length { pending[index] = history[end - length + index] }
        var scratch = [UInt8](repeating: 0, count: FrameEncoder.largestPacket)
        var span = scratch.mutableSpan
        var bytes = span.mutableBytes
        _ = encoder.encode(pending, into: &bytes)
        for index in 0..<current { pending[index] = history[end + index] }
        pendingCount = current
        handOver()
    }

    /// Makes the next packets stand alone: somebody new begins to listen.
    func handOver() {
        independent = Self.independentPackets
        encoder.setIndependent(true)
    }

    /// Adds a tick; at the end of a packet encodes it into the batch.
    ///
    /// - Parameter position: of the tick's first sample.
    func append(_ samples: [Float], position: Int64, excluded: MixTrackID?, to batch: MixBatch) {
        for index in samples.indices { pending[pendingCount + index] = samples[index] }
        pendingCount += samples.count
        guard pendingCount == pending.count else { return }
        pendingCount = 0
        let first = position + Int64(samples.count - pending.count)
        let complete = pending
        batch.appendFrame(
            configuration, excluded: excluded, position: first, marker: paused, most: FrameEncoder.largestPacket
        ) { bytes in
            encoder.encode(complete, into: &bytes)
        }
        paused = false
        guard independent > 0 else { return }
        independent -= 1
        if independent == 0 { encoder.setIndependent(false) }
    }

    /// Nothing is sent for a while; the next packet begins a talk spurt.
    func pause() {
        paused = true
        for index in 0..<pendingCount { pending[index] = 0 }
    }
}
