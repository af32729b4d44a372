internal import CVPX
import Glibc

/// Encodes pictures to VP8 (RFC 6386) with libvpx in real time, under a bitrate that holds.
///
/// The library keeps to its target in the mean; over two seconds it may exceed it by far, above all with key frames.
/// So pictures are left out while there is no room, and a frame that came out too large waits until there is.
public struct VP8Encoder: ~Copyable, @unchecked Sendable {
    // Sendable: the library's state is not bound to a thread, and a value that cannot be copied has one owner.
    private let context: UnsafeMutablePointer<vpx_codec_ctx_t>
    private let config: UnsafeMutablePointer<vpx_codec_enc_cfg_t>
    private var image = vpx_image_t()

    /// The configuration in force.
    public private(set) var configuration: VP8EncoderConfiguration

    private var control: VideoRateControl
    private var quantizer = -1
    private var pattern: VP8TemporalPattern
    private var framesSinceKey = 0
    private var wantsKeyFrame = true
    private var lastTime = Int64.min
    /// A frame that waits for room.
    private var waiting: [UInt8] = []
    private var waitingFrame: EncodedFrame?

    /// Sets up an encoder.
    public init(_ configuration: VP8EncoderConfiguration) throws(CodecError) {
        try configuration.validate()
        let pattern = VP8TemporalPattern(layers: configuration.temporalLayers)
        let config = UnsafeMutablePointer<vpx_codec_enc_cfg_t>.allocate(capacity: 1)
        let context = UnsafeMutablePointer<vpx_codec_ctx_t>.allocate(capacity: 1)
        let status = Self.open(context, config, configuration, pattern)
        guard status == VPX_CODEC_OK else {
            config.deallocate()
            context.deallocate()
            throw .library(code: Int32(bitPattern: status.rawValue))
        }
        self.config = config
        self.context = context
        self.configuration = configuration
        self.pattern = pattern
        control = VideoRateControl(configuration, pattern)
        waiting.reserveCapacity(control.window.limit)
    }

    deinit {
        vpx_codec_destroy(context)
        context.deallocate()
        config.deallocate()
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
        try reconfigure(changed)
        control.bitrate = bitrate
    }

    /// Encodes a picture, or leaves it out.
    /// - Parameters:
    ///   - picture: of the configured size; another changes the resolution, with a key frame.
    ///   - time: in ticks of the configured clock, later than the one before.
    ///   - packet: where the frame goes.
    /// - Returns: the frame to be sent at this time, nil where nothing is. It may be that of an earlier picture.
    /// - Throws: `bufferTooSmall`: the frame waits, and the call may be repeated with more room.
    public mutating func encode(
        _ picture: borrowing Picture, at time: Int64, into packet: inout MutableRawSpan
    ) throws(CodecError) -> EncodedFrame? {
        if waitingFrame != nil { return try sendWaiting(at: time, into: &packet) }
        guard time > lastTime else { throw .wrongInputSize }
        if picture.width != configuration.width || picture.height != configuration.height {
            var changed = configuration
            changed.width = picture.width
            changed.height = picture.height
            try changed.validate()
            try reopen(changed)
            control = VideoRateControl(changed, pattern, after: control.window)
            wantsKeyFrame = true
        }
        let isKey = wantsKeyFrame || framesSinceKey >= configuration.keyFrameInterval
        if configuration.frameDropping {
            let framesToKey = max(0, configuration.keyFrameInterval - framesSinceKey)
            guard let quality = control.quality(at: time, isKeyFrame: isKey, framesToKey: framesToKey) else {
                control.skipped()
                return nil
            }
            try setQuality(quality)
        }
        guard var frame = try encodeNow(picture, at: time, asKey: isKey) else { return nil }
        if frame.isKeyFrame, configuration.frameDropping,
            let better = control.betterQuality(forKeyFrameOf: frame.size, quality: 63 - quantizer, at: time)
        {
            try setQuality(better)
            guard let again = try encodeNow(picture, at: time, asKey: true) else { return nil }
            frame = again
        }
        waitingFrame = frame
        return try sendWaiting(at: time, into: &packet)
    }

