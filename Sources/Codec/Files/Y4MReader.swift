/// Reads 4:2:0 pictures from YUV4MPEG2 files.
public struct Y4MReader: ~Copyable {
    /// The bytes of the picture last returned.
    public private(set) var packet: [UInt8] = []

    private static let longestLine = 1024

    private var queue = ByteQueue()
    private var format: PictureFormat?
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
            guard let found = Self.parse(queue.text(0..<lineEnd)) else { return fail() }
            format = found
            queue.skip(lineEnd + 1)
            return .track(MediaTrack(id: 0, format: .pictures(found)))
        }
        guard queue.hasText("FRAME") else { return fail() }
        let size = format.bytesPerPicture
        guard queue.count >= lineEnd + 1 + size else { return end() }
        queue.skip(lineEnd + 1)
        packet.removeAll(keepingCapacity: true)
        queue.take(size, into: &packet)
        defer { position += 1 }
        return .packet(MediaPacket(track: 0, start: position, duration: 1, isKeyFrame: true, followsGap: false))
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
            case "C":
                guard ["420", "420jpeg", "420mpeg2", "420paldv"].contains(value) else { return nil }
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
