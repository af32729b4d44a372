/// Reads any of the files that this program knows, told apart by their first bytes: Ogg, IVF, WAV, Y4M.
public struct MediaFileReader: ~Copyable {
    /// The file formats.
    public enum Container: String, Sendable {
        /// Ogg (RFC 3533).
        case ogg
        /// IVF.
        case ivf
        /// RIFF WAVE.
        case wav
        /// YUV4MPEG2.
        case y4m

        /// The format that a file's name asks for, by its ending.
        public init?(fileName: String) {
            switch fileName.split(separator: ".").last?.lowercased() {
            case "ogg", "oga", "ogv", "opus", "spx": self = .ogg
            case "ivf": self = .ivf
            case "wav": self = .wav
            case "y4m": self = .y4m
            default: return nil
            }
        }
    }

    /// The format, once there were enough bytes to know.
    public private(set) var container: Container?
    private var ogg = OggMediaReader()
    private var ivf = IVFReader()
    private var wav = WAVReader()
    private var y4m = Y4MReader()
    private var start: [UInt8] = []
    private var hasFailed = false

    /// A reader at the start of a file.
    public init() {}

    /// Adds bytes. Call ``next(into:)`` until it returns nil before feeding more.
    public mutating func feed(_ bytes: RawSpan) throws(CodecError) {
        if container == nil, !hasFailed {
            bytes.withUnsafeBytes { start.append(contentsOf: $0) }
            guard start.count >= 12 else { return }
            decide()
            let first = start
            start = []
            return try pass(first.span.bytes)
        }
        try pass(bytes)
    }

    /// Says that no more bytes will come.
    public mutating func finish() {
        switch container {
        case .ogg: ogg.finish()
        case .ivf: ivf.finish()
        case .wav: wav.finish()
        case .y4m: y4m.finish()
        case nil: hasFailed = true
        }
    }

    /// The next event, nil when more bytes are needed (after ``finish()``: at the end).
    /// - Parameter packet: receives the packet's bytes, if the event is one.
    public mutating func next(into packet: inout [UInt8]) -> MediaEvent? {
        let event: MediaEvent?
        switch container {
        case .ogg:
            event = ogg.next()
            if case .packet = event { Self.copy(ogg.packet, into: &packet) }
        case .ivf:
            event = ivf.next()
            if case .packet = event { Self.copy(ivf.packet, into: &packet) }
        case .wav:
            event = wav.next()
            if case .packet = event { Self.copy(wav.packet, into: &packet) }
        case .y4m:
            event = y4m.next()
            if case .packet = event { Self.copy(y4m.packet, into: &packet) }
        case nil:
            event = nil
        }
        return event
    }

    /// Whether the file is of no known format.
    public var isUnknown: Bool { hasFailed }

    private static func copy(_ source: [UInt8], into target: inout [UInt8]) {
        target.removeAll(keepingCapacity: true)
        target.append(contentsOf: source)
    }

    private mutating func decide() {
        container = Self.container(of: start)
        hasFailed = container == nil
    }

    private static func container(of start: [UInt8]) -> Container? {
        let bytes = start.span.bytes
        if bytes.hasText("OggS") { return .ogg }
        if bytes.hasText("DKIF") { return .ivf }
        if bytes.hasText("RIFF") { return .wav }
        return bytes.hasText("YUV4MPEG2") ? .y4m : nil
    }

    private mutating func pass(_ bytes: RawSpan) throws(CodecError) {
        switch container {
        case .ogg: try ogg.feed(bytes)
        case .ivf: ivf.feed(bytes)
        case .wav: wav.feed(bytes)
        case .y4m: y4m.feed(bytes)
        case nil: break
        }
    }
}
