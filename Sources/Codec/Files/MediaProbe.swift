/// Looks through a media file without decoding it: its streams, their lengths and bitrates, what is wrong with it.
public struct MediaProbe: ~Copyable {
    /// One stream.
    public struct Stream: Sendable, Equatable {
        /// Counts the file's streams from 0.
        public let id: Int
        /// What it holds.
        public let format: MediaFormat
        /// Packets without the headers.
        public var packets = 0
        /// Bytes of those packets.
        public var bytes = 0
        /// Where the last packet ends, in ticks of the format's clock.
        public var end: Int64 = 0
        /// Bytes in each second, from the start; at most a day's worth is kept.
        public var bytesPerSecond: [Int] = []
        /// When key frames begin, in seconds; of video only, at most 100,000.
        public var keyFrames: [Double] = []

        /// In seconds.
        public var duration: Double { format.clock.seconds(end) }
        /// The mean in bit/s.
        public var bitrate: Double { duration > 0 ? Double(bytes * 8) / duration : 0 }
    }

    /// The streams found so far.
    public private(set) var streams: [Stream] = []
    /// What is wrong, at most the first thousand things.
    public private(set) var damage: [MediaDamage] = []
    /// How many things are wrong.
    public private(set) var damageCount = 0

    private var reader = MediaFileReader()
    private var packet: [UInt8] = []
    private static let longestSeries = 86_400

    /// A probe of a file of which nothing was read.
    public init() {}

    /// The file's format; nil where it is unknown.
    public var container: MediaFileReader.Container? { reader.container }

    /// Takes bytes of the file.
    public mutating func feed(_ bytes: RawSpan) throws(CodecError) {
        try reader.feed(bytes)
        run()
    }

    /// Says that no more bytes will come.
    public mutating func finish() {
        reader.finish()
        run()
    }

    private mutating func run() {
        while let event = reader.next(into: &packet) {
            switch event {
            case .track(let track):
                if streams.count < 1000 { streams.append(Stream(id: track.id, format: track.format)) }
            case .packet(let info):
                guard let index = streams.lastIndex(where: { $0.id == info.track }) else { continue }
                Self.count(info, size: packet.count, in: &streams[index])
            case .damage(let found):
                damageCount += 1
                if damage.count < 1000 { damage.append(found) }
            case .trackEnded:
                break
            }
        }
    }

    private static func count(_ info: MediaPacket, size: Int, in stream: inout Stream) {
        stream.packets += 1
        stream.bytes += size
        stream.end = max(stream.end, info.start + info.duration)
        let time = max(0, stream.format.clock.seconds(info.start))
        if time < Double(longestSeries) {
            let second = Int(time)
            while stream.bytesPerSecond.count <= second { stream.bytesPerSecond.append(0) }
            stream.bytesPerSecond[second] += size
        }
        if stream.format.isVideo, info.isKeyFrame, size > 0, stream.keyFrames.count < 100_000 {
            stream.keyFrames.append(time)
        }
    }
}
