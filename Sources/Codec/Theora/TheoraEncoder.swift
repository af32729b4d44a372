internal import COgg
internal import CTheora
import Glibc

/// Encodes pictures to Theora with libtheora, under a bitrate that holds.
///
/// Every picture's time gets a packet: an empty one where the picture is left out, which repeats the one before. That
/// happens while there is no room, and while a frame that came out too large waits for it. A key frame that is too large
/// for any two seconds is encoded again, coarser.
public struct TheoraEncoder: ~Copyable, @unchecked Sendable {
    // Sendable: the library's state is not bound to a thread, and a value that cannot be copied has one owner.
    private let state: OpaquePointer

    /// The configuration in force.
    public private(set) var configuration: TheoraEncoderConfiguration
    /// The stream's three header packets: identification, comments, setup.
    public let headers: [[UInt8]]
    /// What the first of them says.
    public let header: TheoraHeader

    private var control: VideoRateControl
    private var time: Int64 = 0
    private var framesSinceKey = 0
    private var wantsKeyFrame = true
    private var waiting: [UInt8] = []
    private var waitingIsKey = false
    private var isWaiting = false

    /// Sets up an encoder.
    public init(_ configuration: TheoraEncoderConfiguration, comment: VorbisComment = VorbisComment())
        throws(CodecError)
    {
        try configuration.validate()
        let state = try Self.makeState(configuration)
        let headers = Self.makeHeaders(state, comment)
        guard headers.count == 3, let header = TheoraHeader(bytes: headers[0]) else {
            th_encode_free(state)
            throw .library(code: TH_EFAULT)
        }
        self.state = state
        self.headers = headers
        self.header = header
        self.configuration = configuration
        control = VideoRateControl(configuration)
        waiting.reserveCapacity(control.window.limit)
    }

    deinit {
        th_encode_free(state)
    }

    /// Makes the next frame a key frame.
    public mutating func requestKeyFrame() {
        wantsKeyFrame = true
    }

    /// Sets the ceiling in bit/s from the next picture on.
    public mutating func setBitrate(_ bitrate: Int) throws(CodecError) {
        var changed = configuration
        changed.bitrate = bitrate
        try changed.validate()
        configuration = changed
        control.bitrate = bitrate
    }

    /// Sets the speed level, 0 being the slowest.
    public mutating func setSpeed(_ speed: Int) {
        configuration.speed = max(0, speed)
        Self.setSpeed(state, configuration.speed)
    }

    /// Encodes a picture, or leaves it out. Each call stands for the next frame in time.
    /// - Parameters:
    ///   - picture: of the configured size.
    ///   - packet: where the frame goes.
    /// - Returns: the frame to be sent at this time; of size 0 where the one before is repeated. It may be that of an
    ///   earlier picture.
    /// - Throws: `bufferTooSmall`: the frame waits for the next call.
    public mutating func encode(
        _ picture: borrowing Picture, into packet: inout MutableRawSpan
    ) throws(CodecError) -> EncodedFrame {
        guard picture.width == configuration.width, picture.height == configuration.height else {
            throw .wrongInputSize
        }
        defer {
            time += 1
            framesSinceKey += 1
        }
        if !isWaiting {
            let framesToKey = max(0, configuration.keyFrameInterval - framesSinceKey)
            let chosen =
                configuration.constantQuality
                ?? control.quality(at: time, isKeyFrame: mustBeKey, framesToKey: framesToKey)
            guard let chosen else { return leaveOut() }
            try encodeNow(picture, quality: chosen)
            guard isWaiting else { return leaveOut() }
        }
        guard configuration.constantQuality != nil || waiting.count <= control.room(at: time) else { return leaveOut() }
        guard waiting.count <= packet.byteCount else { throw .bufferTooSmall }
        packet.withUnsafeMutableBytes { output in waiting.withUnsafeBytes { output.copyMemory(from: $0) } }
        isWaiting = false
        if waitingIsKey { framesSinceKey = 0 }
        control.sent(waiting.count, at: time)
        return EncodedFrame(size: waiting.count, isKeyFrame: waitingIsKey, temporalLayer: 0, isDroppable: false)
    }

    /// A key frame is due, and before the distance to the last no longer fits the granule position.
    private var mustBeKey: Bool { wantsKeyFrame || framesSinceKey >= configuration.keyFrameInterval }

    private mutating func leaveOut() -> EncodedFrame {
        control.skipped()
        return EncodedFrame(size: 0, isKeyFrame: false, temporalLayer: 0, isDroppable: true)
    }

    /// Encodes into `waiting`, again where the frame is far from what it should be: nothing builds on one that is not sent,
    /// so that the next attempt must stand for itself.
    private mutating func encodeNow(_ picture: borrowing Picture, quality chosen: Int) throws(CodecError) {
        var quality = chosen
        var asKey = mustBeKey
        for _ in 0..<3 {
            Self.setQuality(state, quality)
            Self.setKeyFrameInterval(state, asKey ? 1 : Self.longestInterval)
            try give(picture)
            try take()
            if waitingIsKey { wantsKeyFrame = false }
            isWaiting = true
            guard configuration.constantQuality == nil else { return }
            control.encoded(waiting.count, isKeyFrame: waitingIsKey, quality: quality)
            guard waitingIsKey || waiting.count > control.window.limit * 7 / 10,
                let better = control.betterQuality(forKeyFrameOf: waiting.count, quality: quality, at: time)
            else { break }
            asKey = true
            quality = better
        }
        if waiting.count > control.window.limit {
            // No two seconds have room for it, even at the coarsest.
            isWaiting = false
            waiting.removeAll(keepingCapacity: true)
            wantsKeyFrame = true
        }
    }

