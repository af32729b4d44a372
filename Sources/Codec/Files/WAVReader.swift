/// Reads 16-bit and float samples from WAV files, whatever length their header claims.
public struct WAVReader: ~Copyable {
    /// The bytes of the packet last returned: whole samples of all channels.
    public private(set) var packet: [UInt8] = []

    private enum Place {
        case start
        case chunks
        case data(left: Int)
        case failed
        case ended
    }

    private static let unknownSize = Int(UInt32.max)
    private static let largestFormat = 4096

    private var queue = ByteQueue()
    private var format: PCMFormat?
    private var place = Place.start
    private var toSkip = 0
    private var position: Int64 = 0
    private var isFinished = false

    /// A reader at the start of a file.
    public init() {}

    /// Adds bytes. Call ``next()`` until it returns nil before feeding more.
    public mutating func feed(_ bytes: RawSpan) {
        queue.append(bytes)
    }

    /// Says that no more bytes will come.
    public mutating func finish() {
        isFinished = true
    }

    /// The next event, nil when more bytes are needed (after ``finish()``: at the end).
    public mutating func next() -> MediaEvent? {
        while true {
            let skipped = min(toSkip, queue.count)
            queue.skip(skipped)
            toSkip -= skipped
            guard toSkip == 0 else { return end() }
            switch place {
            case .start:
                guard queue.count >= 12 else { return end() }
                guard queue.hasText("RIFF"), queue.hasText("WAVE", at: 8) else { return fail() }
                queue.skip(12)
                place = .chunks
            case .chunks:
                guard queue.count >= 8 else { return end() }
                let size = queue.littleEndian(4, bytes: 4)
                if queue.hasText("fmt ") {
                    guard size >= 16, size <= Self.largestFormat, format == nil else { return fail() }
                    guard queue.count >= 8 + size else { return end() }
                    guard let found = readFormat() else { return failWithFormat() }
                    format = found
                    queue.skip(8)
                    toSkip = size + size % 2
                    return .track(MediaTrack(id: 0, format: .pcm(found)))
                } else if queue.hasText("data") {
                    guard format != nil else { return fail() }
                    queue.skip(8)
                    place = .data(left: size == 0 || size >= Self.unknownSize - 64 ? Int.max : size)
                } else {
                    queue.skip(8)
                    toSkip = size + size % 2
                }
            case .data(let left):
                guard let format else { return fail() }
                let whole = min(queue.count, left, 1 << 16) / format.bytesPerFrame * format.bytesPerFrame
                guard whole > 0 else {
                    guard left >= format.bytesPerFrame else {
                        place = .ended
                        return .trackEnded(0)
                    }
                    return end()
                }
                packet.removeAll(keepingCapacity: true)
                queue.take(whole, into: &packet)
                place = .data(left: left == Int.max ? left : left - whole)
                let samples = Int64(whole / format.bytesPerFrame)
                defer { position += samples }
                return .packet(
                    MediaPacket(track: 0, start: position, duration: samples, isKeyFrame: true, followsGap: false))
            case .failed, .ended:
                queue.skip(queue.count)
                return nil
            }
        }
    }

    private func readFormat() -> PCMFormat? {
        var kind = queue.littleEndian(8, bytes: 2)
        let channels = queue.littleEndian(10, bytes: 2)
        let rate = queue.littleEndian(12, bytes: 4)
        let bits = queue.littleEndian(22, bytes: 2)
        // The extensible form has the kind at the start of a longer number.
        if kind == 0xFFFE, queue.littleEndian(4, bytes: 4) >= 40 { kind = queue.littleEndian(32, bytes: 2) }
        guard (1...8).contains(channels), (1000...384_000).contains(rate) else { return nil }
        switch (kind, bits) {
        case (1, 16): return PCMFormat(sampleRate: rate, channels: channels, encoding: .int16)
        case (3, 32): return PCMFormat(sampleRate: rate, channels: channels, encoding: .float32)
        default: return nil
        }
    }

    private mutating func failWithFormat() -> MediaEvent? {
        let (kind, bits) = (queue.littleEndian(8, bytes: 2), queue.littleEndian(22, bytes: 2))
        let isKnown = [1, 3, 0xFFFE].contains(kind) && [8, 16, 24, 32, 64].contains(bits)
        place = .failed
        return .damage(isKnown ? .unsupported(track: 0, "WAV of \(bits) bits") : .badHeader(track: 0))
    }

    private mutating func fail() -> MediaEvent? {
        place = .failed
        return .damage(.badHeader(track: 0))
    }

    private mutating func end() -> MediaEvent? {
        guard isFinished else { return nil }
        switch place {
        case .data(let left):
            place = .ended
            return left == Int.max && queue.count == 0 ? .trackEnded(0) : .damage(.truncated)
        case .chunks where format != nil:
            // The samples should come yet.
            place = .ended
            return .damage(.truncated)
        case .failed, .ended:
            return nil
        default:
            place = .failed
            return .damage(.badHeader(track: 0))
        }
    }
}
