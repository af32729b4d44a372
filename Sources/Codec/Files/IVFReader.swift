/// Reads VP8 from IVF files: a header of 32 bytes, then each frame with its length and time.
public struct IVFReader: ~Copyable {
    /// The bytes of the packet last returned.
    public private(set) var packet: [UInt8] = []

    /// Longest frame in bytes; longer ones are passed over and reported.
    public static let maximumFrameSize = 4 << 20

    private var queue = ByteQueue()
    private var clock: MediaClock?
    private var isFinished = false
    private var hasFailed = false
    private var toSkip = 0
    private var lastTime = Int64.min
    private var followsGap = false
    private var hasEnded = false

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
        let skipped = min(toSkip, queue.count)
        queue.skip(skipped)
        toSkip -= skipped
        guard !hasFailed, toSkip == 0 else { return end() }
        guard clock != nil else { return readHeader() }
        guard queue.count >= 12 else { return end() }
        let size = queue.littleEndian(0, bytes: 4)
        guard size <= Self.maximumFrameSize else {
            queue.skip(12)
            toSkip = size
            followsGap = true
            return .damage(.badPacket(track: 0))
        }
        guard queue.count >= 12 + size else { return end() }
        let time = Int64(truncatingIfNeeded: queue.littleEndian(4, bytes: 8))
        queue.skip(12)
        packet.removeAll(keepingCapacity: true)
        queue.take(size, into: &packet)
        guard let header = VP8FrameHeader(bytes: packet), time >= 0, time < 1 << 48 else {
            followsGap = true
            return .damage(.badPacket(track: 0))
        }
        guard time >= lastTime else { return .damage(.badTimestamp(track: 0)) }
        lastTime = time
        defer { followsGap = false }
        return .packet(
            MediaPacket(
                track: 0, start: time, duration: header.isShown ? 1 : 0, isKeyFrame: header.isKeyFrame,
                followsGap: followsGap))
    }

    private mutating func readHeader() -> MediaEvent? {
        guard queue.count >= 32 else { return end() }
        let headerSize = queue.littleEndian(6, bytes: 2)
        let (width, height) = (queue.littleEndian(12, bytes: 2), queue.littleEndian(14, bytes: 2))
        let rate = FrameRate(queue.littleEndian(16, bytes: 4), queue.littleEndian(20, bytes: 4))
        let range = 1..<(1 << 31)
        guard queue.hasText("DKIF"), queue.hasText("VP80", at: 8), headerSize >= 32,
            PictureFormat.isAcceptable(width: width, height: height), range.contains(rate.numerator),
            range.contains(rate.denominator)
        else {
            hasFailed = true
            return .damage(.badHeader(track: 0))
        }
        let clock = MediaClock(frameRate: rate)
        self.clock = clock
        toSkip = headerSize
        return .track(MediaTrack(id: 0, format: .vp8(VP8StreamHeader(width: width, height: height, clock: clock))))
    }

    private mutating func end() -> MediaEvent? {
        guard isFinished, !hasEnded else { return nil }
        if queue.count > 0 || toSkip > 0 {
            queue.skip(queue.count)
            toSkip = 0
            return hasFailed ? end() : .damage(.truncated)
        }
        hasEnded = true
        return clock == nil ? .damage(.badHeader(track: 0)) : .trackEnded(0)
    }
}