    private func give(_ picture: borrowing Picture) throws(CodecError) {
        let planes = (picture.plane(0), picture.plane(1), picture.plane(2))
        let (width, height) = (Int32(header.frameWidth), Int32(header.frameHeight))
        // The library takes the size of the coded frame and reads the visible part only.
        var image = (
            th_img_plane(width: width, height: height, stride: Int32(planes.0.width), data: planes.0.start),
            th_img_plane(width: width / 2, height: height / 2, stride: Int32(planes.1.width), data: planes.1.start),
            th_img_plane(width: width / 2, height: height / 2, stride: Int32(planes.2.width), data: planes.2.start)
        )
        let state = self.state
        let status = withUnsafeMutablePointer(to: &image) { pointer in
            pointer.withMemoryRebound(to: th_img_plane.self, capacity: 3) { th_encode_ycbcr_in(state, $0) }
        }
        guard status == 0 else { throw .library(code: status) }
    }

    private mutating func take() throws(CodecError) {
        var packet = ogg_packet()
        guard th_encode_packetout(state, 0, &packet) > 0 else { throw .library(code: TH_EFAULT) }
        waiting.removeAll(keepingCapacity: true)
        waiting.append(contentsOf: UnsafeBufferPointer(start: packet.packet, count: packet.bytes))
        waitingIsKey = th_packet_iskeyframe(&packet) == 1
        // More is there only where frames are repeated, which the encoder is not asked for.
        while th_encode_packetout(state, 0, &packet) > 0 {}
    }
}

// MARK: - The library's state

extension TheoraEncoder {
    /// The library never makes a key frame because of this; the wrapper counts what it sends.
    private static let longestInterval = 1 << 20

    private static func makeState(_ configuration: TheoraEncoderConfiguration) throws(CodecError) -> OpaquePointer {
        var info = th_info()
        th_info_init(&info)
        defer { th_info_clear(&info) }
        info.frame_width = UInt32((configuration.width + 15) & ~15)
        info.frame_height = UInt32((configuration.height + 15) & ~15)
        info.pic_width = UInt32(configuration.width)
        info.pic_height = UInt32(configuration.height)
        info.fps_numerator = UInt32(configuration.frameRate.numerator)
        info.fps_denominator = UInt32(configuration.frameRate.denominator)
        info.aspect_numerator = 1
        info.aspect_denominator = 1
        info.colorspace = TH_CS_UNSPECIFIED
        info.pixel_fmt = TH_PF_420
        info.target_bitrate = 0
        info.quality = Int32(configuration.constantQuality ?? 30)
        // The distance between key frames, and two seconds more for those that wait, must fit.
        let longest = configuration.keyFrameInterval + Int(2 * configuration.frameRate.value) + 8
        info.keyframe_granule_shift = Int32(Int.bitWidth - longest.leadingZeroBitCount)
        guard let state = th_encode_alloc(&info) else { throw .library(code: TH_EINVAL) }
        setSpeed(state, configuration.speed)
        return state
    }

    private static func makeHeaders(_ state: OpaquePointer, _ comment: VorbisComment) -> [[UInt8]] {
        var list = th_comment()
        th_comment_init(&list)
        defer { th_comment_clear(&list) }
        var headers: [[UInt8]] = []
        var packet = ogg_packet()
        while th_encode_flushheader(state, &list, &packet) > 0 {
            headers.append(Array(UnsafeBufferPointer(start: packet.packet, count: packet.bytes)))
        }
        if headers.count == 3 {
            var own = comment
            own.vendor += " (libtheora)"
            headers[1] = own.bytes(signature: [0x81] + Array("theora".utf8))
        }
        return headers
    }

    private static func setSpeed(_ state: OpaquePointer, _ speed: Int) {
        var fastest: Int32 = 0
        th_encode_ctl(state, TH_ENCCTL_GET_SPLEVEL_MAX, &fastest, MemoryLayout<Int32>.size)
        var level = min(Int32(clamping: speed), fastest)
        th_encode_ctl(state, TH_ENCCTL_SET_SPLEVEL, &level, MemoryLayout<Int32>.size)
    }

    private static func setQuality(_ state: OpaquePointer, _ quality: Int) {
        var value = Int32(quality)
        th_encode_ctl(state, TH_ENCCTL_SET_QUALITY, &value, MemoryLayout<Int32>.size)
    }

    private static func setKeyFrameInterval(_ state: OpaquePointer, _ interval: Int) {
        var value = UInt32(interval)
        th_encode_ctl(state, TH_ENCCTL_SET_KEYFRAME_FREQUENCY_FORCE, &value, MemoryLayout<UInt32>.size)
    }
}

extension VideoRateControl {
    fileprivate init(_ configuration: TheoraEncoderConfiguration) {
        // The standard's scale of steps is about geometric: from 500 to 10.
        self.init(
            window: VideoRateWindow(
                bitrate: configuration.bitrate, clock: MediaClock(frameRate: configuration.frameRate)),
            pixels: configuration.width * configuration.height, ticksPerFrame: 1,
            keyDistance: configuration.keyFrameInterval, complexity: 112,
            logSteps: (0..<64).map { log(500) - 0.062 * Double($0) }, qualities: 0...60)
    }
}
