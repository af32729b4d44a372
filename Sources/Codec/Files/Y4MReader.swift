/// Reads pictures of eight bits from YUV4MPEG2 files; what is not 4:2:0 is brought to it.
public struct Y4MReader: ~Copyable {
    /// The bytes of the picture last returned.
    public private(set) var packet: [UInt8] = []

    private static let longestLine = 1024

    private var queue = ByteQueue()
    private var format: PictureFormat?
    private var sampling = ChromaSampling.yuv420
    /// Where pictures are converted that are not 4:2:0.
    private var raw: [UInt8] = []
    private var hasFailed = false
    private var isFinished = false
    private var hasEnded = false
    private var position: Int64 = 0

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
        guard !hasFailed else {
            queue.skip(queue.count)
            return nil
        }
        guard let lineEnd = queue.firstIndex(of: 10, limit: Self.longestLine) else {
            return queue.count >= Self.longestLine ? fail() : end()
        }
        guard let format else {
            let line = queue.text(0..<lineEnd)
            guard let found = Self.parse(line), let sampling = Self.sampling(line) else {
                guard let words = Self.unsupported(line) else { return fail() }
                hasFailed = true
                return .damage(.unsupported(track: 0, words))
            }
            format = found
            self.sampling = sampling
            queue.skip(lineEnd + 1)
            return .track(MediaTrack(id: 0, format: .pictures(found)))
        }
        guard queue.hasText("FRAME") else { return fail() }
        let size = sampling.bytesPerPicture(width: format.width, height: format.height)
        guard queue.count >= lineEnd + 1 + size else { return end() }
        queue.skip(lineEnd + 1)
        packet.removeAll(keepingCapacity: true)
        if sampling == .yuv420 { queue.take(size, into: &packet) } else { convert(size, format) }
        defer { position += 1 }
        return .packet(MediaPacket(track: 0, start: position, duration: 1, isKeyFrame: true, followsGap: false))
    }

    /// Takes a picture that is not 4:2:0.
    private mutating func convert(_ size: Int, _ format: PictureFormat) {
        raw.removeAll(keepingCapacity: true)
        queue.take(size, into: &raw)
        packet.append(contentsOf: repeatElement(0, count: format.bytesPerPicture))
        let sampling = sampling
        raw.withUnsafeBufferPointer { source in
            packet.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                sampling.convert(from, width: format.width, height: format.height, into: to)
            }
        }
    }

    /// What a header's colour space is called; 4:2:0 where it does not say.
    private static func colour(_ line: String) -> Substring {
        line.split(separator: " ").dropFirst().last { $0.first == "C" }?.dropFirst() ?? "420"
    }

    private static func sampling(_ line: String) -> ChromaSampling? {
        switch colour(line) {
        case "420", "420jpeg", "420mpeg2", "420paldv": .yuv420
        case "422": .yuv422
        case "444": .yuv444
        case "mono": .grey
        default: nil
        }
    }

    /// What a header asks for that is sound but not to be had.
    private static func unsupported(_ line: String) -> String? {
        parse(line) == nil ? nil : "pictures of the kind \(colour(line).prefix(20))"
    }

    private static func parse(_ line: String) -> PictureFormat? {
        let words = line.split(separator: " ")
        guard words.first == "YUV4MPEG2" else { return nil }
        var format = PictureFormat(width: 0, height: 0, frameRate: FrameRate(25))
        for word in words.dropFirst() {
            let value = word.dropFirst()
            switch word.first {
            case "W": format.width = Int(value) ?? 0
            case "H": format.height = Int(value) ?? 0
            case "F":
                let parts = value.split(separator: ":").map { Int($0) ?? 0 }
                guard parts.count == 2 else { return nil }
                format.frameRate = FrameRate(parts[0], parts[1])
            default: break
            }
        }
        let isAcceptable = PictureFormat.isAcceptable(width: format.width, height: format.height)
        return isAcceptable && format.frameRate.isValid ? format : nil
    }

    private mutating func fail() -> MediaEvent {
        hasFailed = true
        return .damage(format == nil ? .badHeader(track: 0) : .badPacket(track: 0))
    }

    private mutating func end() -> MediaEvent? {
        guard isFinished, !hasEnded else { return nil }
        if queue.count > 0 {
            queue.skip(queue.count)
            return .damage(.truncated)
        }
        hasEnded = true
        return format == nil ? .damage(.badHeader(track: 0)) : .trackEnded(0)
    }
}
