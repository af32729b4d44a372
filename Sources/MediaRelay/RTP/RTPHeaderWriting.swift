extension RTPHeader {
    /// Writes the fixed header at `cursor` and moves `cursor` past it. Sources, extension and padding are not written;
    /// an extension is added by `HeaderExtensionWriter`.
    @inline(__always)
    public func write(into buffer: inout MutableRawSpan, at cursor: inout Int) throws(RTPError) {
        guard buffer.byteCount - cursor >= Self.fixedLength else { throw .bufferTooSmall }
        buffer.store(UInt8(0x80), at: cursor)
        buffer.store((marker ? 0x80 : 0) | payloadType & 0x7f, at: cursor + 1)
        buffer.store(sequenceNumber.rawValue, at: cursor + 2)
        buffer.store(timestamp, at: cursor + 4)
        buffer.store(ssrc, at: cursor + 8)
        cursor += Self.fixedLength
    }

    /// Puts this header's marker, payload type, sequence number, timestamp and SSRC into a packet that has been parsed
    /// before; its flags, sources, extension, payload and padding stay as they are.
    @inline(__always)
    public func rewrite(_ packet: inout MutableRawSpan) throws(RTPError) {
        guard packet.byteCount >= Self.fixedLength else { throw .bufferTooSmall }
        packet.store((marker ? 0x80 : 0) | payloadType & 0x7f, at: 1)
        packet.store(sequenceNumber.rawValue, at: 2)
        packet.store(timestamp, at: 4)
        packet.store(ssrc, at: 8)
    }
}
