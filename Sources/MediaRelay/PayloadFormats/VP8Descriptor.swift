/// The payload descriptor at the head of every VP8 packet (RFC 7741, 4.2).
public struct VP8Descriptor: Equatable, Sendable {
    /// Whether the frame may be dropped without harm to others (N).
    public var isNonReference = false
    /// Whether this packet begins a partition (S).
    public var startsPartition = false
    /// The index of the partition that the packet's first byte belongs to (PID), 0 to 7.
    public var partitionIndex: UInt8 = 0
    /// The frame's number (PictureID) of 7 or 15 bits; nil when it is not sent.
    public var pictureID: UInt16?
    /// Whether `pictureID` has 15 bits on the wire.
    public var hasLongPictureID = false
    /// The number of the temporal base layer frame that this frame depends on (TL0PICIDX); nil when it is not sent.
    public var baseLayerIndex: UInt8?
    /// The temporal layer (TID), 0 to 3; nil when it is not sent.
    public var temporalLayer: UInt8?
    /// Whether the frame depends on the base layer only (Y), so that a receiver may begin its layer here.
    public var isLayerSync = false
    /// The key frame that the frame belongs to (KEYIDX), 0 to 31; nil when it is not sent.
    public var keyFrameIndex: UInt8?
    /// The length of the descriptor in bytes, as parsed; what follows is the VP8 data.
    public private(set) var length = 1

    /// Whether the packet is the first of its frame.
    @inline(__always)
    public var startsFrame: Bool { startsPartition && partitionIndex == 0 }

    /// A descriptor without optional fields.
    public init() {}

    /// Reads the descriptor of an RTP payload, which must hold at least one byte of VP8 data behind it.
    @inline(__always)
    public init(parsing payload: borrowing RawSpan) throws(RTPError) {
        let size = payload.byteCount
        guard size >= 2 else { throw .truncated }
        let first = payload.byte(at: 0)
        isNonReference = first & 0x20 != 0
        startsPartition = first & 0x10 != 0
        partitionIndex = first & 0x07
        guard first & 0x80 != 0 else { return }

        let flags = payload.byte(at: 1)
        var offset = 2
        if flags & 0x80 != 0 {
            guard size > offset else { throw .truncated }
            let high = payload.byte(at: offset)
            if high & 0x80 != 0 {
                guard size > offset + 1 else { throw .truncated }
                hasLongPictureID = true
                pictureID = UInt16(high & 0x7f) << 8 | UInt16(payload.byte(at: offset + 1))
                offset += 2
            } else {
                pictureID = UInt16(high)
                offset += 1
            }
        }
        if flags & 0x40 != 0 {
            guard size > offset else { throw .truncated }
            baseLayerIndex = payload.byte(at: offset)
            offset += 1
        }
        if flags & 0x30 != 0 {
            guard size > offset else { throw .truncated }
            let byte = payload.byte(at: offset)
            if flags & 0x20 != 0 {
                temporalLayer = byte >> 6
                isLayerSync = byte & 0x20 != 0
            }
            if flags & 0x10 != 0 { keyFrameIndex = byte & 0x1f }
            offset += 1
        }
        guard size > offset else { throw .truncated }
        length = offset
    }

    /// The bytes that `write` needs for the fields that are set.
    public var encodedLength: Int {
        guard pictureID != nil || baseLayerIndex != nil || temporalLayer != nil || keyFrameIndex != nil else {
            return 1
        }
        var length = 2
        if pictureID != nil { length += hasLongPictureID ? 2 : 1 }
        if baseLayerIndex != nil { length += 1 }
        if temporalLayer != nil || keyFrameIndex != nil { length += 1 }
        return length
    }

    /// Writes the descriptor at `cursor` and moves `cursor` to the VP8 data.
    @inline(__always)
    public func write(into buffer: inout MutableRawSpan, at cursor: inout Int) throws(RTPError) {
        let needed = encodedLength
        guard buffer.byteCount - cursor >= needed else { throw .bufferTooSmall }
        var first = partitionIndex & 0x07
        if isNonReference { first |= 0x20 }
        if startsPartition { first |= 0x10 }
        guard needed > 1 else {
            buffer.store(first, at: cursor)
            cursor += 1
            return
        }
        buffer.store(first | 0x80, at: cursor)
        var flags: UInt8 = 0
        var offset = cursor + 2
        if let pictureID {
            flags |= 0x80
            if hasLongPictureID {
                buffer.store(0x8000 | pictureID & 0x7fff, at: offset)
                offset += 2
            } else {
                buffer.store(UInt8(truncatingIfNeeded: pictureID) & 0x7f, at: offset)
                offset += 1
            }
        }
        if let baseLayerIndex {
            flags |= 0x40
            buffer.store(baseLayerIndex, at: offset)
            offset += 1
        }
        if temporalLayer != nil || keyFrameIndex != nil {
            var byte: UInt8 = 0
            if let temporalLayer {
                flags |= 0x20
                byte |= temporalLayer << 6 | (isLayerSync ? 0x20 : 0)
            }
            if let keyFrameIndex {
                flags |= 0x10
                byte |= keyFrameIndex & 0x1f
            }
            buffer.store(byte, at: offset)
            offset += 1
        }
        buffer.store(flags, at: cursor + 1)
        cursor = offset
    }

    /// Puts other values of PictureID and TL0PICIDX into a payload that begins at `start` of `packet` and was parsed into
    /// this descriptor. Each is written in the width that it has in the packet; what the packet does not carry stays away.
    @inline(__always)
    public func rewrite(
        pictureID newPictureID: UInt16, baseLayerIndex newIndex: UInt8, in packet: inout MutableRawSpan,
        payloadAt start: Int
    ) {
        guard length > 1 else { return }
        var offset = start + 2
        if pictureID != nil {
            if hasLongPictureID {
                packet.store(0x8000 | newPictureID & 0x7fff, at: offset)
                offset += 2
            } else {
                packet.store(UInt8(truncatingIfNeeded: newPictureID) & 0x7f, at: offset)
                offset += 1
            }
        }
        if baseLayerIndex != nil { packet.store(newIndex, at: offset) }
    }
}
