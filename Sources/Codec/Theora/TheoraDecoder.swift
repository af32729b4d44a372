internal import COgg
internal import CTheora

/// Decodes Theora frames with libtheora, to 4:2:0 whatever the stream has.
public struct TheoraDecoder: ~Copyable, @unchecked Sendable {
    // Sendable: the library's state is not bound to a thread, and a value that cannot be copied has one owner.
    private let state: OpaquePointer

    /// What the stream's first header says.
    public let header: TheoraHeader

    private var hasKeyFrame = false

    /// Sets up a decoder from a stream's headers.
    /// - Parameter headers: identification, comments (which may be empty) and setup, as they came.
    /// - Throws: `invalidPacket`, also where the picture is too large, which is found before memory is reserved for it.
    public init(headers: [[UInt8]]) throws(CodecError) {
        guard headers.count == 3, let header = TheoraHeader(bytes: headers[0]) else { throw .invalidPacket }
        state = try Self.makeState(headers)
        self.header = header
    }

    deinit {
        th_decode_free(state)
    }

    /// Decodes one frame.
    /// - Parameters:
    ///   - frame: any bytes are safe; none at all repeat the picture before.
    ///   - picture: receives the visible part, and its size.
    /// - Returns: false where the picture is the one before; `picture` is as it was then.
    /// - Throws: `needsKeyFrame` at the start, `invalidPacket`.
    public mutating func decode(_ frame: RawSpan, into picture: inout Picture) throws(CodecError) -> Bool {
        guard frame.byteCount > 0 else {
            guard hasKeyFrame else { throw .needsKeyFrame }
            return false
        }
        let first = frame.byte(0)
        guard first & 0x80 == 0 else { throw .invalidPacket }
        guard hasKeyFrame || first & 0x40 == 0 else { throw .needsKeyFrame }
        let state = self.state
        let status = frame.withUnsafeBytes { bytes in
            var packet = ogg_packet()
            packet.packet = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            packet.bytes = bytes.count
            return th_decode_packetin(state, &packet, nil)
        }
        guard status >= 0 else { throw .invalidPacket }
        if first & 0x40 == 0 { hasKeyFrame = true }
        if status == TH_DUPFRAME { return false }
        try picture.resize(width: header.pictureWidth, height: header.pictureHeight)
        try load(into: &picture)
        return true
    }

    private func load(into picture: inout Picture) throws(CodecError) {
        var image = (th_img_plane(), th_img_plane(), th_img_plane())
        let state = self.state
        let status = withUnsafeMutablePointer(to: &image) { pointer in
            pointer.withMemoryRebound(to: th_img_plane.self, capacity: 3) { th_decode_ycbcr_out(state, $0) }
        }
        guard status == 0, let luma = image.0.data, let blue = image.1.data, let red = image.2.data else {
            throw .library(code: status)
        }
        // The header counts from the bottom.
        let top = header.frameHeight - header.pictureHeight - header.pictureY
        let left = header.pictureX
        let strides = (Int(image.0.stride), Int(image.1.stride), Int(image.2.stride))
        picture.loadPlane(0, from: luma + top * strides.0 + left, stride: strides.0)
        let sampling = header.sampling
        let place = sampling.place(x: left, y: top)
        sampling.load(1, of: &picture, from: blue + place.y * strides.1 + place.x, stride: strides.1)
        sampling.load(2, of: &picture, from: red + place.y * strides.2 + place.x, stride: strides.2)
    }

    private static func makeState(_ headers: [[UInt8]]) throws(CodecError) -> OpaquePointer {
        var info = th_info()
        var comment = th_comment()
        var setup: OpaquePointer?
        th_info_init(&info)
        th_comment_init(&comment)
        defer {
            th_info_clear(&info)
            th_comment_clear(&comment)
            th_setup_free(setup)
        }
        for (index, header) in headers.enumerated() {
            var bytes = header
            // Some send no comments at all; the library wants some.
            if index == 1, bytes.count < 7 { bytes = VorbisComment().bytes(signature: Array("\u{1}theora".utf8)) }
            if index == 1, bytes.first == 1 { bytes[0] = 0x81 }
            let status = bytes.withUnsafeMutableBufferPointer { buffer in
                var packet = ogg_packet()
                packet.packet = buffer.baseAddress
                packet.bytes = buffer.count
                packet.b_o_s = index == 0 ? 1 : 0
                packet.packetno = Int64(index)
                return th_decode_headerin(&info, &comment, &setup, &packet)
            }
            guard status > 0 else { throw .invalidPacket }
        }
        guard let state = th_decode_alloc(&info, setup) else { throw .invalidPacket }
        return state
    }
}
