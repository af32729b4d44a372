internal import CSpeexDSP

/// Changes the sampling rate with libspeexdsp, keeping the place in time.
///
/// The filter's delay is left out at the start and given back by ``drain(into:)`` at the end, so that sample n of the
/// output is at n / outputRate seconds of the input. Nothing is allocated after `init`.
public struct Resampler: ~Copyable, @unchecked Sendable {
    // Sendable: the state is plain memory, and a value that cannot be copied has one owner at a time.
    private let state: OpaquePointer

    /// In Hz.
    public let inputRate: Int
    /// In Hz.
    public let outputRate: Int
    /// Interleaved channels.
    public let channels: Int

    /// Samples (per channel) taken in and given out since the start.
    private var taken: Int64 = 0
    private var given: Int64 = 0

    /// Sets up a resampler.
    /// - Parameters:
    ///   - inputRate: 1000 to 384,000 Hz.
    ///   - outputRate: 1000 to 384,000 Hz.
    ///   - channels: 1 to 8.
    ///   - quality: 0 (fastest) to 10.
    public init(inputRate: Int, outputRate: Int, channels: Int = 1, quality: Int = 5) throws(CodecError) {
        let rates = 1000...384_000
        guard rates.contains(inputRate), rates.contains(outputRate), (1...8).contains(channels),
            (0...10).contains(quality)
        else { throw .invalidConfiguration("resampling from \(inputRate) to \(outputRate) Hz") }
        var status: Int32 = 0
        guard
            let created = speex_resampler_init(
                UInt32(channels), UInt32(inputRate), UInt32(outputRate), Int32(quality), &status)
        else { throw .outOfMemory }
        speex_resampler_skip_zeros(created)
        state = created
        self.inputRate = inputRate
        self.outputRate = outputRate
        self.channels = channels
    }

    deinit {
        speex_resampler_destroy(state)
    }

    /// The delay of the filter in samples of the input: how far output stays behind what has been taken in.
    public var inputLatency: Int { Int(speex_resampler_get_input_latency(state)) }

    /// The delay of the filter in samples of the output.
    public var outputLatency: Int { Int(speex_resampler_get_output_latency(state)) }

    /// Room for the output of so many samples per channel.
    public func outputCapacity(for samples: Int) -> Int {
        samples * outputRate / inputRate + outputRate / inputRate + 2
    }

    /// Resamples what there is.
    /// - Parameters:
    ///   - pcm: interleaved samples.
    ///   - output: receives interleaved samples; ``outputCapacity(for:)`` is enough.
    /// - Returns: samples per channel written.
    public mutating func process(_ pcm: Span<Float>, into output: inout MutableSpan<Float>) throws(CodecError) -> Int {
        let samples = pcm.count / channels
        var consumed = UInt32(clamping: samples)
        var written = UInt32(clamping: output.count / channels)
        let state = self.state
        let status = pcm.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output -> Int32 in
                guard let source = input.baseAddress, let target = output.baseAddress else { return 0 }
                return speex_resampler_process_interleaved_float(state, source, &consumed, target, &written)
            }
        }
        guard status == 0 else { throw .library(code: status) }
        guard Int(consumed) == samples else { throw .bufferTooSmall }
        taken += Int64(samples)
        given += Int64(written)
        return Int(written)
    }

    /// Gives what the filter still holds, so that the output is as long as the input was; call until it returns 0.
    /// Afterwards the resampler is as new.
    public mutating func drain(into output: inout MutableSpan<Float>) throws(CodecError) -> Int {
        let total = (taken * Int64(outputRate) + Int64(inputRate) / 2) / Int64(inputRate)
        let missing = Int(total - given)
        guard missing > 0 else {
            reset()
            return 0
        }
        // A null input stands for silence.
        var consumed = UInt32(inputLatency + inputRate / outputRate + 2)
        var written = UInt32(min(missing, output.count / channels))
        let state = self.state
        let status = output.withUnsafeMutableBufferPointer { output -> Int32 in
            guard let target = output.baseAddress else { return 0 }
            return drainStep(state, &consumed, target, &written)
        }
        guard status == 0 else { throw .library(code: status) }
        given += Int64(written)
        guard written > 0 else {
            reset()
            return 0
        }
        return Int(written)
    }

    private borrowing func drainStep(
        _ state: OpaquePointer, _ consumed: inout UInt32, _ target: UnsafeMutablePointer<Float>, _ written: inout UInt32
    ) -> Int32 {
        let stride = UInt32(channels)
        var status: Int32 = 0
        let (input, room) = (consumed, written)
        speex_resampler_set_output_stride(state, stride)
        for channel in 0..<stride where status == 0 {
            consumed = input
            written = room
            status = speex_resampler_process_float(state, channel, nil, &consumed, target + Int(channel), &written)
        }
        return status
    }

    /// Forgets the past.
    public mutating func reset() {
        speex_resampler_reset_mem(state)
        speex_resampler_skip_zeros(state)
        taken = 0
        given = 0
    }
}
