internal import CVPX

/// Decodes VP8 frames (RFC 6386) with libvpx.
public struct VP8Decoder: ~Copyable, @unchecked Sendable {
    // Sendable: the library's state is not bound to a thread, and a value that cannot be copied has one owner.
    private let context: UnsafeMutablePointer<vpx_codec_ctx_t>
    private var hasKeyFrame = false

    /// Sets up a decoder.
    /// - Parameter threads: 1 to 16; more than one is of use only to large pictures.
    public init(threads: Int = 1) throws(CodecError) {
        context = try Self.makeContext(threads: threads)
    }

    deinit {
        vpx_codec_destroy(context)
        context.deallocate()
    }

    /// Decodes one frame.
    /// - Parameters:
    ///   - frame: any bytes are safe.
    ///   - picture: receives the picture, and its size.
    /// - Returns: false where the frame is not to be shown; `picture` is as it was then.
    /// - Throws: `needsKeyFrame` at the start, `invalidPacket`, `invalidConfiguration` where a key frame is larger than
    ///   ``PictureFormat`` allows, which is found before memory is reserved for it.
    public mutating func decode(_ frame: RawSpan, into picture: inout Picture) throws(CodecError) -> Bool {
        guard let header = VP8FrameHeader(frame) else { throw .invalidPacket }
        if header.isKeyFrame {
            guard PictureFormat.isAcceptable(width: header.width, height: header.height) else {
                throw .invalidConfiguration("VP8 of \(header.width)×\(header.height)")
            }
        } else if !hasKeyFrame {
            throw .needsKeyFrame
        }
        let context = self.context
        let status = frame.withUnsafeBytes { bytes in
            vpx_codec_decode(
                context, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(clamping: bytes.count), nil, 0)
        }
        guard status == VPX_CODEC_OK else {
            if header.isKeyFrame { hasKeyFrame = false }
            throw status == VPX_CODEC_MEM_ERROR ? .outOfMemory : .invalidPacket
        }
        if header.isKeyFrame { hasKeyFrame = true }
        var iterator: vpx_codec_iter_t?
        guard let image = vpx_codec_get_frame(context, &iterator) else { return false }
        try picture.resize(width: Int(image.pointee.d_w), height: Int(image.pointee.d_h))
        let planes = image.pointee.planes
        let strides = image.pointee.stride
        guard let luma = planes.0, let blue = planes.1, let red = planes.2 else { return false }
        picture.loadPlane(0, from: luma, stride: Int(strides.0))
        picture.loadPlane(1, from: blue, stride: Int(strides.1))
        picture.loadPlane(2, from: red, stride: Int(strides.2))
        return true
    }

    private static func makeContext(threads: Int) throws(CodecError) -> UnsafeMutablePointer<vpx_codec_ctx_t> {
        guard (1...16).contains(threads) else { throw .invalidConfiguration("\(threads) threads") }
        let context = UnsafeMutablePointer<vpx_codec_ctx_t>.allocate(capacity: 1)
        var config = vpx_codec_dec_cfg_t()
        config.threads = UInt32(threads)
        let status = cvpx_vp8_decoder_init(context, &config, 0)
        guard status == VPX_CODEC_OK else {
            context.deallocate()
            throw .library(code: Int32(bitPattern: status.rawValue))
        }
        return context
    }
}