    /// Gives out the waiting frame if there is room for it.
    private mutating func sendWaiting(at time: Int64, into packet: inout MutableRawSpan) throws(CodecError)
        -> EncodedFrame?
    {
        guard let frame = waitingFrame else { return nil }
        if configuration.frameDropping, frame.size > control.window.limit {
            // Never sendable: the stream begins anew, once the encoder has had time to become coarser.
            waitingFrame = nil
            wantsKeyFrame = true
            return nil
        }
        guard !configuration.frameDropping || frame.size <= control.room(at: time) else {
            control.skipped()
            return nil
        }
        guard frame.size <= packet.byteCount else { throw .bufferTooSmall }
        packet.withUnsafeMutableBytes { output in
            waiting.withUnsafeBytes { output.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<frame.size])) }
        }
        control.sent(frame.size, at: time)
        waitingFrame = nil
        return frame
    }

    /// Encodes into `waiting`; nil where the library leaves the picture out.
    private mutating func encodeNow(
        _ picture: borrowing Picture, at time: Int64, asKey: Bool
    ) throws(CodecError) -> EncodedFrame? {
        let index = asKey ? 0 : framesSinceKey
        var flags = pattern.flags(ofFrame: index)
        if asKey { flags = Int(VPX_EFLAG_FORCE_KF) }
        let layer = pattern.layer(ofFrame: index)
        if pattern.layers > 1 {
            _ = cvpx_control_int(context, Int32(VP8E_SET_TEMPORAL_LAYER_ID.rawValue), Int32(layer))
        }
        vpx_img_wrap(
            &image, VPX_IMG_FMT_I420, UInt32(picture.width), UInt32(picture.height), 1, picture.plane(0).start)
        let planes = (picture.plane(0), picture.plane(1), picture.plane(2))
        image.planes.0 = planes.0.start
        image.planes.1 = planes.1.start
        image.planes.2 = planes.2.start
        image.stride.0 = Int32(planes.0.width)
        image.stride.1 = Int32(planes.1.width)
        image.stride.2 = Int32(planes.2.width)
        let duration = max(1, ticksPerFrame)
        let status = vpx_codec_encode(context, &image, time, UInt(duration), flags, UInt(VPX_DL_REALTIME))
        guard status == VPX_CODEC_OK else { throw .library(code: Int32(bitPattern: status.rawValue)) }
        lastTime = time
        var iterator: vpx_codec_iter_t?
        var result: EncodedFrame?
        while let output = vpx_codec_get_cx_data(context, &iterator) {
            var size = 0
            var isKey: Int32 = 0
            var stamp: Int64 = 0
            guard let bytes = cvpx_frame_bytes(output, &size, &isKey, &stamp) else { continue }
            waiting.removeAll(keepingCapacity: true)
            waiting.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: size))
            result = EncodedFrame(
                size: size, isKeyFrame: isKey != 0, temporalLayer: isKey != 0 ? 0 : layer,
                isDroppable: isKey == 0 && pattern.layers > 1 && layer == pattern.layers - 1)
        }
        guard let result else { return nil }
        if quantizer >= 0 {
            control.encoded(result.size, isKeyFrame: result.isKeyFrame, layer: layer, quality: 63 - quantizer)
        }
        framesSinceKey = result.isKeyFrame ? 1 : index + 1
        if result.isKeyFrame { wantsKeyFrame = false }
        return result
    }

    /// Makes the library use one quantizer, within the configured bounds: it is given no choice.
    private mutating func setQuality(_ quality: Int) throws(CodecError) {
        let wanted = 63 - quality
        guard wanted != quantizer else { return }
        quantizer = wanted
        config.pointee.rc_min_quantizer = UInt32(wanted)
        config.pointee.rc_max_quantizer = UInt32(wanted)
        let status = vpx_codec_enc_config_set(context, config)
        guard status == VPX_CODEC_OK else { throw .library(code: Int32(bitPattern: status.rawValue)) }
    }

    private var ticksPerFrame: Int {
        let rate = configuration.frameRate
        let clock = configuration.clock
        return clock.denominator * rate.denominator / (clock.numerator * rate.numerator)
    }

    private mutating func reconfigure(_ changed: VP8EncoderConfiguration) throws(CodecError) {
        Self.fill(&config.pointee, changed, pattern)
        let status = vpx_codec_enc_config_set(context, config)
        guard status == VPX_CODEC_OK else { throw .library(code: Int32(bitPattern: status.rawValue)) }
        configuration = changed
        quantizer = -1
    }

    /// Begins with a new state of the library, which cannot grow beyond the size that it began with.
    private mutating func reopen(_ changed: VP8EncoderConfiguration) throws(CodecError) {
        vpx_codec_destroy(context)
        var status = Self.open(context, config, changed, pattern)
        guard status != VPX_CODEC_OK else {
            configuration = changed
            quantizer = -1
            return
        }
        // Back to what worked, so that there is a state in any case.
        let failure = status
        status = Self.open(context, config, configuration, pattern)
        quantizer = -1
        throw .library(code: Int32(bitPattern: failure.rawValue))
    }

    private static func open(
        _ context: UnsafeMutablePointer<vpx_codec_ctx_t>, _ config: UnsafeMutablePointer<vpx_codec_enc_cfg_t>,
        _ settings: VP8EncoderConfiguration, _ pattern: VP8TemporalPattern
    ) -> vpx_codec_err_t {
        var status = cvpx_vp8_encoder_default_config(config)
        guard status == VPX_CODEC_OK else { return status }
        fill(&config.pointee, settings, pattern)
        status = cvpx_vp8_encoder_init(context, config)
        guard status == VPX_CODEC_OK else { return status }
        // Realtime, no noise filter, still parts not encoded again.
        _ = cvpx_control_int(context, Int32(VP8E_SET_CPUUSED.rawValue), Int32(-settings.speed))
        _ = cvpx_control_int(context, Int32(VP8E_SET_NOISE_SENSITIVITY.rawValue), 0)
        _ = cvpx_control_int(context, Int32(VP8E_SET_STATIC_THRESHOLD.rawValue), 1)
        _ = cvpx_control_int(context, Int32(VP8E_SET_TOKEN_PARTITIONS.rawValue), settings.threads > 1 ? 2 : 0)
        // A key frame may have half a second's bits.
        let share = Int32(min(max(50 * settings.frameRate.value, 100), 5000))
        _ = cvpx_control_int(context, Int32(VP8E_SET_MAX_INTRA_BITRATE_PCT.rawValue), share)
        return VPX_CODEC_OK
    }

    private static func fill(
        _ config: inout vpx_codec_enc_cfg_t, _ settings: VP8EncoderConfiguration, _ pattern: VP8TemporalPattern
    ) {
        config.g_w = UInt32(settings.width)
        config.g_h = UInt32(settings.height)
        config.g_timebase.num = Int32(clamping: settings.clock.numerator)
        config.g_timebase.den = Int32(clamping: settings.clock.denominator)
        config.g_threads = UInt32(settings.threads)
        config.g_lag_in_frames = 0
        config.g_error_resilient = settings.errorResilient || settings.temporalLayers > 1 ? 1 : 0
        config.rc_end_usage = VPX_CBR
        config.rc_target_bitrate = UInt32(max(1, settings.bitrate / 1000))
        config.rc_min_quantizer = UInt32(settings.minimumQuantizer)
        config.rc_max_quantizer = UInt32(settings.maximumQuantizer)
        config.rc_dropframe_thresh = 0
        config.rc_undershoot_pct = 100
        config.rc_overshoot_pct = 15
        config.rc_buf_sz = 1000
        config.rc_buf_initial_sz = 500
        config.rc_buf_optimal_sz = 600
        config.kf_mode = VPX_KF_DISABLED
        config.kf_max_dist = UInt32(settings.keyFrameInterval)
        pattern.configure(&config)
    }
}

extension VideoRateControl {
    fileprivate init(
        _ configuration: VP8EncoderConfiguration, _ pattern: VP8TemporalPattern, after window: VideoRateWindow? = nil
    ) {
        let clock = configuration.clock
        let rate = configuration.frameRate
        // The library's scale of quantizers, and the standard's of steps behind it, about.
        let logSteps = (0..<64).map { quality -> Double in
            let quantizer = Double(63 - quality)
            let index = 0.9 * quantizer + 0.0177 * quantizer * quantizer
            return log(4 + index + 0.36 * max(0, index - 55))
        }
        self.init(
            window: window ?? VideoRateWindow(bitrate: configuration.bitrate, clock: clock),
            pixels: configuration.width * configuration.height,
            ticksPerFrame: Int64(clock.denominator * rate.denominator / (clock.numerator * rate.numerator)),
            keyDistance: configuration.keyFrameInterval, complexity: 63, logSteps: logSteps,
            qualities: (63 - configuration.maximumQuantizer)...(63 - configuration.minimumQuantizer),
            shares: pattern.shares)
    }
}
